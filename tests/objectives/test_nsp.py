"""Next-sentence prediction: pairs that are what their labels say."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmo.data.example import Sample
from yanmo.data.random import Key
from yanmo.data.source import TextSource
from yanmo.data.store import StoreWriter, TokenStore
from yanmo.objectives.nsp import NEXT, RANDOM, _sentences

NewStore = Callable[..., TokenStore]
NewSource = Callable[..., TextSource]


def epoch(source: TextSource, number: int = 0) -> Iterator[tuple[int, Sample]]:
    for unit in range(len(source)):
        for sample in source.samples(unit, Key(5, number, unit)):
            yield unit, sample


def document_of(store: TokenStore, token: int) -> int:
    return int(np.searchsorted(store.documents, token, side="right")) - 1


@given(
    documents=st.lists(st.lists(st.integers(1, 60), min_size=1, max_size=12), min_size=1, max_size=8),
    room=st.integers(16, 64),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_pair_is_what_its_label_says(
    new_store: NewStore, new_source: NewSource, documents: list[list[int]], room: int
) -> None:
    store = new_store(documents)
    source = new_source(store, "mlm+nsp", room=room)
    used = np.zeros(store.num_tokens, dtype=int)  # as A, as the real B, or alone
    cut = False
    for unit, sample in epoch(source):
        assert all(start < end for start, end in sample.spans)
        owners = [document_of(store, start) for start, _ in sample.spans]
        assert owners == [
            document_of(store, end - 1) for _, end in sample.spans
        ]  # no span leaves its document
        assert owners[0] == source.document(unit)
        size = sum(end - start for start, end in sample.spans)
        assert sample.length == size + 1 + len(sample.spans) <= room
        full = sample.length == room
        cut = cut or full
        used[slice(*sample.spans[0])] += 1
        if len(sample.spans) == 1:
            assert not sample.labels
            continue
        (_, end), (start, _) = sample.spans
        if sample.labels["nsp"] == NEXT:
            assert owners[0] == owners[1]
            assert start >= end
            assert start == end or full  # next to each other, but for what was cut off
            used[slice(*sample.spans[1])] += 1
        else:
            assert sample.labels["nsp"] == RANDOM
            assert owners[0] != owners[1]
        example = source.example(sample, Key(0, 0, 0))
        assert example.token_type_ids.max() == 1
        assert len(example.input_ids) == sample.length
        at, value = example.labels["nsp"]
        assert (at.tolist(), value.tolist()) == ([0], [sample.labels["nsp"]])
    assert used.max() == 1  # nothing is learned from twice
    assert cut or used.min() == 1  # nothing is left out


@given(documents=st.lists(st.lists(st.integers(1, 150), min_size=1, max_size=12), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sentences_of_all_units_part_the_tokens(
    new_store: NewStore, new_source: NewSource, documents: list[list[int]]
) -> None:
    """Also where a sentence is longer than a unit or reaches into the next."""
    store = new_store(documents)
    source = new_source(store, "nsp", room=16)
    covered: list[int] = []
    for unit in range(len(source)):
        edges = _sentences(source, unit)
        covered += range(edges[0], edges[-1])
        assert edges == sorted(set(edges))
    assert covered == list(range(store.num_tokens))


@pytest.fixture
def many(new_store: NewStore, new_source: NewSource) -> TextSource:
    generator = np.random.default_rng(0)
    documents = [generator.integers(2, 9, generator.integers(5, 60)).tolist() for _ in range(300)]
    return new_source(new_store(documents), "mlm+nsp", room=64)


def test_half_of_the_pairs_are_real(many: TextSource) -> None:
    labels = [
        sample.labels["nsp"] for number in range(3) for _, sample in epoch(many, number) if sample.labels
    ]
    assert len(labels) > 2000
    assert abs(np.mean(labels) - 0.5) < 0.03


def test_one_in_ten_is_short_and_the_others_are_full(many: TextSource) -> None:
    pairs = [
        sample.length
        for number in range(3)
        for unit, sample in epoch(many, number)
        # a random B may meet the end of its document, and the last pairs of a unit are as long as what is left
        if sample.labels.get("nsp") == NEXT and sample.spans[1][1] < many.span(unit)[1]
    ]
    short = np.mean([length < 64 - 9 for length in pairs])
    assert 0.05 < short < 0.13
    assert max(pairs) == 64


def test_every_other_document_is_drawn_from(many: TextSource) -> None:
    owners = [
        document_of(many.store, sample.spans[1][0])
        for number in range(3)
        for _, sample in epoch(many, number)
        if sample.labels.get("nsp") == RANDOM
    ]
    assert len(set(owners)) > 250


def test_other_parts_of_the_same_text_are_not_another(tmp_path: Path, new_source: NewSource) -> None:
    writer = StoreWriter(tmp_path / "parts", vocab_size=1 << 17, columns={"sentence_start": "test 1"})
    bits = np.arange(400) % 5 == 0
    for part in range(12):  # three texts in four parts each; of the second, the first part is held out
        if part != 4:
            ids = 5 + np.arange(400) + 400 * part
            writer.add(ids, {"sentence_start": bits}, opens=part % 4 == 0, closes=part % 4 == 3)
    store = writer.close({})
    assert store.texts.tolist() == [0] * 4 + [1] * 3 + [2] * 4
    pairs = [
        sample for _, sample in epoch(new_source(store, "mlm+nsp")) if sample.labels.get("nsp") == RANDOM
    ]
    owners = [[store.texts[document_of(store, start)] for start, _ in sample.spans] for sample in pairs]
    assert len(pairs) > 20
    assert all(first != second for first, second in owners)


def test_epochs_pair_anew_and_keys_repeat(many: TextSource) -> None:
    assert list(epoch(many, 0)) == list(epoch(many, 0))
    assert list(epoch(many, 0)) != list(epoch(many, 1))


def test_a_document_of_one_sentence_is_a_single_segment(new_store: NewStore, new_source: NewSource) -> None:
    source = new_source(new_store([[5], [90], [1]]), "mlm+nsp", room=32)
    samples = [sample for _, sample in epoch(source)]
    assert [sample.spans for sample in samples] == [
        ((0, 5),), ((5, 35),), ((35, 65),), ((65, 95),), ((95, 96),),
    ]  # fmt: skip
    assert all(not sample.labels for sample in samples)
    assert all(sample.length == sample.spans[0][1] - sample.spans[0][0] + 2 for sample in samples)


def test_a_single_document_has_no_other_one_to_draw_from(new_store: NewStore, new_source: NewSource) -> None:
    source = new_source(new_store([[5] * 40]), "mlm+nsp", room=32)
    labels = [sample.labels["nsp"] for _, sample in epoch(source) if sample.labels]
    assert labels
    assert set(labels) == {NEXT}
