"""Masked language modelling: what is hidden, how often, and that it is a function of the key."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.data.example import Example
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.errors import ConfigError
from yanmo.objectives import make
from yanmo.objectives.mlm import MLM

VOCAB = 1000
MASK = 4


def frame(mask: int | None = MASK) -> Frame:
    return Frame(start=2, end=3, summary="first", vocab_size=VOCAB, mask=mask, ordinary=np.arange(5, VOCAB))


def example(length: int) -> Example:
    """Ids 5, 6, 7, ... and a few special ones among them."""
    ids = 5 + np.arange(length)
    ids[::11] = 1
    return frame().build([ids])


@given(length=st.integers(1, 300), seed=st.integers(0, 1000), rate=st.sampled_from([0.15, 0.4, 1.0]))
@settings(max_examples=150, deadline=None)
def test_only_chosen_ordinary_tokens_change(length: int, seed: int, rate: float) -> None:
    before = example(length)
    after = MLM(rate=rate).corrupt(before, Key(seed, 0, 0), frame())
    at, values = after.labels["mlm"]
    assert after.prefix_length == len(after.input_ids) == length + 2
    assert np.array_equal(values, before.input_ids[at])  # labels are what stood there
    assert at.tolist() == sorted(set(at.tolist()))
    assert not before.protected[at].any()
    assert (values > 4).all()
    unchosen = np.ones(length + 2, dtype=bool)
    unchosen[at] = False
    assert np.array_equal(after.input_ids[unchosen], before.input_ids[unchosen])
    changed = after.input_ids[at]
    assert ((changed == MASK) | (changed > 4)).all()  # never another special token
    assert np.array_equal(after.protected, before.protected | ~unchosen)
    free = int((~before.protected).sum())
    assert abs(len(at) - max(1, free * rate)) < 1 or free == 0
    again = MLM(rate=rate).corrupt(before, Key(seed, 0, 0), frame())
    assert np.array_equal(after.input_ids, again.input_ids)
    assert np.array_equal(again.labels["mlm"][0], at)


@pytest.mark.parametrize("length", [7, 8, 13, 36, 126])
def test_the_rate_holds_on_average_for_any_length(length: int) -> None:
    before = Example(
        input_ids=np.arange(5, 5 + length),
        token_type_ids=np.zeros(length, dtype=np.int64),
        protected=np.zeros(length, dtype=bool),
    )
    chosen = [len(MLM().corrupt(before, Key(0, 0, index), frame()).labels["mlm"][0]) for index in range(2000)]
    assert abs(np.mean(chosen) / length - 0.15) < 0.003


def test_eighty_ten_ten_and_every_place_alike() -> None:
    length, rounds = 100, 1500
    before = frame().build([np.full(length, 500)])
    masked = random = kept = 0
    places = np.zeros(length + 2)
    drawn: list[int] = []
    for index in range(rounds):
        after = MLM().corrupt(before, Key(1, 0, index), frame())
        at = after.labels["mlm"][0]
        places[at] += 1
        ids = after.input_ids[at]
        masked += int((ids == MASK).sum())
        kept += int((ids == 500).sum())
        drawn += ids[(ids != MASK) & (ids != 500)].tolist()
    random = len(drawn)
    total = masked + random + kept
    assert abs(masked / total - 0.8) < 0.012
    assert abs(random / total - 0.1) < 0.009
    assert abs(kept / total - 0.1) < 0.009
    assert places[0] == places[-1] == 0
    assert abs(places[1:-1] / rounds - 0.15).max() < 0.045
    assert min(drawn) >= 5
    assert max(drawn) < VOCAB
    assert abs(np.mean(drawn) - VOCAB / 2) < 30  # uniform over the ordinary ids


def test_fresh_masks_in_every_epoch_and_for_every_sample() -> None:
    before = example(120)
    masks = {
        tuple(MLM().corrupt(before, Key(0, epoch, index), frame()).labels["mlm"][0].tolist())
        for epoch in range(10)
        for index in range(10)
    }
    assert len(masks) == 100


def test_nothing_to_choose_from_is_no_label() -> None:
    after = MLM().corrupt(frame().build([np.array([1, 1])]), Key(0, 0, 0), frame())
    assert len(after.labels["mlm"][0]) == len(after.labels["mlm"][1]) == 0


def test_a_tokenizer_without_a_mask_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        make("mlm").corrupt(example(5), Key(0, 0, 0), frame(None))
    assert error.value.key == "data.no_mask_token"
