"""Precision, recall and F1 from counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Precision, recall and F1, 0 to 1 (0 where there is nothing to divide by), and the counts behind them.

    per_kind: the same for each class or kind of entity, where it was asked for.
    """

    correct: int
    predicted: int
    gold: int
    per_kind: Mapping[str, Scores] = field(default_factory=dict)

    @property
    def precision(self) -> float:
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.correct / (self.predicted + self.gold) if self.predicted + self.gold else 0.0


def micro(per_kind: Mapping[str, Scores]) -> Scores:
    """All decisions together."""
    return Scores(
        correct=sum(scores.correct for scores in per_kind.values()),
        predicted=sum(scores.predicted for scores in per_kind.values()),
        gold=sum(scores.gold for scores in per_kind.values()),
        per_kind=per_kind,
    )


def macro_f1(per_kind: Iterable[Scores]) -> float:
    """The mean F1 of the kinds that occur in gold or predicted."""
    occurring = [scores.f1 for scores in per_kind if scores.gold + scores.predicted]
    return sum(occurring) / len(occurring) if occurring else 0.0
