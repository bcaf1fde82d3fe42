"""What a metric is made of, text by text: its value, its interval, and the difference to another model's.

Papers: Efron and Tibshirani 1993, "An Introduction to the Bootstrap"; Koehn 2004, "Statistical Significance Tests for
Machine Translation Evaluation".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from yanmo.evaluation.significance import (
    Comparison,
    comparison,
    exchanges,
    mcnemar,
    resample,
    spread_of,
    wilson,
)
from yanmo.metrics.classification import matthews
from yanmo.metrics.correlation import pearson, spearman
from yanmo.metrics.translation import bleu_of_counts

Measure: TypeAlias = Literal["ratio", "f1", "bleu", "pearson", "spearman", "matthews", "macro_f1"]
Rows: TypeAlias = NDArray[np.float64]  # [texts, columns]
Values: TypeAlias = NDArray[np.float64]  # [samples]
LOWER_IS_BETTER = ("loss", "bits_per_byte", "perplexity", "ece")


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """The rows of a metric over a test set, and how they become the metric.

    columns: ratio: numerator, denominator; f1: correct, predicted, gold; bleu: length, reference length, four counts
    of right n-grams, four of all; pearson, spearman: predicted, gold; matthews, macro_f1: gold class, predicted class.
    """

    metric: str
    measure: Measure
    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def value(self) -> float:
        return float(self.of(np.arange(len(self.rows))[None])[0])

    @property
    def higher_is_better(self) -> bool:
        return self.metric not in LOWER_IS_BETTER

    @property
    def counts_texts(self) -> bool:
        """Whether the metric is the share of texts that are right, such as an accuracy."""
        return self.measure == "ratio" and bool(
            (self.rows[:, 1] == 1).all() and np.isin(self.rows[:, 0], (0, 1)).all()
        )

    def of(self, chosen: NDArray[np.int64]) -> Values:
        """The metric of each sample of texts, [samples, texts] -> [samples]."""
        if self.measure in SUMMED:
            sums = np.stack([column[chosen].sum(axis=1) for column in self.rows.T], axis=1)
            return SUMMED[self.measure](sums)
        drawn = DRAWN[self.measure]
        return np.array([drawn(self.rows[sample]) for sample in chosen], dtype=np.float64)

    def part(self, places: Sequence[int]) -> Evidence:
        """The same of some of the texts."""
        return replace(self, rows=self.rows[list(places)])

    def to_json(self) -> dict[str, Any]:
        return {"metric": self.metric, "measure": self.measure, "rows": self.rows.tolist()}

    @staticmethod
    def from_json(tree: Mapping[str, Any]) -> Evidence:
        rows = np.array(tree["rows"], dtype=np.float64)
        return Evidence(metric=str(tree["metric"]), measure=tree["measure"], rows=rows)


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A metric, and where it lies in 95 % of test sets like this one; None where these texts cannot tell."""

    metric: str
    value: float
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def interval(evidence: Evidence, *, seed: int = 0) -> Interval:
    """By resampling the texts. Errors: ValueError when there are none.

    Where every sample gives the same value, as when all is right, resampling knows of no spread: the interval of a
    share of texts is then Wilson's, that of another metric is not known.
    """
    low, high = spread_of(resample(len(evidence), evidence.of, seed))
    value = evidence.value
    if low is None and evidence.counts_texts and value in (0.0, 1.0):
        low, high = wilson(round(value * len(evidence)), len(evidence))
    return Interval(metric=evidence.metric, value=value, low=low, high=high)


def compare(first: Sequence[Evidence], second: Sequence[Evidence], *, seed: int = 0) -> Comparison:
    """Second minus first over the same texts; of several seeds each, the means over seeds.

    p is no smaller than that of the exact test, as in `paired_bootstrap`.
    Errors: ValueError when a side is empty, or the numbers of texts or the metrics differ.
    """
    if not first or not second:
        raise ValueError("nothing to compare")
    kinds = {(one.metric, one.measure, len(one)) for one in (*first, *second)}
    if len(kinds) > 1:
        raise ValueError(f"not the same texts and metric: {sorted(kinds)}")

    def difference(chosen: NDArray[np.int64]) -> Values:
        one, other = (
            np.mean([each.of(chosen) for each in side], axis=0, dtype=np.float64) for side in (first, second)
        )
        return np.asarray(other - one, dtype=np.float64)

    return comparison(len(first[0]), difference, seed, exact=_exact(first, second))


def _exact(first: Sequence[Evidence], second: Sequence[Evidence]) -> float:
    """The p-value of the exact test of two sides; 0 where there is none, for several seeds on many texts.

    Of unequal numbers of seeds each is taken as often as makes them equal.
    """
    if len(first) == len(second) == 1 and first[0].counts_texts and second[0].counts_texts:
        return mcnemar(first[0].rows[:, 0] == 1, second[0].rows[:, 0] == 1)
    count = math.lcm(len(first), len(second))
    pairs = list(zip([*first] * (count // len(first)), [*second] * (count // len(second)), strict=True))
    differs = np.any([(one.rows != other.rows).any(axis=1) for one, other in pairs], axis=0)

    def exchanged(swap: NDArray[np.bool_]) -> float:
        gains = [
            replace(other, rows=np.where(swap[:, None], one.rows, other.rows)).value
            - replace(one, rows=np.where(swap[:, None], other.rows, one.rows)).value
            for one, other in pairs
        ]
        return float(np.mean(gains))

    return exchanges(differs, exchanged)


def _ratio(sums: Rows) -> Values:
    return sums[:, 0] / np.maximum(sums[:, 1], 1e-12)


def _f1(sums: Rows) -> Values:
    return 2 * sums[:, 0] / np.maximum(sums[:, 1] + sums[:, 2], 1e-12)


def _bleu(sums: Rows) -> Values:
    return np.array([bleu_of_counts(row.astype(int).tolist()) for row in sums], dtype=np.float64)


def _class_counts(rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Of rows (gold class, predicted class) the texts of each class that are right, gold and predicted, [classes]."""
    gold, predicted = rows.astype(np.int64).T
    size = int(rows.max()) + 1
    correct, right, found = (
        np.bincount(one, minlength=size) for one in (gold[gold == predicted], gold, predicted)
    )
    return correct, right, found


def _macro_f1(rows: Rows) -> float:
    correct, gold, predicted = _class_counts(rows)
    both = gold + predicted
    return float((2 * correct[both > 0] / both[both > 0]).mean())


SUMMED: Mapping[Measure, Callable[[Rows], Values]] = {"ratio": _ratio, "f1": _f1, "bleu": _bleu}
DRAWN: Mapping[Measure, Callable[[Rows], float]] = {
    "pearson": lambda rows: pearson(rows[:, 0], rows[:, 1]),
    "spearman": lambda rows: spearman(rows[:, 0], rows[:, 1]),
    "matthews": lambda rows: matthews(*_class_counts(rows)),
    "macro_f1": _macro_f1,
}
