"""Whether a difference between two models is more than luck with the test set.

Where few texts tell two models apart a bootstrap knows too little of them, and a single one would look certain: p is
then that of an exact test.
Papers: Efron and Tibshirani 1993, "An Introduction to the Bootstrap"; Koehn 2004, "Statistical Significance
Tests for Machine Translation Evaluation"; McNemar 1947, "Note on the Sampling Error of the Difference Between
Correlated Proportions"; Noreen 1989, "Computer-Intensive Methods for Testing Hypotheses".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from yanmo.metrics.entities import Entity, entity_scores

LEVEL = 0.05  # of significance, two-sided
SAMPLES = 5000
CHUNK = 1 << 21  # indices drawn at a time: flat memory however large the test set
FEW = 10  # texts that differ, below which all exchanges are tried
LEAST_SPREAD = 1e-9  # of resampled values; what lies nearer together is one value but for rounding

Counts = NDArray[np.float64]  # [texts, 3]: correct, predicted, gold
Statistic = Callable[[NDArray[np.int64]], NDArray[np.float64]]  # texts [samples, texts] -> values [samples]
Exchanged = Callable[[NDArray[np.bool_]], float]  # where the models change places, [texts] -> difference


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Second minus first, the 95 % interval of it over test sets like this one, and the p-value.

    low, high: None where every sample of these texts gives the same difference, or none that is a number.
    """

    difference: float
    low: float | None
    high: float | None
    p_value: float

    @property
    def significant(self) -> bool:
        """Not by luck, in whichever direction."""
        return self.p_value < LEVEL


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Mean and standard deviation over seeds (that of a sample: n - 1; 0 for a single one)."""

    mean: float
    deviation: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.2f} ± {self.deviation:.2f}" if self.count > 1 else f"{self.mean:.2f}"


def spread(values: Sequence[float]) -> Spread:
    """Errors: ValueError when there are none."""
    if not values:
        raise ValueError("no values")
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return Spread(mean=float(np.mean(values)), deviation=deviation, count=len(values))


def paired_bootstrap(first: Sequence[float], second: Sequence[float], *, seed: int = 0) -> Comparison:
    """Compares two means over the same texts, such as accuracies: one score per text and model.

    p is no smaller than that of the exact test: McNemar's where all scores are 0 or 1, that of all exchanges where
    fewer than 10 texts differ. With several seeds give each text's mean over them.
    Errors: ValueError when the lengths differ or are 0.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} scores")
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    difference = other - one
    if np.isin([one, other], (0, 1)).all():
        exact = mcnemar(one == 1, other == 1)
    else:
        exact = exchanges(difference != 0, lambda swap: float(np.where(swap, -difference, difference).mean()))
    return comparison(len(difference), lambda chosen: difference[chosen].mean(axis=1), seed, exact=exact)


def entity_counts(gold: Sequence[Iterable[Entity]], predicted: Sequence[Iterable[Entity]]) -> Counts:
    """Correct, predicted and gold entities of each text."""
    rows = [entity_scores([right], [found]) for right, found in zip(gold, predicted, strict=True)]
    counts = [(row.correct, row.predicted, row.gold) for row in rows]
    return np.array(counts, dtype=np.float64).reshape(-1, 3)


def mcnemar(first: Sequence[bool] | NDArray[np.bool_], second: Sequence[bool] | NDArray[np.bool_]) -> float:
    """The exact two-sided p-value of two classifiers being right equally often, from who is right where.

    Errors: ValueError when the lengths differ.
    """
    pairs = list(zip(first, second, strict=True))
    only_first = sum(bool(one and not other) for one, other in pairs)
    only_second = sum(bool(other and not one) for one, other in pairs)
    total = only_first + only_second
    tail = term = 1  # C(total, 0), and so on: each from the one before, for a test set may be large
    for count in range(1, min(only_first, only_second) + 1):
        term = term * (total - count + 1) // count
        tail += term
    return min(1.0, 2 * tail / (1 << total))


def exchanges(differs: NDArray[np.bool_], difference: Exchanged) -> float:
    """The two-sided p-value of two models being alike, over all ways to exchange them on the texts that differ.

    Exact, whatever the metric; of means of 0 and 1 it is that of McNemar's test. Above 9 such texts, where the
    bootstrap has enough of them, 0: it has no objection.
    """
    places = np.flatnonzero(differs)
    if len(places) >= FEW:
        return 0.0
    swap = np.zeros(len(differs), dtype=np.bool_)
    observed, as_large = abs(difference(swap)), 0
    for number in range(1 << len(places)):
        swap[places] = [number >> bit & 1 for bit in range(len(places))]
        as_large += not abs(difference(swap)) < observed - LEAST_SPREAD
    return as_large / (1 << len(places))


def comparison(size: int, difference: Statistic, seed: int = 0, *, exact: float = 0.0) -> Comparison:
    """What a paired bootstrap over `size` texts says of a difference; exact: a p-value below which p is not.

    Errors: ValueError when there are none.
    """
    differences = resample(size, difference, seed)
    # One is added on both sides, for the observed set is itself a possible sample: p is never 0. What is not a number
    # speaks for neither side.
    below = (1 + int((~(differences > 0)).sum())) / (1 + SAMPLES)
    above = (1 + int((~(differences < 0)).sum())) / (1 + SAMPLES)
    low, high = spread_of(differences)
    return Comparison(
        difference=float(difference(np.arange(size)[None])[0]),
        low=low,
        high=high,
        p_value=min(1.0, max(exact, 2 * min(below, above))),
    )


def spread_of(values: NDArray[np.float64]) -> tuple[float, float] | tuple[None, None]:
    """The 95 % interval of resampled values; None where they are all alike, or not all numbers: it is not known."""
    if not np.ptp(values) > LEAST_SPREAD:
        return None, None
    low, high = np.quantile(values, [LEVEL / 2, 1 - LEVEL / 2])
    return float(low), float(high)


def wilson(count: int, size: int) -> tuple[float, float]:
    """The 95 % interval of a share of `count` in `size`, also where it is none or all.

    Paper: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".
    Errors: ValueError when size is 0.
    """
    if not size:
        raise ValueError("no texts to tell from")
    square = NormalDist().inv_cdf(1 - LEVEL / 2) ** 2
    middle = (count + square / 2) / (size + square)
    half = math.sqrt(square * (count * (size - count) / size + square / 4)) / (size + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def resample(size: int, statistic: Statistic, seed: int = 0) -> NDArray[np.float64]:
    """The statistic of samples of `size` texts, drawn with replacement. Errors: ValueError when size is 0."""
    if not size:
        raise ValueError("no texts to compare on")
    generator = np.random.default_rng(seed)
    step = max(1, CHUNK // size)
    counts = [min(step, SAMPLES - start) for start in range(0, SAMPLES, step)]
    return np.concatenate([statistic(generator.integers(size, size=(count, size))) for count in counts])
