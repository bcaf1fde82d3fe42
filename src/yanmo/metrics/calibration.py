"""Whether a model that says 80 % is right in 80 % of the cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_HOTTEST = 20.0


def expected_calibration_error(
    confidence: Sequence[float], correct: Sequence[bool], *, bins: int = 15
) -> float:
    """Mean distance between confidence (0 to 1) and accuracy, over equal bins weighted by size; 0 is perfect.

    NaN where a confidence is.

    Paper: Guo et al. 2017, "On Calibration of Modern Neural Networks".
    Errors: ValueError when the lengths differ.
    """
    if len(confidence) != len(correct):
        raise ValueError(f"{len(confidence)} confidences, {len(correct)} outcomes")
    if not confidence:
        return 0.0
    sure = np.asarray(confidence, dtype=np.float64)
    right = np.asarray(correct, dtype=np.float64)
    if np.isnan(sure).any():
        return float("nan")
    # Bins are (low, high], as in the paper; a confidence of 0 falls in the first.
    place = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)
    gap = np.bincount(place, weights=right - sure, minlength=bins)
    return float(np.abs(gap).sum() / len(sure))


def fit_temperature(log_probabilities: Array, gold: Sequence[int]) -> float:
    """The temperature T for which softmax(log_probabilities / T) is likeliest to give the gold classes.

    log_probabilities [texts, classes], up to a constant of each text: logits will do. Targets are softened by one
    imagined example of the other classes, so that a small set that is all right does not make a model certain of
    everything. The optimum is unique; it is cut at 1/20 and 20. Papers: Guo et al. 2017, section 4.2; Platt 1999,
    "Probabilistic Outputs for Support Vector Machines", for the targets. Errors: ValueError without texts.
    """
    values = np.asarray(log_probabilities, dtype=np.float64)
    count, classes = values.shape
    if not count or count != len(gold):
        raise ValueError(f"{count} texts, {len(gold)} classes")
    softness = 1 / (count + 2)
    right = values[np.arange(count), np.asarray(gold)]
    others = (values.sum(axis=1) - right) / max(classes - 1, 1)
    wanted = float(((1 - softness) * right + softness * others).mean())
    low, high = -np.log(_HOTTEST), np.log(_HOTTEST)  # of the inverse of T, in which the loss is convex
    for _ in range(50):
        middle = (low + high) / 2
        expected = (scaled(values, float(np.exp(-middle))) * values).sum(axis=1).mean()
        low, high = (low, middle) if expected > wanted else (middle, high)
    return float(np.exp(-(low + high) / 2))


def scaled(log_probabilities: Array, temperature: float) -> Array:
    """Probabilities [texts, classes] at a temperature: higher is less sure, and never another order."""
    values = np.asarray(log_probabilities, dtype=np.float64) / temperature
    values = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(values / values.sum(axis=1, keepdims=True), dtype=np.float64)
