"""Denoising: what a mask hides, that the whole text is the target, and that it is a function of the key."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.data.example import Example
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.errors import ConfigError
from yanmo.objectives import make
from yanmo.objectives.denoise import Denoise

VOCAB = 1000
END, MASK, START = 0, 2, VOCAB - 1


def frame(mask: int | None = MASK) -> Frame:
    return Frame(
        start=START, end=END, summary="last", vocab_size=VOCAB, mask=mask, ordinary=np.arange(3, VOCAB - 1)
    )


def example(length: int, *, starts: bool = True, ends: bool = True) -> Example:
    """Ids 3, 4, 5, ... as they come from the store."""
    return frame().build([3 + np.arange(length)], starts=starts, ends=ends)


def denoised(length: int, index: int = 0, **options: float) -> tuple[Example, Example]:
    after = Denoise(**options).corrupt(example(length), Key(7, 0, index), frame())
    assert after.target is not None
    return after, after.target


@given(
    length=st.integers(1, 200),
    index=st.integers(0, 1000),
    rate=st.sampled_from([0.05, 0.3, 0.7, 1.0]),
    span=st.sampled_from([1.0, 3.0, 10.0]),
)
@settings(max_examples=200, deadline=None)
def test_what_is_left_and_what_is_asked(length: int, index: int, rate: float, span: float) -> None:
    source, target = denoised(length, index, rate=rate, span=span)
    ids = 3 + np.arange(length)
    at, values = target.labels["seq2seq"]
    assert target.input_ids.tolist() == [START, *ids]
    assert at.tolist() == list(range(length + 1))
    assert values.tolist() == [*ids, END]
    assert (source.prefix_length, target.prefix_length) == (len(source.input_ids), 0)
    assert source.labels == {} and source.input_ids[-1] == END
    damaged = source.input_ids[:-1]
    left = damaged[damaged != MASK]
    assert (np.diff(left) > 0).all() and np.isin(left, ids).all()  # in their order, each once
    assert abs(length - len(left) - max(1, rate * length)) < 1
    assert len(source.input_ids) <= length + 2  # the length that was planned
    text = np.concatenate(
        [[2], damaged, [3 + length]]
    )  # between the tokens that would stand before and after
    stays = np.flatnonzero((text != MASK) | (np.arange(len(text)) == 0))
    for before, after in pairwise(stays):
        hidden = text[after] - text[before] - 1
        assert hidden == 0 or after - before > 1  # a mask stands where something is missing


def test_the_rate_and_the_length_of_spans() -> None:
    """Of 100 tokens 30, in spans of 3: about ten masks, one in twenty of them for nothing."""
    masks, left = [], []
    for index in range(400):
        damaged = denoised(100, index)[0].input_ids[:-1]
        masks.append(int((damaged == MASK).sum()))
        left.append(len(damaged) - masks[-1])
    assert set(left) == {70}
    assert abs(np.mean(masks) - 10.5) < 0.4
    assert np.std(masks) > 1


def test_the_rate_holds_on_average_for_short_texts() -> None:
    left = [int((denoised(8, index, rate=0.2)[0].input_ids > MASK).sum()) for index in range(1500)]
    assert abs(np.mean(left) - 8 * 0.8) < 0.05


def test_the_ends_of_a_document_make_no_difference() -> None:
    """A piece from its middle is asked for as a whole document is."""
    key = Key(1, 2, 3)
    whole = Denoise().corrupt(example(20), key, frame())
    for starts, ends in ((False, True), (True, False), (False, False)):
        piece = Denoise().corrupt(example(20, starts=starts, ends=ends), key, frame())
        assert piece.input_ids.tolist() == whole.input_ids.tolist()
        assert piece.target is not None and whole.target is not None
        assert piece.target.input_ids.tolist() == whole.target.input_ids.tolist()


def test_the_key_decides() -> None:
    first = [denoised(60, index)[0].input_ids.tolist() for index in range(5)]
    assert first == [denoised(60, index)[0].input_ids.tolist() for index in range(5)]
    assert len({tuple(ids) for ids in first}) == 5


def test_needs_a_mask_token() -> None:
    with pytest.raises(ConfigError) as error:
        Denoise().corrupt(example(5), Key(0, 0, 0), frame(mask=None))
    assert error.value.key == "data.no_mask_token"


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"span": 0.5}, {"spam": 1}])
def test_bad_settings(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        make("denoise", settings={"denoise": wrong})
