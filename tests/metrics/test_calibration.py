import math
import warnings

import numpy as np
import pytest

from yanmo.metrics.calibration import expected_calibration_error, fit_temperature, scaled
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


def test_the_confidence_of_a_broken_network_has_no_calibration() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert math.isnan(expected_calibration_error([0.5, math.nan], [True, False]))


def test_perplexity() -> None:
    assert perplexity(math.log(50)) == pytest.approx(50)
    assert perplexity(1e9) == math.inf
    assert math.isnan(perplexity(math.nan))


def drawn(temperature: float, *, texts: int, classes: int = 3) -> tuple[np.ndarray, list[int]]:
    """Logits that are too sure by this temperature, and classes that follow the true probabilities."""
    generator = np.random.default_rng(0)
    logits = generator.normal(scale=2, size=(texts, classes))
    chances = scaled(logits, 1.0)
    gold = [int(generator.choice(classes, p=row)) for row in chances]
    return logits * temperature, gold


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_data_was_made_with_is_found(temperature: float) -> None:
    logits, gold = drawn(temperature, texts=4000)
    fitted = fit_temperature(logits, gold)
    assert fitted == pytest.approx(temperature, rel=0.1)
    shifted = logits + np.arange(len(logits))[:, None]  # a constant of each text makes no difference
    assert fit_temperature(shifted, gold) == pytest.approx(fitted)


def test_it_is_the_best_one() -> None:
    logits, gold = drawn(2.0, texts=2000)
    fitted = fit_temperature(logits, gold)

    def loss(temperature: float) -> float:
        return -float(np.log(scaled(logits, temperature)[np.arange(len(gold)), gold]).mean())

    assert loss(fitted) <= min(loss(fitted * 0.97), loss(fitted * 1.03)) + 1e-5
    before = expected_calibration_error(
        scaled(logits, 1.0).max(axis=1).tolist(), (logits.argmax(axis=1) == gold).tolist()
    )
    after = expected_calibration_error(
        scaled(logits, fitted).max(axis=1).tolist(), (logits.argmax(axis=1) == gold).tolist()
    )
    assert after < before / 3


def test_a_few_examples_that_are_all_right_do_not_make_it_certain() -> None:
    logits = np.array([[2.0, 0.0]] * 4)
    chance = scaled(logits, fit_temperature(logits, [0] * 4))[0, 0]
    assert chance == pytest.approx(5 / 6, abs=1e-3)  # one imagined example of six is of the other class
    with pytest.raises(ValueError, match="0 texts"):
        fit_temperature(np.zeros((0, 2)), [])
