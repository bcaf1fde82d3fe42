"""Causal language modelling: each label is the next token of the same document."""

from collections.abc import Callable

import numpy as np
import torch

from yanmo.data.batch import Batch
from yanmo.data.example import Example
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.objectives import make

FRAME = Frame(start=2, end=3, summary="last", vocab_size=99, mask=None, ordinary=np.arange(5, 99))


def example(*ids: int) -> Example:
    return Example(
        input_ids=np.array(ids, dtype=np.int64),
        token_type_ids=np.zeros(len(ids), dtype=np.int64),
        protected=np.zeros(len(ids), dtype=bool),
    )


def test_labels_are_shifted() -> None:
    after = make("clm").corrupt(example(2, 7, 8, 3), Key(0, 0, 0), FRAME)
    assert after.prefix_length == 0
    at, value = after.labels["clm"]
    assert (at.tolist(), value.tolist()) == ([0, 1, 2], [7, 8, 3])
    assert after.input_ids.tolist() == [2, 7, 8, 3]


def test_a_lone_token_has_no_label() -> None:
    at, value = make("clm").corrupt(example(7), Key(0, 0, 0), FRAME).labels["clm"]
    assert len(at) == len(value) == 0


def test_no_label_crosses_into_the_neighbour(batches: Callable[..., list[Batch]]) -> None:
    for batch in batches("clm"):
        labels = batch.labels["clm"]
        sequences, ids = batch.sequence_ids.flatten(), batch.input_ids.flatten()
        assert torch.equal(ids[labels.at + 1], labels.value)
        assert torch.equal(sequences[labels.at], sequences[labels.at + 1])
        assert not batch.prefix_lengths.any()
        assert len(labels.at) == batch.num_tokens - len(batch.samples)
