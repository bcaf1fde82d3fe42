"""What the Trainer asks of an evaluation, and the one for pre-training: loss on held-out text."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from yanmo.data.cursor import Cursor
from yanmo.data.plan import Plan
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.training.samples import HeldOutSamples, TextSample


class Evaluator(Protocol):
    """metric: the value that chooses the best checkpoint."""

    @property
    def metric(self) -> str: ...
    @property
    def higher_is_better(self) -> bool: ...
    def __call__(self, learner: Learner, *, final: bool) -> dict[str, float]: ...
    def samples(self, learner: Learner) -> tuple[TextSample, ...]:
        """What the model makes of a few texts, to be read by people; none where predictions are not text."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOutLoss:
    """Mean loss and accuracy of each term on held-out text, and its perplexity, always with the same masks.

    batches: read at evaluations on the way; the final one reads all. show: makes the samples of each evaluation.
    """

    objective: Objective
    plan: Plan
    batches: int
    show: HeldOutSamples | None = None
    metric: str = "loss"
    higher_is_better: bool = False

    def __call__(self, learner: Learner, *, final: bool) -> dict[str, float]:
        learner.eval()
        device = learner.backbone.vocabulary_weight.device
        sums: Counter[str] = Counter()
        for batch in islice(self.plan.stream(Cursor(), epochs=1), None if final else self.batches):
            for name, value in self.objective.measure(learner, batch.to(device)).items():
                sums[name] += value  # type: ignore[assignment]
        metrics: dict[str, float] = {}
        for term in self.objective.terms:
            count = sums[f"count_{term}"]
            if not count:
                continue  # no label of it in the held-out text: a zero would look like a result
            metrics[f"loss_{term}"] = sums[f"loss_{term}"] / count
            if f"correct_{term}" in sums:
                metrics[f"accuracy_{term}"] = sums[f"correct_{term}"] / count
        losses = [value for name, value in metrics.items() if name.startswith("loss_")]
        metrics["loss"] = sum(losses) if losses else math.nan
        if f"loss_{self.objective.text_term}" in metrics:
            metrics["perplexity"] = math.exp(min(metrics[f"loss_{self.objective.text_term}"], 700.0))
        return metrics

    def samples(self, learner: Learner) -> tuple[TextSample, ...]:
        return () if self.show is None else self.show(learner.eval())
