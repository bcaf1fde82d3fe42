"""What enters the training loop from outside: reporters, savers, tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yanmo.training.samples import TextSample


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """What a step did. progress: of the budget, 0 to 1. seconds: since the run began, time stopped left out."""

    step: int
    progress: float
    losses: Mapping[str, float]
    norm: float
    lr_scale: float
    finite: bool
    tokens: int  # in this step
    tokens_seen: int
    epochs: float
    seconds: float
    seconds_left: float | None  # None while it is not known


class Hook:
    """Override what is needed; nothing a hook does may change the training."""

    def on_step(self, report: StepReport) -> None:
        """After every step."""

    def on_evaluate(self, step: int, metrics: Mapping[str, float], *, best: bool) -> None:
        """After every evaluation."""

    def on_samples(self, step: int, samples: Sequence[TextSample]) -> None:
        """With an evaluation that shows what the model makes of a few texts."""

    def on_save(self, step: int, path: Path, seconds: float) -> None:
        """After a checkpoint was committed."""

    def on_end(self, step: int) -> None:
        """After the last step."""
