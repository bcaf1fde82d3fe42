"""Documents that were there before: exactly, or nearly (MinHash, Broder 1997).

Memory, measured: 30 bytes a document for exact duplicates, 120 bytes more for near ones. Texts that differ
are taken for equal with a chance of about 2**-128 per pair.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from yanmo.corpus.filter import code_points, rolling_hash

# 14 bands of 8 values (Penedo et al. 2024, FineWeb): a pair of Jaccard similarity 0.5 is dropped with
# a chance of 5 %, 0.7 with 57 %, 0.8 with 92 %, 0.9 with 99.9 %.
BANDS, ROWS = 14, 8
WORDS_PER_SHINGLE = 3
CHARACTERS_PER_SHINGLE = 5
_BUCKETS = 1 << 16
_SHINGLES_AT_ONCE = 4096
_SPACED, _UNSPACED = 1, 2
_LETTERS = ((0x30, 0x39), (0x61, 0x7A), (0xC0, 0x1FFF), (0x3040, 0xFDFF))
# Thai and Lao, Myanmar, Khmer, kana, Han, half-width kana, rarer Han.
_LETTERS_WITHOUT_SPACES = (
    (0xE00, 0xEFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF), (0x31F0, 0x31FF),
    (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x20000, 0x20000),
)  # fmt: skip
_KINDS = np.zeros(0x20001, dtype=np.uint8)  # of each character; the last place is for all that are higher
for _kind, _ranges in ((_SPACED, _LETTERS), (_UNSPACED, _LETTERS_WITHOUT_SPACES)):
    for _low, _high in _ranges:
        _KINDS[_low : _high + 1] = _kind


class DigestSet:
    """A set of equally long digests, 2 bytes of each in the choice of a bucket and the rest in its bytes.

    A Python set of the same digests takes over three times as much. (A digest found across two neighbours is
    nearly as improbable as a collision.)
    """

    def __init__(self) -> None:
        self._buckets: list[bytearray | None] = [None] * _BUCKETS

    def add(self, digest: bytes) -> bool:
        """Whether `digest` is new; it is in the set from now on."""
        index = digest[0] << 8 | digest[1]
        bucket, rest = self._buckets[index], digest[2:]
        if bucket is None:
            self._buckets[index] = bytearray(rest)
            return True
        if rest in bucket:
            return False
        bucket += rest
        return True


class ExactDuplicates:
    """Remembers texts by 16 bytes of BLAKE2b."""

    def __init__(self) -> None:
        self._seen = DigestSet()

    def is_new(self, text: str) -> bool:
        """Whether this text was never asked for before."""
        encoded = text.encode("utf-8", "surrogatepass")
        return self._seen.add(hashlib.blake2b(encoded, digest_size=16, usedforsecurity=False).digest())


class NearDuplicates:
    """Remembers texts by the bands of their MinHash signature; the first of a group is the new one."""

    def __init__(self, seed: int = 0) -> None:
        random = np.random.Generator(np.random.Philox(seed))
        self._factors = random.integers(1, 1 << 63, size=BANDS * ROWS, dtype=np.uint64) * np.uint64(
            2
        ) + np.uint64(1)
        self._shifts = random.integers(0, 1 << 63, size=BANDS * ROWS, dtype=np.uint64)
        self._bands = DigestSet()

    def is_new(self, text: str) -> bool:
        """Whether no earlier text was nearly the same. A text without letters or digits is always new."""
        hashed = shingles(text)
        if len(hashed) == 0:
            return True
        signature = self.signature(hashed).reshape(BANDS, ROWS)
        new = [
            self._bands.add(hashlib.blake2b(band.tobytes(), digest_size=8, salt=bytes([index])).digest())
            for index, band in enumerate(signature)
        ]
        return all(new)

    def signature(self, hashed: NDArray[np.uint64]) -> NDArray[np.uint32]:
        """The least value of each hash function over the shingles: [shingles] -> [BANDS * ROWS]."""
        least = np.full(BANDS * ROWS, np.iinfo(np.uint32).max, dtype=np.uint32)
        for start in range(0, len(hashed), _SHINGLES_AT_ONCE):
            block = hashed[start : start + _SHINGLES_AT_ONCE, None]  # [shingles, 1]
            values = (block * self._factors + self._shifts) >> np.uint64(32)  # multiply-shift hashing
            least = np.minimum(least, values.min(axis=0).astype(np.uint32))
        return least


def shingles(text: str) -> NDArray[np.uint64]:
    """Distinct hashes of runs of 3 words, or 5 where most letters are of a script without spaces.

    Case, spaces and punctuation do not count. A shorter text is one shingle.
    """
    codes, kinds = letters(text)
    words = word_hashes(codes, kinds)
    unspaced = np.count_nonzero(kinds == _UNSPACED) > np.count_nonzero(kinds == _SPACED)
    width = CHARACTERS_PER_SHINGLE if unspaced else WORDS_PER_SHINGLE
    hashed = rolling_hash(words, min(width, max(1, len(words))))
    hashed = (hashed ^ (hashed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)  # splitmix64's mixing
    return np.unique(hashed ^ (hashed >> np.uint64(32)))


def letters(text: str) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """The characters of `text` in lower case, and the kind of each: no letter (0), of words with spaces, or without."""
    codes = code_points(text.lower())
    return codes, _KINDS[np.minimum(codes, len(_KINDS) - 1)]


def word_hashes(codes: NDArray[np.uint32], kinds: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """A hash of each word, and of each character of a script without spaces, in order."""
    kept = np.flatnonzero(kinds)
    if len(kept) == 0:
        return np.zeros(0, dtype=np.uint64)
    alone = kinds[kept] == _UNSPACED
    starts = np.ones(len(kept), dtype=bool)
    starts[1:] = (np.diff(kept) > 1) | alone[1:] | alone[:-1]
    first = np.flatnonzero(starts)
    place = np.arange(len(kept)) - np.repeat(first, np.diff(np.append(first, len(kept))))
    # A power of an odd number for each place in the word, so that "on" and "no" differ.
    powers = np.cumprod(np.full(int(place.max()) + 1, 0x9E3779B97F4A7C15, dtype=np.uint64))
    return np.add.reduceat(codes[kept].astype(np.uint64) * powers[place], first)
