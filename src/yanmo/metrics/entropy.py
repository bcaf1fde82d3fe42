"""How well counts of words and their neighbours predict a text: what a language model has to beat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
DISCOUNT = 0.75  # taken off every count and given to what was not seen (Ney, Essen and Kneser 1994)


def ngram_losses(train: Ids, test: Ids, *, vocab_size: int, order: int) -> tuple[float, ...]:
    """Nats per token of `test` under counts of `train`, for n = 1 to `order`: unigrams, bigrams ...

    Absolute discounting, each order interpolated with the one below; the unigrams have half a count added.
    The first `order` - 1 tokens of `test` are context only. Errors: none; an empty test gives nan.
    """
    counts = np.bincount(train, minlength=vocab_size) + 0.5
    wanted = test[order - 1 :]
    probability = (counts / counts.sum())[wanted]
    losses = [_nats(probability)]
    for length in range(2, order + 1):
        seen, asked = _keys(train, length, vocab_size), _keys(test, length, vocab_size)[order - length :]
        probability = _interpolated(seen, asked, vocab_size, probability)
        losses.append(_nats(probability))
    return tuple(losses)


def _interpolated(seen: Ids, asked: Ids, vocab_size: int, below: NDArray[np.float64]) -> NDArray[np.float64]:
    """p(token | context) of each asked n-gram. A key is context * vocab_size + token."""
    keys, counts = np.unique(seen, return_counts=True)
    contexts, places, kinds = np.unique(keys // vocab_size, return_index=True, return_counts=True)
    totals = np.add.reduceat(counts, places) if len(places) else np.zeros(0, dtype=np.int64)
    own = _lookup(keys, counts, asked)
    total = _lookup(contexts, totals, asked // vocab_size)
    different = _lookup(contexts, kinds, asked // vocab_size)
    known = np.maximum(total, 1)
    probability = (np.maximum(own - DISCOUNT, 0) + DISCOUNT * different * below) / known
    return np.where(total > 0, probability, below)


def _lookup(keys: Ids, values: Ids, asked: Ids) -> Ids:
    """The value of each asked key, 0 where it is not there."""
    if not len(keys):
        return np.zeros(len(asked), dtype=np.int64)
    places = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[places] == asked, values[places], 0)


def _keys(ids: Ids, length: int, vocab_size: int) -> Ids:
    """Each run of `length` tokens as one number."""
    count = max(0, len(ids) - length + 1)
    keys = np.zeros(count, dtype=np.int64)
    for offset in range(length):
        keys = keys * vocab_size + ids[offset : offset + count]
    return keys


def _nats(probability: NDArray[np.float64]) -> float:
    return float(-np.log(probability).mean()) if len(probability) else float("nan")
