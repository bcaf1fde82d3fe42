"""Scores of classes: one per text, or any number of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from yanmo.metrics.scores import Scores, macro_f1, micro


def single_label(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> dict[str, float]:
    """accuracy (which micro F1 equals here), macro_f1 (mean over the classes that occur) and matthews."""
    matrix = confusion(gold, predicted, _all_labels([gold, predicted], labels))
    table = class_table([[name] for name in gold], [[name] for name in predicted], labels)
    return {
        "accuracy": float(np.trace(matrix) / matrix.sum()) if matrix.sum() else 0.0,
        "macro_f1": macro_f1(table.values()),
        "matthews": matthews(matrix),
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
    pairs = [(set(right), set(found)) for right, found in zip(gold, predicted, strict=True)]
    return {
        label: Scores(
            correct=sum(label in right and label in found for right, found in pairs),
            predicted=sum(label in found for _, found in pairs),
            gold=sum(label in right for right, _ in pairs),
        )
        for label in _all_labels([*gold, *predicted], labels)
    }


def confusion(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """Counts [gold, predicted] in the order of `labels`."""
    place = {label: number for number, label in enumerate(labels)}
    matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for right, found in zip(gold, predicted, strict=True):
        matrix[place[right], place[found]] += 1
    return matrix


def matthews(matrix: NDArray[np.int64]) -> float:
    """The correlation of gold and predicted, -1 to 1 (0 when either has one class only).

    Paper: Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation coefficient".
    """
    counts = matrix.astype(np.float64)
    total = counts.sum()
    gold, predicted = counts.sum(axis=1), counts.sum(axis=0)
    spread = math.sqrt(float((total**2 - gold @ gold) * (total**2 - predicted @ predicted)))
    return float(np.trace(counts) * total - gold @ predicted) / spread if spread else 0.0


def _all_labels(used: Sequence[Collection[str]], labels: Sequence[str]) -> list[str]:
    return [*labels, *sorted({label for group in used for label in group}.difference(labels))]
