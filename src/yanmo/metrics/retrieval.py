"""Whether what is searched for stands at the top."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
AT = (1, 5, 10)
_ROWS_AT_ONCE = 512


def first_ranks(queries: Vectors, candidates: Vectors, right: Sequence[Collection[int]]) -> NDArray[np.int64]:
    """The rank, from 1, of the best right candidate of each query, by dot product.

    queries [n, width], candidates [m, width]; right: for each query the places of its candidates, at least one.
    A wrong candidate that is as near stands before it, so that equal vectors find nothing; what is not a number is
    farther than all that are.
    """
    result = np.zeros(len(queries), dtype=np.int64)
    for start in range(0, len(queries), _ROWS_AT_ONCE):
        scores = queries[start : start + _ROWS_AT_ONCE] @ candidates.T
        scores[np.isnan(scores)] = -np.inf
        for row, values in enumerate(scores):
            places = sorted(right[start + row])
            best = values[places].max()
            nearer = values >= best
            nearer[places] = False
            result[start + row] = 1 + np.count_nonzero(nearer)
    return result


def retrieval(ranks: NDArray[np.int64]) -> dict[str, float]:
    """recall_at_1, 5 and 10 (is a right one among the first k), and mrr (mean reciprocal rank)."""
    if not len(ranks):
        return {**{f"recall_at_{k}": 0.0 for k in AT}, "mrr": 0.0}
    return {
        **{f"recall_at_{k}": float((ranks <= k).mean()) for k in AT},
        "mrr": float((1 / ranks).mean()),
    }


def spread(vectors: Vectors) -> float:
    """How evenly unit vectors [n, width] fill their sphere; higher is more even, 0 is all in one place.

    The negative of the uniformity of Wang and Isola 2020, "Understanding Contrastive Representation Learning".
    """
    if len(vectors) < 2:
        return 0.0
    total = 0.0
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        cosine = np.clip(vectors[start : start + _ROWS_AT_ONCE] @ vectors.T, -1, 1).astype(np.float64)
        total += float(np.exp(-4 * (1 - cosine)).sum())  # |x - y|^2 = 2 - 2 cos
    pairs = len(vectors) * (len(vectors) - 1)
    return float(-np.log(max(total - len(vectors), 1e-300) / pairs))
