"""Units -> windows of a permutation -> packed rows -> batches, as a pure function of (seed, epoch, window)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from yanmo.data.batch import Batch
from yanmo.data.collate import collate
from yanmo.data.cursor import Cursor
from yanmo.data.example import Sample
from yanmo.data.packing import pack
from yanmo.data.random import Key, permuted
from yanmo.data.source import Source
from yanmo.errors import InputError

WINDOW_BATCHES = 32  # batches in a window: few enough to plan at once, enough to pack with under 5 % padding
SAMPLES_PER_UNIT = 1 << 20  # a sample's number is unit * this + its place in the unit


@dataclass(frozen=True, kw_only=True)
class PlannedBatch:
    """Which samples stand in which row; reads no ids."""

    rows: list[list[tuple[int, Sample]]]  # (sample number, sample)
    length: int
    cursor: Cursor  # of the batch after this one


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """The stream of batches over a source.

    batch_tokens: places in a micro-batch, so rows = batch_tokens / row length.
    max_length: of a row; sequences are never longer.
    shuffle: off where every example is read once, in its order.
    """

    source: Source
    seed: int
    batch_tokens: int
    max_length: int
    shuffle: bool = True

    @property
    def units_per_window(self) -> int:
        needed = math.ceil(WINDOW_BATCHES * self.batch_tokens / max(1.0, self.source.mean_tokens))
        return min(max(1, needed), max(1, len(self.source)))

    @property
    def num_windows(self) -> int:
        """Windows of an epoch; they hold nearly the same number of units."""
        return math.ceil(len(self.source) / self.units_per_window)

    def units(self, epoch: int, window: int) -> list[int]:
        """The units of a window: a slice of the epoch's permutation."""
        size = len(self.source)
        places = np.arange(window * size // self.num_windows, (window + 1) * size // self.num_windows)
        if not self.shuffle:
            return [int(place) for place in places]
        return [int(unit) for unit in permuted(places, size, Key(self.seed, epoch, 0))]

    def batches(self, epoch: int, window: int) -> list[PlannedBatch]:
        """The micro-batches of a window, in order. A pure function: nothing is read but lengths."""
        samples = [
            (unit * SAMPLES_PER_UNIT + place, sample)
            for unit in self.units(epoch, window)
            for place, sample in enumerate(self.source.samples(unit, Key(self.seed, epoch, unit)))
        ]
        generator = Key(self.seed, epoch, window).generator("rows")
        planned: list[tuple[int, list[list[tuple[int, Sample]]]]] = []
        for length, rows in pack([sample.length for _, sample in samples], self.max_length).items():
            if self.shuffle:
                rows = [rows[place] for place in generator.permutation(len(rows))]
            count = math.ceil(len(rows) / max(1, self.batch_tokens // length))
            # nearly equal batches: a short last one would weigh as much as a full one
            edges = [len(rows) * number // count for number in range(count + 1)]
            planned += [
                (length, [[samples[index] for index in row] for row in rows[first:last]])
                for first, last in pairwise(edges)
            ]
        if self.shuffle:
            planned = [planned[place] for place in generator.permutation(len(planned))]
        return [
            PlannedBatch(rows=rows, length=length, cursor=self._after(epoch, window, number, len(planned)))
            for number, (length, rows) in enumerate(planned)
        ]

    def build(self, planned: PlannedBatch, epoch: int) -> Batch:
        """Reads and corrupts the samples of a planned batch."""
        rows = [
            [(number, self.source.example(sample, Key(self.seed, epoch, number))) for number, sample in row]
            for row in planned.rows
        ]
        first = planned.rows[0][0][0]
        key = Key(self.seed, epoch, first).integer()
        return collate(rows, planned.length, key=key, cursor=planned.cursor)

    def stream(self, cursor: Cursor, *, epochs: int | None = None) -> Iterator[Batch]:
        """Batches from `cursor` on, epoch after epoch, for ever or until `epochs` are over.

        Errors: InputError when it would go on for ever because whole epochs give none.
        """
        assert len(self.source), "an empty source has no batches"
        empty = 0  # windows in a row
        while epochs is None or cursor.epoch < epochs:
            batches = self._planned(cursor.epoch, cursor.window)
            if cursor.batch < len(batches):
                planned = batches[cursor.batch]
                yield self.build(planned, cursor.epoch)
                cursor, empty = planned.cursor, 0
            else:  # a window without a sample that the objective can use
                empty += 1
                if epochs is None and empty == 2 * self.num_windows:  # whatever their orders, a whole epoch
                    raise InputError("data.no_samples", units=len(self.source))
                cursor = self._after(cursor.epoch, cursor.window, 0, 1)

    def fraction(self, cursor: Cursor) -> float:
        """Epochs done at `cursor`, a fraction inside an epoch."""
        if cursor.batch == 0:
            return cursor.epoch + cursor.window / self.num_windows
        inside = cursor.batch / max(1, len(self._planned(cursor.epoch, cursor.window)))
        return cursor.epoch + (cursor.window + inside) / self.num_windows

    @cached_property
    def _planned(self) -> Callable[[int, int], list[PlannedBatch]]:
        """`batches`, which remembers the window that is read and the one after it."""
        return lru_cache(maxsize=2)(self.batches)

    def _after(self, epoch: int, window: int, number: int, count: int) -> Cursor:
        if number + 1 < count:
            return Cursor(epoch=epoch, window=window, batch=number + 1)
        if window + 1 < self.num_windows:
            return Cursor(epoch=epoch, window=window + 1)
        return Cursor(epoch=epoch + 1)
