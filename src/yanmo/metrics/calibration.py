"""Whether a model that says 80 % is right in 80 % of the cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def expected_calibration_error(
    confidence: Sequence[float], correct: Sequence[bool], *, bins: int = 15
) -> float:
    """Mean distance between confidence (0 to 1) and accuracy, over equal bins weighted by size; 0 is perfect.

    Paper: Guo et al. 2017, "On Calibration of Modern Neural Networks".
    Errors: ValueError when the lengths differ.
    """
    if len(confidence) != len(correct):
        raise ValueError(f"{len(confidence)} confidences, {len(correct)} outcomes")
    if not confidence:
        return 0.0
    sure = np.asarray(confidence, dtype=np.float64)
    right = np.asarray(correct, dtype=np.float64)
    # Bins are (low, high], as in the paper; a confidence of 0 falls in the first.
    place = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)
    gap = np.bincount(place, weights=right - sure, minlength=bins)
    return float(np.abs(gap).sum() / len(sure))
