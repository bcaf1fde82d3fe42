"""Blocks of queries, and for each the range of keys that any of them sees: the rest is never computed."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Span:
    """Columns of a block. seen_by_all: so many of the first keys need no mask, for every query sees them."""

    queries: slice
    keys: slice
    seen_by_all: int


def spans_of_all(queries: int, keys: int, block: int) -> list[Span]:
    """Blocks of queries that see every key."""
    return [
        Span(queries=slice(start, min(start + block, queries)), keys=slice(0, keys), seen_by_all=keys)
        for start in range(0, queries, block)
    ]


def spans_of(
    query_ids: Tensor, last_visible: Tensor, key_ids: Tensor, key_positions: Tensor, block: int
) -> list[Span]:
    """The blocks of a layout (its four tensors, [rows, length]); those that see nothing are left out."""
    found = []
    for start in range(0, query_ids.shape[1], block):
        queries = slice(start, min(start + block, query_ids.shape[1]))
        ids, last = query_ids[:, queries], last_visible[:, queries]
        # more than is seen, never less: a key of some query's sequence, not after the farthest that any query sees
        sequences = torch.stack([torch.isin(*row) for row in zip(key_ids, ids, strict=True)])
        some = sequences & (key_ids > 0) & (key_positions <= last.amax(1, keepdim=True))
        columns = some.any(0).nonzero()
        if not len(columns):
            continue
        first, stop = int(columns[0]), int(columns[-1]) + 1
        one_sequence = (ids == ids[:, :1]).all(1, keepdim=True) & (ids[:, :1] > 0)
        every = one_sequence & (key_ids == ids[:, :1]) & (key_positions <= last.amin(1, keepdim=True))
        missing = (~every.all(0)[first:stop]).nonzero()
        seen_by_all = int(missing[0]) if len(missing) else stop - first
        found.append(Span(queries=queries, keys=slice(first, stop), seen_by_all=seen_by_all))
    return found
