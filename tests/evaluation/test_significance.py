import math

import numpy as np
import pytest
from scipy.stats import binomtest

from yanmo.evaluation.evidence import Evidence, compare
from yanmo.evaluation.significance import (
    Comparison,
    entity_counts,
    exchanges,
    mcnemar,
    paired_bootstrap,
    spread,
)
from yanmo.metrics.entities import Entity, entity_scores


def correct(accuracy: float, size: int, seed: int) -> list[float]:
    return list((np.random.default_rng(seed).random(size) < accuracy).astype(float))


def test_a_clear_difference_is_significant_in_its_direction() -> None:
    weak, strong = correct(0.7, 500, 1), correct(0.85, 500, 2)
    better = paired_bootstrap(weak, strong)
    assert better.significant and better.difference > 0
    assert better.difference == pytest.approx(np.mean(strong) - np.mean(weak))
    assert better.low is not None and better.high is not None
    assert 0 < better.low < better.difference < better.high
    worse = paired_bootstrap(strong, weak)
    assert worse.significant and worse.high is not None and worse.high < 0


def test_no_difference_is_never_significant() -> None:
    same = correct(0.8, 300, 3)
    comparison = paired_bootstrap(same, same)
    assert comparison == Comparison(difference=0.0, low=None, high=None, p_value=1.0)
    assert not comparison.significant


def test_equal_models_are_called_different_about_once_in_twenty() -> None:
    p_values = [
        paired_bootstrap(correct(0.8, 150, 2 * trial), correct(0.8, 150, 2 * trial + 1)).p_value
        for trial in range(100)
    ]
    assert 0 <= sum(p < 0.05 for p in p_values) <= 12


def test_the_interval_has_the_width_of_theory() -> None:
    first, second = correct(0.7, 2000, 5), correct(0.75, 2000, 6)
    comparison = paired_bootstrap(first, second)
    error = np.std(np.subtract(second, first)) / np.sqrt(2000)
    assert comparison.low is not None and comparison.high is not None
    assert (comparison.high - comparison.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.06)
    assert comparison == paired_bootstrap(first, second)  # the same seed gives the same answer


def test_mcnemar_is_the_exact_binomial_test() -> None:
    first = [True] * 50 + [True] * 12 + [False] * 4 + [False] * 20
    second = [True] * 50 + [False] * 12 + [True] * 4 + [False] * 20
    assert mcnemar(first, second) == pytest.approx(binomtest(4, 16, 0.5).pvalue)
    assert mcnemar(first, first) == 1.0
    assert mcnemar([True] * 20, [False] * 20) == pytest.approx(2 / 2**20)


def test_mcnemar_of_a_large_test_set() -> None:
    first = [True] * 20_000 + [False] * 20_400
    assert mcnemar(first, [not one for one in first]) == pytest.approx(binomtest(20_000, 40_400, 0.5).pvalue)


@pytest.mark.parametrize(
    ("wins", "losses", "p"), [(1, 0, 1.0), (5, 0, 1 / 16), (6, 0, 1 / 32), (8, 2, 7 / 64)]
)
def test_few_texts_tell_no_more_than_the_exact_test(wins: int, losses: int, p: float) -> None:
    """Every sample that the bootstrap draws of a single text says the same, which is no reason to be sure."""
    same = 40 if losses else 0
    first = [0.0] * wins + [1.0] * losses + [1.0] * same
    second = [1.0] * wins + [0.0] * losses + [1.0] * same
    found = paired_bootstrap(first, second)
    assert found.p_value == pytest.approx(p)
    assert found.significant == (p < 0.05)
    assert (found.low is None) == (losses == 0), "an interval of one point would be sure of itself"


def test_of_scores_between_right_and_wrong_all_exchanges_are_tried() -> None:
    first, second = [0.5] * 100, [0.5] * 97 + [0.9, 0.8, 0.4]
    found = paired_bootstrap(first, second)
    assert found.difference == pytest.approx(0.006)
    # of 0.4, 0.3 and -0.1 with any signs the sum is as far from 0 as 0.6 in 4 of 8 cases: 0.6, 0.8 and their opposites
    assert found.p_value == pytest.approx(4 / 8)


def test_above_nine_texts_the_bootstrap_stands_alone() -> None:
    assert exchanges(np.ones(10, dtype=bool), lambda swap: 1.0) == 0.0
    assert exchanges(np.ones(9, dtype=bool), lambda swap: 1.0) == 1.0
    assert exchanges(np.zeros(3, dtype=bool), lambda swap: 0.0) == 1.0


def test_what_is_not_a_number_is_no_verdict() -> None:
    found = paired_bootstrap([0.5] * 20, [math.nan] * 20)
    assert (found.low, found.high, found.p_value) == (None, None, 1.0)


def entities(count: int, found: float, seed: int) -> list[list[Entity]]:
    generator = np.random.default_rng(seed)
    return [
        [Entity(kind="PER", start=place, end=place + 1) for place in range(3) if generator.random() < found]
        for _ in range(count)
    ]


def f1(gold: list[list[Entity]], found: list[list[Entity]]) -> Evidence:
    return Evidence(metric="f1", measure="f1", rows=entity_counts(gold, found))


def test_entities_are_compared_by_their_micro_f1() -> None:
    gold = entities(200, 1.0, 0)
    weak, strong = entities(200, 0.6, 1), entities(200, 0.9, 2)
    comparison = compare([f1(gold, weak)], [f1(gold, strong)])
    expected = entity_scores(gold, strong).f1 - entity_scores(gold, weak).f1
    assert comparison.difference == pytest.approx(expected)
    assert comparison.significant


def test_texts_without_entities_count_as_zero() -> None:
    nothing = f1([[], []], [[], []])
    assert compare([nothing], [nothing]).difference == 0.0


def test_spread() -> None:
    assert str(spread([90.0, 92.0, 94.0])) == "92.00 ± 2.00"
    assert str(spread([91.5])) == "91.50"
    with pytest.raises(ValueError, match="no values"):
        spread([])


def test_nothing_to_compare() -> None:
    with pytest.raises(ValueError, match="no texts"):
        paired_bootstrap([], [])
    with pytest.raises(ValueError, match="1 and 2 scores"):
        paired_bootstrap([1.0], [1.0, 0.0])
