"""Ranks and recall, counted by hand."""

import numpy as np
import pytest

from yanmo.metrics.retrieval import first_ranks, retrieval, spread

CANDIDATES = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32)


def test_the_rank_of_the_best_right_one() -> None:
    queries = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    assert first_ranks(queries, CANDIDATES, [{0}, {2}, {3, 2}]).tolist() == [1, 2, 2]


def test_equal_vectors_find_nothing() -> None:
    same = np.ones((5, 2), dtype=np.float32)
    assert first_ranks(same[:1], same, [{0}]).tolist() == [5]
    assert first_ranks(same[:1], same, [{0, 1}]).tolist() == [4]


def test_what_is_not_a_number_stands_last() -> None:
    """Above all it is never found: a broken model would have a recall of 1."""
    broken = CANDIDATES.copy()
    broken[0] = np.nan
    queries = np.array([[1, 0], [0, 1], [np.nan, 0]], dtype=np.float32)
    assert first_ranks(queries, broken, [{0}, {2}, {1}]).tolist() == [4, 2, 4]
    assert first_ranks(queries[:1], broken, [{0, 3}]).tolist() == [3], "one of two right ones can be compared"


def test_many_queries_are_ranked_in_pieces() -> None:
    vectors = np.eye(1100, dtype=np.float32)
    ranks = first_ranks(vectors, vectors, [{number} for number in range(1100)])
    assert (ranks == 1).all()


def test_recall_and_reciprocal_rank() -> None:
    scores = retrieval(np.array([1, 2, 6, 20]))
    assert scores == {
        "recall_at_1": 0.25,
        "recall_at_5": 0.5,
        "recall_at_10": 0.75,
        "mrr": pytest.approx((1 + 1 / 2 + 1 / 6 + 1 / 20) / 4),
    }
    assert set(retrieval(np.array([], dtype=np.int64)).values()) == {0.0}


def test_spread_is_zero_in_one_place_and_grows_apart() -> None:
    same = np.tile(np.array([[1, 0]], dtype=np.float32), (4, 1))
    assert spread(same) == pytest.approx(0, abs=1e-6)
    opposite = np.array([[1, 0], [-1, 0]], dtype=np.float32)
    assert spread(opposite) == pytest.approx(8)  # the squared distance is 4, times 2
    assert spread(same[:1]) == 0.0
