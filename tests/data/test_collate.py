"""Texts that stand side by side in one example are sequences of their own."""

import numpy as np

from yanmo.data.collate import collate
from yanmo.data.example import Example
from yanmo.data.source import ExampleSource


def example(*ids: int, parts: tuple[int, ...] = ()) -> Example:
    return Example(
        input_ids=np.array(ids),
        token_type_ids=np.zeros(len(ids), dtype=np.int64),
        protected=np.zeros(len(ids), dtype=bool),
        prefix_length=len(ids),
        labels={"text": (np.array([0]), np.array([1]))},
        parts=parts,
    )


def test_parts_have_their_own_numbers_and_positions() -> None:
    batch = collate([[(0, example(5, 6, 7, 8, 9, parts=(2, 3))), (1, example(4, 4))]], 8)
    assert batch.input_ids.tolist() == [[5, 6, 7, 8, 9, 4, 4, 0]]
    assert batch.sequence_ids.tolist() == [[1, 1, 2, 2, 2, 3, 3, 0]]
    assert batch.position_ids.tolist() == [[0, 1, 0, 1, 2, 0, 1, 0]]
    assert batch.samples.tolist() == [0, 1]
    assert batch.labels["text"].at.tolist() == [0, 5]


def test_parts_are_part_of_what_the_data_is() -> None:
    one, two = example(5, 6, 7, parts=(1, 2)), example(5, 6, 7, parts=(2, 1))
    whole = example(5, 6, 7)
    assert len({ExampleSource([each]).digest for each in (one, two, whole)}) == 3
