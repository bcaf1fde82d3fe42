import math

import pytest

from yanmo.metrics.calibration import expected_calibration_error
from yanmo.metrics.language_model import perplexity


def test_perfect_and_worst_calibration() -> None:
    assert expected_calibration_error([1.0, 1.0], [True, True]) == 0.0
    assert expected_calibration_error([1.0, 1.0], [False, False]) == 1.0
    assert expected_calibration_error([], []) == 0.0


def test_errors_of_bins_do_not_cancel() -> None:
    # One bin is 0.25 too sure, the other 0.25 not sure enough: the mean error, not the error of the mean.
    confidence = [0.75, 0.75, 0.25, 0.25]
    correct = [True, False, True, False]
    assert expected_calibration_error(confidence, correct, bins=2) == pytest.approx(0.25)
    assert expected_calibration_error(confidence, correct, bins=1) == pytest.approx(0.0)


def test_a_border_belongs_to_the_bin_below() -> None:
    assert expected_calibration_error([0.5, 0.6], [True, False], bins=2) == pytest.approx(0.55)
    with pytest.raises(ValueError, match="2 confidences"):
        expected_calibration_error([0.5, 0.6], [True])


def test_perplexity() -> None:
    assert perplexity(math.log(50)) == pytest.approx(50)
    assert perplexity(1e9) == math.inf
    assert math.isnan(perplexity(math.nan))
