"""The stream of batches: nothing lost, nothing repeated, the same from any cursor."""

import gc
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo import objectives
from yanmo.data import plan as module
from yanmo.data.batch import Batch
from yanmo.data.cursor import Cursor
from yanmo.data.example import Example, Sample
from yanmo.data.frame import Frame
from yanmo.data.plan import Plan
from yanmo.data.random import Key
from yanmo.data.source import ExampleSource, TextSource
from yanmo.data.store import StoreWriter, TokenStore
from yanmo.errors import InputError

FIRST = 5
documents = st.lists(
    st.lists(st.integers(1, 25), min_size=1, max_size=6), min_size=1, max_size=9
)  # sentences
NewStore = Callable[[Sequence[Sequence[int]]], "object"]
NewFrame = Callable[[str], Frame]


def plan_of(store: TokenStore, name: str, frame: Frame, *, room: int = 24, batch_tokens: int = 48) -> Plan:
    objective = objectives.make(name)
    unit = (4 if objective.needs_pairs else 1) * (room - 2)
    source = TextSource(store, objective, frame, room, unit)
    return Plan(source=source, seed=7, batch_tokens=batch_tokens, max_length=room)


def restored(batch: Batch) -> list[int]:
    """The ids as they were before masking, padding left out."""
    ids = batch.input_ids.flatten().clone()
    if "mlm" in batch.labels:
        ids[batch.labels["mlm"].at] = batch.labels["mlm"].value
    return [int(token) for token in ids[batch.sequence_ids.flatten() > 0]]


def content(batch: Batch) -> tuple[object, ...]:
    """Everything in a batch, in order."""
    labels = {
        term: (labels.at.tolist(), labels.value.tolist()) for term, labels in sorted(batch.labels.items())
    }
    tensors = (
        batch.input_ids,
        batch.sequence_ids,
        batch.position_ids,
        batch.token_type_ids,
        batch.prefix_lengths,
        batch.samples,
    )
    return (*(tensor.tolist() for tensor in tensors), labels, batch.key, batch.num_tokens, batch.cursor)


@pytest.mark.parametrize(("name", "family"), [("mlm", "encoder"), ("clm", "decoder")])
@given(documents=documents, room=st.integers(16, 40))
@settings(max_examples=15, deadline=None)
def test_every_token_once_in_every_epoch(
    new_store: NewStore, frame: NewFrame, name: str, family: str, documents: list[list[int]], room: int
) -> None:
    with new_store(documents) as store:
        plan = plan_of(store, name, frame(family), room=room)
        total = sum(map(sum, documents))
        for epoch in range(2):
            batches = list(islice_epoch(plan, epoch))
            seen = Counter(token for batch in batches for token in restored(batch) if token >= FIRST)
            assert seen == Counter(range(FIRST, FIRST + total))
            for batch in batches:
                assert batch.input_ids.shape[1] <= room
                assert batch.num_tokens == int((batch.sequence_ids > 0).sum())


def islice_epoch(plan: Plan, epoch: int) -> list[Batch]:
    return list(plan.stream(Cursor(epoch=epoch), epochs=epoch + 1))


