"""A stream of texts -> a uniform sample of fixed size, and exact counts of all its characters.

The trainers of the `tokenizers` library keep every distinct word in memory, so a large corpus ends them. Here
pieces are learned from a uniform sample, while the alphabet is counted over the whole stream: rare characters
are what a sample would miss.

By default 16k entries are learned within about ten seconds and 300 MB on two cores, from 32M characters for
WordPiece, 16M for byte_bpe, 4M for unigram. `sample_characters` sets another.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yanmo.errors import InputError
from yanmo.tokenizers.tokenizer import replace_surrogates

BLOCK = 4096  # characters; long documents are cut so that none of them is the whole sample
_CODE_POINTS = 0x110000
_SMALL_ALPHABET = 300


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Blocks of text in the order of the stream, and `counts[code point]` over all of it."""

    blocks: list[str]
    counts: npt.NDArray[np.int64]

    def characters(self) -> Iterator[tuple[str, int]]:
        """Each character of the whole stream with its count."""
        for code in np.flatnonzero(self.counts):
            yield chr(code), int(self.counts[code])


def draw(texts: Iterable[str], limit: int) -> Sample:
    """About `limit` characters of `texts`: the blocks with the smallest random priorities (fixed seed).

    One pass; memory is that of the sample. Errors: InputError when there is nothing but white space.
    """
    priorities = random.Random(0)
    heap: list[tuple[float, int, str]] = []  # the largest priority on top
    counts = np.zeros(_CODE_POINTS, dtype=np.int64)
    uncounted: list[str] = []
    kept = waiting = 0
    for index, block in enumerate(_blocks(texts)):
        uncounted.append(block)
        waiting += len(block)
        if waiting > _CODE_POINTS:
            _count(uncounted, counts)
            waiting = 0
        heapq.heappush(heap, (-priorities.random(), index, block))
        kept += len(block)
        while kept > limit and len(heap) > 1:
            kept -= len(heapq.heappop(heap)[2])
    _count(uncounted, counts)
    if not any(not chr(code).isspace() for code in np.flatnonzero(counts)):
        raise InputError("tokenizers.no_text")
    return Sample(blocks=[block for _, _, block in sorted(heap, key=lambda item: item[1])], counts=counts)


def _blocks(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        text = replace_surrogates(text)
        for start in range(0, len(text), BLOCK):
            yield text[start : start + BLOCK]


def _count(blocks: list[str], counts: npt.NDArray[np.int64]) -> None:
    """Add the characters of `blocks` to `counts` and empty the list."""
    codes = np.frombuffer("".join(blocks).encode("utf-32-le"), dtype=np.uint32)
    counts += np.bincount(codes, minlength=_CODE_POINTS)
    blocks.clear()


@dataclass(frozen=True, kw_only=True)
class Alphabet:
    """The normalised characters that the vocabulary holds, sorted; `blank` turns all others into spaces."""

    characters: list[str]
    blank: dict[int, str]

    def clean(self, blocks: Iterable[str]) -> Iterator[str]:
        """The blocks without the characters outside the alphabet: they split words, as [UNK] will."""
        return (block.translate(self.blank) for block in blocks) if self.blank else iter(blocks)


def alphabet(sample: Sample, normalized: dict[str, str], coverage: float) -> Alphabet:
    """The most frequent characters that make up `coverage` of the text.

    A small alphabet, of 300 characters at most, is kept whole.
    `normalized`: each raw character and what becomes of it.
    """
    counts: dict[str, int] = {}
    for character, count in sample.characters():
        for part in normalized[character]:
            counts[part] = counts.get(part, 0) + count
    kept: set[str] = set()
    missing = coverage * sum(counts.values())
    for part, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if missing <= 0 and len(kept) >= _SMALL_ALPHABET:
            break
        kept.add(part)
        missing -= count
    blank = {ord(raw): " " for raw, parts in normalized.items() if not kept.issuperset(parts)}
    return Alphabet(characters=sorted(kept), blank=blank)
