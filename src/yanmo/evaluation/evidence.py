"""What a metric is made of, text by text: its value, its interval, and the difference to another model's.

Papers: Efron and Tibshirani 1993, "An Introduction to the Bootstrap"; Koehn 2004, "Statistical Significance Tests for
Machine Translation Evaluation".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from yanmo.evaluation.significance import LEVEL, Comparison, comparison, resample, wilson
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
    values = resample(len(evidence), evidence.of, seed)
    low, high = (float(edge) for edge in np.quantile(values, [LEVEL / 2, 1 - LEVEL / 2]))
    value = evidence.value
    if values.max() - values.min() > 1e-9:
        return Interval(metric=evidence.metric, value=value, low=low, high=high)
    if evidence.counts_texts and value in (0.0, 1.0):
        low, high = wilson(round(value * len(evidence)), len(evidence))
        return Interval(metric=evidence.metric, value=value, low=low, high=high)
    return Interval(metric=evidence.metric, value=value, low=None, high=None)


def compare(first: Sequence[Evidence], second: Sequence[Evidence], *, seed: int = 0) -> Comparison:
    """Second minus first over the same texts; of several seeds each, the means over seeds.

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

    return comparison(len(first[0]), difference, seed)


def _ratio(sums: Rows) -> Values:
    return sums[:, 0] / np.maximum(sums[:, 1], 1e-12)


def _f1(sums: Rows) -> Values:
    return 2 * sums[:, 0] / np.maximum(sums[:, 1] + sums[:, 2], 1e-12)


def _bleu(sums: Rows) -> Values:
    return np.array([bleu_of_counts(row.astype(int).tolist()) for row in sums], dtype=np.float64)


def _confusion(rows: Rows) -> NDArray[np.int64]:
    """Counts [gold, predicted] of rows (gold class, predicted class)."""
    size = int(rows.max()) + 1
    pairs = rows[:, 0].astype(np.int64) * size + rows[:, 1].astype(np.int64)
    return np.bincount(pairs, minlength=size * size).reshape(size, size)


def _macro_f1(rows: Rows) -> float:
    matrix = _confusion(rows)
    both = matrix.sum(axis=0) + matrix.sum(axis=1)
    return float((2 * np.diag(matrix)[both > 0] / both[both > 0]).mean())


SUMMED: Mapping[Measure, Callable[[Rows], Values]] = {"ratio": _ratio, "f1": _f1, "bleu": _bleu}
DRAWN: Mapping[Measure, Callable[[Rows], float]] = {
    "pearson": lambda rows: pearson(rows[:, 0], rows[:, 1]),
    "spearman": lambda rows: spearman(rows[:, 0], rows[:, 1]),
    "matthews": lambda rows: matthews(_confusion(rows)),
    "macro_f1": _macro_f1,
}
