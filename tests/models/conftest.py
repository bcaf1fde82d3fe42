"""Tiny configurations and packed rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from yanmo.data.batch import Batch
from yanmo.data.collate import collate
from yanmo.data.example import Example


@pytest.fixture
def pack() -> Callable[..., Batch]:
    """rows of lists of ids -> Batch; `prefix`: how many tokens see each other, None for all."""

    def pack(rows: Sequence[Sequence[list[int]]], length: int, *, prefix: int | None = None) -> Batch:
        def example(ids: list[int]) -> Example:
            return Example(
                input_ids=np.array(ids),
                token_type_ids=np.arange(len(ids)) % 2,
                protected=np.zeros(len(ids), dtype=bool),
                prefix_length=len(ids) if prefix is None else prefix,
            )

        return collate([[(0, example(ids)) for ids in row] for row in rows], length)

    return pack
