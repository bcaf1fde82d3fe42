"""Scores of classes: one per text, or any number of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from yanmo.metrics.scores import Scores, macro_f1, micro

Counts = NDArray[np.int64]  # [classes]


def single_label(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> dict[str, float]:
    """accuracy (which micro F1 equals here), macro_f1 (mean over the classes that occur) and matthews."""
    table = class_table([[name] for name in gold], [[name] for name in predicted], labels)
    counts = np.array([(one.correct, one.gold, one.predicted) for one in table.values()], dtype=np.int64)
    correct, of_gold, found = counts.reshape(-1, 3).T
    return {
        "accuracy": float(correct.sum() / len(gold)) if gold else 0.0,
        "macro_f1": macro_f1(table.values()),
        "matthews": matthews(correct, of_gold, found),
    }


def multi_label(
    gold: Sequence[Collection[str]], predicted: Sequence[Collection[str]], labels: Sequence[str]
) -> dict[str, float]:
    """accuracy (of whole sets: subset accuracy), micro_f1 and macro_f1 (mean over the classes that occur)."""
    equal = [set(right) == set(found) for right, found in zip(gold, predicted, strict=True)]
    table = class_table(gold, predicted, labels)
    return {
        "accuracy": sum(equal) / len(equal) if equal else 0.0,
        "micro_f1": micro(table).f1,
        "macro_f1": macro_f1(table.values()),
    }


def class_table(
    gold: Sequence[Collection[str]], predicted: Sequence[Collection[str]], labels: Sequence[str]
) -> dict[str, Scores]:
    """One row per class in the order of `labels`; a class that occurs and is not among them comes after."""
    of_gold: Counter[str] = Counter()
    of_found: Counter[str] = Counter()
    of_both: Counter[str] = Counter()
    for right, found in zip(map(set, gold), map(set, predicted), strict=True):
        of_gold.update(right)
        of_found.update(found)
        of_both.update(right & found)
    others = sorted((of_gold.keys() | of_found.keys()).difference(labels))
    return {
        label: Scores(correct=of_both[label], predicted=of_found[label], gold=of_gold[label])
        for label in (*labels, *others)
    }


def matthews(correct: Counts, gold: Counts, predicted: Counts) -> float:
    """The correlation of gold and predicted, -1 to 1 (0 when either has one class only), from counts [classes].

    Paper: Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation coefficient".
    """
    right, found = gold.astype(np.float64), predicted.astype(np.float64)
    total = right.sum()
    spread = math.sqrt(float((total**2 - right @ right) * (total**2 - found @ found)))
    return float(float(correct.sum()) * total - right @ found) / spread if spread else 0.0
