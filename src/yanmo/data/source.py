"""Units of text or encoded examples, as a plan of batches sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from yanmo.data.example import BoolArray, Example, IntArray, Sample
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.data.store import TokenStore


class Corruption(Protocol):
    """The data side of an objective: what `select` and `corrupt` mean is said in `yanmo.objectives`."""

    def select(self, text: TextSource, unit: int, key: Key) -> list[Sample]: ...
    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example: ...


class Source(Protocol):
    """What a plan draws from: `len` units of the shuffle, each giving samples, each of which can be read."""

    def __len__(self) -> int: ...
    @property
    def mean_tokens(self) -> float: ...  # per unit, about
    @property
    def digest(self) -> str: ...  # SHA-256 of the content: a run resumes on the same data alone
    def samples(self, unit: int, key: Key) -> list[Sample]: ...
    def example(self, sample: Sample, key: Key) -> Example: ...


@dataclass(frozen=True, eq=False)
class TextSource:
    """A token store in units of at most `unit_tokens`: a book is many units, a short document is one.

    `room`: the longest sequence, special tokens counted.
    """

    store: TokenStore
    objective: Corruption
    frame: Frame
    room: int
    unit_tokens: int

    @cached_property
    def _units_before(self) -> IntArray:
        """Units in all documents before each: one binary search finds the document of a unit."""
        lengths = np.diff(self.store.documents)
        return np.concatenate([[0], np.cumsum(-(-lengths // self.unit_tokens))])

    def __len__(self) -> int:
        return int(self._units_before[-1])

    @property
    def mean_tokens(self) -> float:
        return self.store.num_tokens / max(1, len(self))

    @property
    def digest(self) -> str:
        return self.store.digest

    def span(self, unit: int) -> tuple[int, int]:
        """The token range of a unit."""
        document = self.document(unit)
        start = int(self.store.documents[document]) + self.unit_tokens * (
            unit - int(self._units_before[document])
        )
        return start, min(start + self.unit_tokens, int(self.store.documents[document + 1]))

    def document(self, unit: int) -> int:
        """The document that a unit belongs to."""
        return int(np.searchsorted(self._units_before, unit, side="right")) - 1

    def text(self, unit: int) -> int:
        """The text that a unit comes from; where the store holds one alone, the part of it."""
        document = self.document(unit)
        return int(self.store.texts[document]) if self.store.texts[-1] else document

    def sentence_bits(self, start: int, end: int) -> BoolArray:
        """Which tokens of [start, end) begin a sentence."""
        return self.store.bits("sentence_start", start, end)

    def samples(self, unit: int, key: Key) -> list[Sample]:
        return self.objective.select(self, unit, key)

    def example(self, sample: Sample, key: Key) -> Example:
        """Reads a sample, frames it and lets the objective corrupt it."""
        first = sample.spans[0][0]
        document = int(np.searchsorted(self.store.documents, first, side="right")) - 1
        example = self.frame.build(
            [self.store.read(start, end) for start, end in sample.spans],
            starts=first == self.store.documents[document] and self.store.opens(document),
            ends=sample.spans[-1][1] == self.store.documents[document + 1] and self.store.closes(document),
        )
        if sample.labels:
            place = np.array([self.frame.summary_position(len(example.input_ids))])
            labels = {term: (place, np.array([value])) for term, value in sample.labels.items()}
            example = replace(example, labels=labels)
        example = self.objective.corrupt(example, key, self.frame)
        if example.prefix_length is not None:
            return example
        return replace(example, prefix_length=self.frame.prefix_length(len(example.input_ids)))


@dataclass(frozen=True, eq=False)
class ExampleSource:
    """Examples that a task encoded, in memory; a unit is one of them."""

    examples: Sequence[Example]

    def __len__(self) -> int:
        return len(self.examples)

    @cached_property
    def mean_tokens(self) -> float:
        return sum(example.room for example in self.examples) / max(1, len(self))

    @cached_property
    def digest(self) -> str:
        total = hashlib.sha256()
        for example in self.examples:
            for side in (example, example.target):
                if side is not None:
                    _hash(total, side)
        return total.hexdigest()

    def samples(self, unit: int, key: Key) -> list[Sample]:
        return [Sample(spans=((unit, unit + 1),), length=self.examples[unit].room)]

    def example(self, sample: Sample, key: Key) -> Example:
        return self.examples[sample.spans[0][0]]


def _hash(total: hashlib._Hash, example: Example) -> None:
    total.update(repr((example.prefix_length, sorted(example.labels))).encode())
    if example.parts:
        total.update(repr(example.parts).encode())
    for _, (places, values) in sorted(example.labels.items()):
        total.update(places.tobytes() + values.tobytes())
    total.update(example.token_type_ids.tobytes() + example.input_ids.tobytes())
