"""One sequence before it becomes part of a row: where it stands in the store, then its ids and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Terms = Mapping[str, tuple[IntArray, NDArray[Any]]]  # loss term -> (positions, values)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Where a sequence stands: offsets only, so that planning a batch reads no ids.

    spans: token ranges [start, end) in the store, one per segment.
    length: with special tokens, before `corrupt`; of the longer side where there are two.
    labels: of the whole sequence (nsp); `read` puts them on its summary token.
    """

    spans: tuple[tuple[int, int], ...]
    length: int
    labels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Example:
    """One sequence as numpy; `corrupt` maps an Example to another.

    protected: special tokens, and positions that another objective has claimed.
    prefix_length: the first n tokens see each other, later ones see what is before them; None: nobody chose yet.
    labels: term -> (positions in the sequence, values), already shifted.
    parts: lengths of texts that stand side by side and do not see each other, as the two of a bi-encoder; empty: one.
    target: the decoder side, whose labels stand in it.
    """

    input_ids: IntArray
    token_type_ids: IntArray
    protected: BoolArray
    prefix_length: int | None = None
    labels: Terms = field(default_factory=dict)
    parts: tuple[int, ...] = ()
    target: Example | None = None

    @property
    def room(self) -> int:
        """Places that it takes in a row, which is as long on both sides."""
        own = len(self.input_ids)
        return own if self.target is None else max(own, self.target.room)
