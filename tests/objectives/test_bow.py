"""Bag-of-words prediction: what is asked, and that other members do not change it."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.data.example import Example
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.objectives import make
from yanmo.objectives.bow import BagOfWords
from yanmo.objectives.objective import _correct

FRAME = Frame(start=2, end=3, summary="first", vocab_size=500, mask=4, ordinary=np.arange(5, 500))


def example(length: int) -> Example:
    """Ids 5, 5, 6, 6, 7, 7 ... and an unknown token among them."""
    ids = 5 + np.arange(length) // 2
    ids[::11] = 1
    return FRAME.build([ids])


@given(length=st.integers(1, 300), words=st.integers(1, 80), seed=st.integers(0, 99))
@settings(max_examples=100, deadline=None)
def test_distinct_ordinary_tokens_of_the_text(length: int, words: int, seed: int) -> None:
    before = example(length)
    after = BagOfWords(words=words).corrupt(before, Key(seed, 0, 0), FRAME)
    at, value = after.labels["bow"]
    assert at.tolist() == [0]
    assert value.shape == (1, words)
    asked = value[value != -100]
    there = set(before.input_ids[before.input_ids > 4].tolist())
    assert len(set(asked.tolist())) == len(asked) == min(words, len(there))
    assert set(asked.tolist()) <= there
    assert np.array_equal(after.input_ids, before.input_ids)
    assert after.prefix_length == length + 2


def test_hidden_tokens_are_asked_for_whatever_the_order() -> None:
    before = example(60)
    there = set(before.input_ids[before.input_ids > 4].tolist())
    for name in ("mlm+bow", "bow+mlm"):
        objective = make(name, settings={"mlm": {"rate": 1.0, "masked": 1.0, "random": 0.0}})
        after = objective.corrupt(before, Key(1, 0, 0), FRAME)
        value = after.labels["bow"][1]
        assert set(value[value != -100].tolist()) == there
        assert (after.input_ids[after.labels["mlm"][0]] == 4).all()


def test_it_does_not_move_the_masks() -> None:
    before = example(60)
    alone = make("mlm").corrupt(before, Key(1, 0, 0), FRAME)
    beside = make("mlm+bow").corrupt(before, Key(1, 0, 0), FRAME)
    assert np.array_equal(alone.input_ids, beside.input_ids)


def test_right_are_those_among_as_many_highest_classes() -> None:
    logits = torch.tensor([[5.0, 4.0, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
    value = torch.tensor([[0, 4, -100], [2, 3, 4]])
    assert _correct(logits, value).tolist() == [[True, False, False], [True, True, True]]
