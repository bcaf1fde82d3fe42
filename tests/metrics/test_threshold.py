"""Where the line between two classes stands, by hand and against every possible line."""

import numpy as np
import pytest

from yanmo.metrics.threshold import best_threshold, threshold_scores


def test_half_way_between_the_classes() -> None:
    assert best_threshold([0.9, 0.1, 0.5, 0.7], [True, False, False, True]) == pytest.approx(0.6)


def test_accuracy_and_f1_may_want_different_lines() -> None:
    values = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    positive = [True, False, False, False, True, False]
    assert best_threshold(values, positive) == pytest.approx(0.85)
    assert best_threshold(values, positive, tune_for="f1") == pytest.approx(0.85)
    positive = [True, False, True, False, True, False]
    assert best_threshold(values, positive, tune_for="f1") == pytest.approx(0.45)


def test_all_of_one_class() -> None:
    assert best_threshold([0.2, 0.4], [True, True]) <= 0.2
    assert best_threshold([0.2, 0.4], [False, False]) > 0.4


@pytest.mark.parametrize("low", [0.5, np.nextafter(0.5, 1), 5e-324])
def test_neighbouring_floats_are_parted(low: float) -> None:
    """The number between them is one of the two, and what reaches it is positive."""
    high = float(np.nextafter(low, 1))
    assert best_threshold([high, low], [True, False]) == high


def test_equal_values_are_never_parted() -> None:
    threshold = best_threshold([0.5, 0.5, 0.5, 0.1], [True, False, True, False])
    assert 0.1 < threshold <= 0.5


@pytest.mark.parametrize("tune_for", ["accuracy", "f1"])
def test_no_other_line_is_better(tune_for: str) -> None:
    generator = np.random.default_rng(3)
    for _ in range(20):
        values = generator.integers(0, 8, 15) / 8
        positive = generator.random(15) < values
        found = threshold_scores(values, positive, best_threshold(values, positive, tune_for=tune_for))
        others = [threshold_scores(values, positive, line)[tune_for] for line in np.arange(-1, 20) / 16]
        assert found[tune_for] == pytest.approx(max(others))


def test_scores_by_hand() -> None:
    scores = threshold_scores([0.9, 0.6, 0.4], [True, False, True], 0.5)
    assert scores == {"accuracy": pytest.approx(1 / 3), "precision": 0.5, "recall": 0.5, "f1": 0.5}


def test_nothing_to_choose_from() -> None:
    with pytest.raises(ValueError, match="0 values"):
        best_threshold([], [])
