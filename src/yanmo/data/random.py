"""Every random choice in the data is a function of a key, a named stream and a position."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORD = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True)
class Key:
    """Names a place in the data: the same key gives the same draws in any process, order or number of workers.

    Philox 4x64 (Salmon et al. 2011) is counter-based: draw number i of a stream depends on (seed, epoch, index,
    stream, i) alone, so draws can later be made in bulk without changing one bit.
    """

    seed: int
    epoch: int
    index: int

    def generator(self, stream: str) -> np.random.Generator:
        """A generator at the start of the named stream of this key."""
        counter = np.array([0, self.index & WORD, zlib.crc32(stream.encode()), 0], dtype=np.uint64)
        key = np.array([self.seed & WORD, self.epoch & WORD], dtype=np.uint64)
        return np.random.Generator(np.random.Philox(key=key, counter=counter))

    def integer(self) -> int:
        """A 63-bit number that stands for this key, to seed another generator."""
        return int(self.generator("integer").integers(0, 2**63 - 1))


def permuted(positions: NDArray[np.int64], size: int, key: Key) -> NDArray[np.int64]:
    """Elements at `positions` of a random permutation of range(size) that is computed, never stored.

    Four Feistel rounds over the next even power of two, walking the cycle until the value is below `size`
    (Black and Rogaway 2002): O(1) memory at any size, any element without those before it.
    """
    half = max(1, (max(size - 1, 1).bit_length() + 1) // 2)
    mask = np.uint64((1 << half) - 1)
    shift = np.uint64(half)
    rounds = key.generator("permutation").integers(0, 2**63 - 1, 4, dtype=np.uint64)
    values = positions.astype(np.uint64)
    todo = np.ones(len(values), dtype=bool)
    while todo.any():
        left, right = values[todo] >> shift, values[todo] & mask
        for constant in rounds:
            left, right = right, left ^ (_mix(right + constant) & mask)
        values[todo] = (left << shift) | right
        todo = values >= size
    return values.astype(np.int64)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64: every input bit reaches every output bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
