"""Two classes from one number: where to draw the line, and how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from yanmo.metrics.scores import Scores


def best_threshold(
    values: Sequence[float], positive: Sequence[bool], *, tune_for: Literal["accuracy", "f1"] = "accuracy"
) -> float:
    """The threshold that is best on these values: what reaches it is positive. Of equal ones the highest.

    It stands half way between two neighbouring values. Errors: ValueError without values.
    """
    if not len(values) or len(values) != len(positive):
        raise ValueError(f"{len(values)} values, {len(positive)} outcomes")
    order = np.argsort(-np.asarray(values, dtype=np.float64), kind="stable")
    sorted_values = np.asarray(values, dtype=np.float64)[order]
    gold = np.asarray(positive, dtype=bool)[order]
    found = np.arange(len(gold) + 1)  # taken as positive: the n highest
    correct = np.concatenate([[0], np.cumsum(gold)])
    total = int(gold.sum())
    if tune_for == "accuracy":
        goodness = correct + (len(gold) - total) - (found - correct)
    else:
        goodness = 2 * correct / np.maximum(found + total, 1)
    allowed = np.concatenate([[True], sorted_values[1:] != sorted_values[:-1], [True]])
    best = int(np.argmax(np.where(allowed, goodness, -1)))
    if best == 0:
        return float(np.nextafter(sorted_values[0], np.inf))
    if best == len(gold):
        return float(sorted_values[-1])
    upper, lower = float(sorted_values[best - 1]), float(sorted_values[best])
    middle = (upper + lower) / 2
    return middle if middle > lower else upper  # of two floats without another between them


def threshold_scores(values: Sequence[float], positive: Sequence[bool], threshold: float) -> dict[str, float]:
    """accuracy, and precision, recall and f1 of the positive class."""
    gold = np.asarray(positive, dtype=bool)
    found = np.asarray(values, dtype=np.float64) >= threshold
    scores = Scores(correct=int((gold & found).sum()), predicted=int(found.sum()), gold=int(gold.sum()))
    return {
        "accuracy": float((gold == found).mean()) if len(gold) else 0.0,
        "f1": scores.f1,
        "precision": scores.precision,
        "recall": scores.recall,
    }
