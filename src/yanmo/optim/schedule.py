"""The learning rate's multiplier as a pure function of progress, so that it ends with any kind of budget.

The rate of a step is taken in the middle of the progress it makes, so no step has a rate of zero.
"""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field, model_validator

from yanmo.config import Config
from yanmo.errors import ConfigError

Schedule = Literal["linear", "cosine", "wsd", "inverse_sqrt", "constant"]


class ScheduleConfig(Config):
    """How the learning rate rises and falls over the budget."""

    name: Schedule = "linear"
    """After the warm-up: fall to 0 (linear, cosine), stay and then fall (wsd), fall with the root, stay."""
    warmup: float = Field(default=0.06, ge=0, lt=1)
    """Part of the budget in which the rate rises from 0."""
    decay: float = Field(default=0.2, gt=0, le=1)
    """wsd: part of the budget in which the rate falls to 0; warmup and decay together are at most 1."""

    @model_validator(mode="after")
    def _decays_after_the_warmup(self) -> ScheduleConfig:
        if self.name == "wsd" and self.warmup + self.decay > 1:
            raise ConfigError("training.schedule_overlaps", warmup=self.warmup, decay=self.decay)
        return self

    def multiplier(self, progress: float) -> float:
        """The factor, 0 to 1, at `progress` of the budget."""
        return multiplier(self.name, progress, self.warmup, self.decay)


def multiplier(name: Schedule, progress: float, warmup: float, decay: float = 0.2) -> float:
    """The factor, 0 to 1, on the learning rate at `progress`, 0 to 1, of the budget.

    cosine: Loshchilov and Hutter 2017. wsd (warm-up, stable, decay): Hu et al. 2024, "MiniCPM".
    inverse_sqrt: Vaswani et al. 2017; it does not reach 0, and is constant without a warm-up.
    """
    assert 0 <= progress <= 1, progress
    if progress < warmup:
        return progress / warmup
    left = (1 - progress) / (1 - warmup)  # 1 after the warm-up, 0 at the end
    match name:
        case "linear":
            return left
        case "cosine":
            return 0.5 * (1 + math.cos(math.pi * (1 - left)))
        case "wsd":
            return min(1.0, (1 - progress) / decay)
        case "inverse_sqrt":
            return math.sqrt(warmup / progress) if warmup else 1.0
        case "constant":
            return 1.0