@pytest.mark.parametrize(("name", "family"), [("mlm", "encoder"), ("mlm+nsp", "encoder"), ("clm", "decoder")])
@given(documents=documents, data=st.data())
@settings(max_examples=8, deadline=None)
def test_the_stream_is_the_same_from_any_cursor(
    new_store: NewStore,
    frame: NewFrame,
    name: str,
    family: str,
    documents: list[list[int]],
    data: st.DataObject,
) -> None:
    with new_store(documents) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WINDOW_BATCHES", data.draw(st.sampled_from([1, 2, 32])))
        length = 3 * len(islice_epoch(plan_of(store, name, frame(family)), 0)) + 2
        whole = list(islice(plan_of(store, name, frame(family)).stream(Cursor()), length))
        for place in sorted({length // 3, data.draw(st.integers(0, length - 1))}):
            plan = plan_of(store, name, frame(family))  # as in a new process
            rest = list(islice(plan.stream(whole[place].cursor), length - place - 1))
            assert [content(batch) for batch in rest] == [content(batch) for batch in whole[place + 1 :]]
        progress = [plan.fraction(batch.cursor) for batch in whole]
        assert progress == sorted(progress)
        assert all(float(plan.fraction(Cursor(epoch=n))) == n for n in range(4))
        assert whole[-1].cursor.epoch >= 2


def test_epochs_differ_in_order_and_masks(new_store: NewStore, frame: NewFrame) -> None:
    with new_store([[20], [15], [9, 9], [22], [4], [17]] * 5) as store:
        plan = plan_of(store, "mlm", frame("encoder"))
        first, second = islice_epoch(plan, 0), islice_epoch(plan, 1)
        assert [restored(batch) for batch in first] != [restored(batch) for batch in second]
        masks = [
            {int(token) for batch in epoch for token in batch.labels["mlm"].value}
            for epoch in (first, second)
        ]
        assert masks[0] != masks[1]
        assert [content(batch) for batch in islice_epoch(plan, 0)] == [content(batch) for batch in first]
        keys = [batch.key for batch in (*first, *second)]
        assert len(set(keys)) == len(keys)


def test_a_fixed_order_without_shuffling(new_store: NewStore, frame: NewFrame) -> None:
    with new_store([[20], [15], [9, 9], [22], [4], [17]] * 5) as store:
        source = plan_of(store, "mlm", frame("encoder")).source
        plan = Plan(source=source, seed=7, batch_tokens=10**6, max_length=24, shuffle=False)
        assert plan.units(0, 0) == plan.units(5, 0) == list(range(30))


def test_another_seed_is_another_stream(new_store: NewStore, frame: NewFrame) -> None:
    with new_store([[20], [15], [9, 9], [22]] * 5) as store:
        source = plan_of(store, "mlm", frame("encoder")).source
        one, two = (Plan(source=source, seed=seed, batch_tokens=48, max_length=24) for seed in (1, 2))
        assert [content(b) for b in islice_epoch(one, 0)] != [content(b) for b in islice_epoch(two, 0)]


@given(documents=documents, window=st.sampled_from([1, 2, 5, 32]))
@settings(max_examples=15, deadline=None)
def test_windows_part_the_units(
    new_store: NewStore, frame: NewFrame, documents: list[list[int]], window: int
) -> None:
    with new_store(documents) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WINDOW_BATCHES", window)
        plan = plan_of(store, "mlm", frame("encoder"))
        for epoch in (0, 1):
            units = [unit for number in range(plan.num_windows) for unit in plan.units(epoch, number)]
            assert sorted(units) == list(range(len(plan.source)))
            sizes = {len(plan.units(epoch, number)) for number in range(plan.num_windows)}
            assert max(sizes) - min(sizes) <= 1


class Picky:
    """Uses only the units that it is told to."""

    def __init__(self, usable: Callable[[int, int], bool]) -> None:
        self.usable = usable

    def select(self, text: TextSource, unit: int, key: Key) -> list[Sample]:
        start, end = text.span(unit)
        return [Sample(spans=((start, end),), length=end - start + 2)] if self.usable(unit, key.epoch) else []

    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example:
        return objectives.make("mlm").corrupt(example, key, frame)


def picky_plan(store: TokenStore, frame: Frame, usable: Callable[[int, int], bool]) -> Plan:
    source = TextSource(store, Picky(usable), frame, 24, 22)
    return Plan(source=source, seed=0, batch_tokens=24, max_length=24)


def test_windows_without_samples_are_passed_over(
    new_store: NewStore, frame: NewFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WINDOW_BATCHES", 1)
    with new_store([[20]] * 30) as store:
        plan = picky_plan(store, frame("encoder"), lambda unit, epoch: unit == 17)
        assert plan.num_windows > 5
        batches = list(islice(plan.stream(Cursor()), 6))
        assert [batch.cursor.epoch for batch in batches] == sorted(batch.cursor.epoch for batch in batches)
        assert all(batch.samples.tolist() == [17 << 20] for batch in batches)
        rest = list(islice(plan.stream(batches[1].cursor), 4))
        assert [content(batch) for batch in rest] == [content(batch) for batch in batches[2:]]


@pytest.mark.parametrize("windows", [1, 32])
def test_an_epoch_without_samples_is_an_error_and_no_endless_loop(
    new_store: NewStore, frame: NewFrame, monkeypatch: pytest.MonkeyPatch, windows: int
) -> None:
    monkeypatch.setattr(module, "WINDOW_BATCHES", windows)
    with new_store([[20]] * 10) as store:
        plan = picky_plan(store, frame("encoder"), lambda unit, epoch: False)
        with pytest.raises(InputError) as error:
            next(plan.stream(Cursor(epoch=3)))
        assert error.value.key == "data.no_samples"
        assert error.value.values["units"] == 10
        assert list(plan.stream(Cursor(), epochs=2)) == []  # bounded: no loop, no error
        fading = picky_plan(store, frame("encoder"), lambda unit, epoch: epoch == 0)
        stream = fading.stream(Cursor())
        assert len(list(islice(stream, 10))) == 10
        with pytest.raises(InputError):
            next(stream)


def test_batches_of_a_window_have_nearly_equal_sizes(new_store: NewStore, frame: NewFrame) -> None:
    with new_store([[22]] * 70) as store:
        plan = plan_of(store, "mlm", frame("encoder"), batch_tokens=24 * 16)
        sizes = [len(batch.input_ids) for batch in islice_epoch(plan, 0)]
        assert sum(sizes) == 70
        assert sizes == [14] * 5


def example(length: int, first: int) -> Example:
    return Example(
        input_ids=np.arange(first, first + length),
        token_type_ids=np.zeros(length, dtype=np.int64),
        protected=np.zeros(length, dtype=bool),
        prefix_length=length,
        labels={"class": (np.array([0]), np.array([first]))},
    )


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40), st.integers(1, 200))
@settings(max_examples=40, deadline=None)
def test_encoded_examples_come_whole_and_once(lengths: list[int], batch_tokens: int) -> None:
    firsts = np.cumsum([0, *lengths]).tolist()
    examples = [example(*pair) for pair in zip(lengths, firsts, strict=False)]
    source = ExampleSource(examples)
    plan = Plan(source=source, seed=1, batch_tokens=batch_tokens, max_length=60)
    batches = islice_epoch(plan, 0)
    seen = [token for batch in batches for token in restored(batch)]
    assert sorted(seen) == list(range(sum(lengths)))
    for batch in batches:
        assert batch.counts() == {"class": len(batch.samples)}
        at = batch.labels["class"].at
        assert batch.input_ids.flatten()[at].tolist() == batch.labels["class"].value.tolist()
        assert not batch.position_ids.flatten()[at].any()
    assert ExampleSource([example(3, 0)]).digest == ExampleSource([example(3, 0)]).digest
    assert ExampleSource([example(3, 0)]).digest != ExampleSource([example(3, 1)]).digest


def test_a_plan_that_is_gone_leaves_no_data_behind(new_store: NewStore, frame: NewFrame) -> None:
    with new_store([[20], [15]]) as store:
        plan = plan_of(store, "mlm", frame("encoder"))
        islice_epoch(plan, 0)
        source = weakref.ref(plan.source)
        del plan
        gc.collect()
        assert source() is None


def test_a_decoder_sees_no_edge_inside_a_book(tmp_path: Path, frame: NewFrame) -> None:
    writer = StoreWriter(tmp_path / "s", vocab_size=40, columns={"sentence_start": "test 1"})
    for number, (opens, closes) in enumerate([(True, False), (False, False), (False, True), (True, True)]):
        ids = np.arange(10, 15) + 5 * number
        writer.add(ids, {"sentence_start": np.zeros(5, dtype=bool)}, opens=opens, closes=closes)
    plan = plan_of(writer.close({}), "clm", frame("decoder"))
    texts = [restored(batch) for batch in islice_epoch(plan, 0)]
    (found,) = texts
    assert sorted(found) == [2, 2, 3, 3, *range(10, 30)]
    for start, token in ((2, 10), (2, 25)):
        assert found[found.index(token) - 1] == start
    for token, end in ((24, 3), (29, 3)):
        assert found[found.index(token) + 1] == end
