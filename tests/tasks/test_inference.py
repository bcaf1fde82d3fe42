"""Logits come back in the order of the examples, however they were packed."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from yanmo.config import build
from yanmo.data.example import Example
from yanmo.models.bert import Bert
from yanmo.models.learner import Learner
from yanmo.tasks.inference import run


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def learner() -> Learner:
    sizes = {"vocab_size": 60, "hidden_size": 16, "num_layers": 2, "num_heads": 2, "intermediate_size": 32}
    return Learner.build(Bert, build(Bert.Config, sizes), {"tag": 3}, seed=1)


def example(number: int) -> Example:
    """Of a length and with a number of labels, none at times, that depend on its number."""
    length = 3 + (number * 7) % 29
    places = np.arange(length)[:: 1 + number % 4] if number % 5 else np.zeros(0, dtype=np.int64)
    return Example(
        input_ids=5 + (np.arange(length) * 3 + number) % 50,
        token_type_ids=np.zeros(length, dtype=np.int64),
        protected=np.zeros(length, dtype=bool),
        prefix_length=length,
        labels={"tag": (places, np.full(len(places), -100))},
    )


@pytest.mark.parametrize("batch_tokens", [1, 64, 10_000])
def test_each_example_gets_its_own(learner: Learner, batch_tokens: int) -> None:
    examples = [example(number) for number in range(25)]
    together = run(learner, examples, "tag", batch_tokens=batch_tokens)
    assert len(together) == 25
    for one, logits in zip(examples, together, strict=True):
        assert logits.shape == (len(one.labels["tag"][0]), 3)
        (alone,) = run(learner, [one], "tag", batch_tokens=64)
        assert np.allclose(logits, alone, atol=1e-5)


def test_nothing_to_do(learner: Learner) -> None:
    assert run(learner, [], "tag", batch_tokens=64) == []
    (empty,) = run(learner, [example(0)], "tag", batch_tokens=64)
    assert empty.shape == (0, 3)


def test_dropout_is_off_and_no_gradient_is_kept(learner: Learner) -> None:
    learner.train()
    first = run(learner, [example(1)], "tag", batch_tokens=64)
    second = run(learner.train(), [example(1)], "tag", batch_tokens=64)
    assert np.array_equal(first[0], second[0])
