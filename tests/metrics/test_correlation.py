"""Correlations against scipy, ties included."""

import numpy as np
import pytest

from yanmo.metrics.correlation import pearson, ranks, spearman

stats = pytest.importorskip("scipy.stats")

CASES = [
    ([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 5.0]),
    ([1.0, 1.0, 2.0, 3.0, 3.0, 3.0], [2.0, 1.0, 1.0, 5.0, 4.0, 4.0]),
    ([0.0, 5.0, 5.0, 0.0], [1.0, -1.0, 3.0, 3.0]),
]


@pytest.mark.parametrize(("first", "second"), CASES)
def test_as_scipy(first: list[float], second: list[float]) -> None:
    assert pearson(first, second) == pytest.approx(stats.pearsonr(first, second).statistic)
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)


def test_as_scipy_on_many_ties() -> None:
    generator = np.random.default_rng(1)
    first = generator.integers(0, 6, 500).astype(float)
    second = first + generator.normal(0, 2, 500).round()
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)
    assert pearson(first, second) == pytest.approx(stats.pearsonr(first, second).statistic)


def test_ranks_of_equal_numbers_are_their_mean() -> None:
    assert ranks([10.0, 20.0, 10.0, 5.0]).tolist() == [2.5, 4.0, 2.5, 1.0]


def test_a_side_that_never_changes_correlates_with_nothing() -> None:
    assert pearson([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) == spearman([1.0, 2.0, 3.0], [7.0, 7.0, 7.0]) == 0.0
    assert pearson([0.1] * 7, [0.1, 0.2] * 3 + [0.3]) == 0.0
    assert pearson([], []) == pearson([1.0], [2.0]) == 0.0


@pytest.mark.parametrize("second", [[1.0, 2.0, 3.0], [7.0, 7.0, 7.0]])
def test_what_is_not_a_number_follows_nothing(second: list[float]) -> None:
    broken = [1.0, np.nan, 3.0]
    for one, other in ((broken, second), (second, broken)):
        assert np.isnan(pearson(one, other)) and np.isnan(spearman(one, other))


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="2 and 1"):
        pearson([1.0, 2.0], [1.0])
