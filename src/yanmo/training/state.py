"""Where a run stands: everything but the tensors, as plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from yanmo.data.cursor import Cursor


@dataclass(frozen=True, kw_only=True)
class TrainState:
    """Saved with every checkpoint; a new one after every step.

    skipped: steps not taken because loss or gradient was not finite; skipped_in_a_row: of these, the latest run.
    averaged: steps in the mean of the weights.
    best: value of the metric that chooses a checkpoint; stale: evaluations since it improved.
    """

    step: int = 0
    cursor: Cursor = field(default_factory=Cursor)
    tokens: int = 0
    skipped: int = 0
    skipped_in_a_row: int = 0
    averaged: int = 0
    evaluations: int = 0
    best: float | None = None
    best_step: int | None = None
    stale: int = 0
    stopped: bool = False  # early: the metric no longer improved

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> TrainState:
        return TrainState(**{**values, "cursor": Cursor(**values["cursor"])})

    def evaluated(self, value: float, *, higher_is_better: bool) -> TrainState:
        """The state after an evaluation; a value that is not finite is never best."""
        better = math.isfinite(value) and (
            self.best is None or (value > self.best if higher_is_better else value < self.best)
        )
        if better:
            return replace(self, best=value, best_step=self.step, stale=0)
        return replace(self, stale=self.stale + 1)
