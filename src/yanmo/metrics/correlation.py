"""How well numbers follow other numbers: Pearson's and Spearman's correlation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = Sequence[float] | NDArray[np.float64]


def pearson(first: Numbers, second: Numbers) -> float:
    """-1 to 1; 0 where either side has one value only, nan where either holds one.

    Errors: ValueError when the lengths differ.
    """
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != other.shape:
        raise ValueError(f"{len(one)} and {len(other)} numbers")
    if np.isnan(one).any() or np.isnan(other).any():
        return math.nan
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    one, other = one - one.mean(), other - other.mean()
    spread = float(np.sqrt((one @ one) * (other @ other)))
    return float(np.clip(one @ other / spread, -1.0, 1.0)) if spread else 0.0


def spearman(first: Numbers, second: Numbers) -> float:
    """Pearson's correlation of the ranks; equal numbers share the mean of theirs. Errors: as `pearson`."""
    return pearson(ranks(first), ranks(second))


def ranks(numbers: Numbers) -> NDArray[np.float64]:
    """Ranks from 1, in the order given; equal numbers share the mean of theirs, and nan has none."""
    values = np.asarray(numbers, dtype=np.float64)
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    mean: NDArray[np.float64] = last - (count - 1) / 2
    return np.where(np.isnan(values), math.nan, mean[place.reshape(-1)])
