"""Losses over pairs of vectors, computed by hand."""

import math

import pytest
import torch

from yanmo.layers.pair_losses import compared, cosent, cosine_regression, in_batch_negatives, squared

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]
DIAGONAL = [1.0, 1.0]


def apart(pairs: int, texts: int) -> torch.Tensor:
    return torch.arange(pairs * texts).view(pairs, texts)


def test_regression_is_the_squared_distance_of_the_cosine() -> None:
    first = torch.tensor([EAST, EAST, EAST])
    second = torch.tensor([NORTH, DIAGONAL, EAST])
    loss = cosine_regression(first, second, torch.tensor([0.5, 0.0, -100.0]))
    assert float(loss) == pytest.approx(0.5**2 + 0.5)  # the cosines are 0 and the root of 1/2


def test_regression_does_not_depend_on_length() -> None:
    first, second = torch.tensor([[3.0, 4.0]]), torch.tensor([[4.0, 3.0]])
    target = torch.tensor([1.0])
    assert float(cosine_regression(first, second, target)) == pytest.approx((24 / 25 - 1) ** 2, rel=1e-4)
    assert float(cosine_regression(10 * first, second, target)) == pytest.approx((24 / 25 - 1) ** 2, rel=1e-4)


def test_cosent_by_hand() -> None:
    first = torch.tensor([EAST, EAST, EAST, EAST])
    second = torch.tensor([NORTH, DIAGONAL, EAST, NORTH])
    target = torch.tensor([0.5, 0.2, 0.2, -100.0])  # the two of 0.2 have no order
    half = math.sqrt(0.5)
    wrong = [(half - 0.0) / 0.1, (1.0 - 0.0) / 0.1]  # what should be nearer than both is farther
    expected = 3 * math.log(1 + sum(map(math.exp, wrong)))
    assert float(cosent(first, second, target, temperature=0.1)) == pytest.approx(expected, rel=1e-6)


def test_cosent_is_nothing_where_the_order_is_right_by_far_and_where_there_is_none() -> None:
    first, second = torch.tensor([EAST, EAST]), torch.tensor([EAST, NORTH])
    assert float(cosent(first, second, torch.tensor([0.9, 0.1]), temperature=0.01)) == pytest.approx(
        0.0, abs=1e-6
    )
    first.requires_grad_()
    loss = cosent(first, second, torch.tensor([0.5, 0.5]), temperature=0.05)
    loss.backward()
    assert float(loss.detach()) == 0.0
    assert first.grad is not None and not first.grad.any()


def test_squared_distance() -> None:
    assert float(squared(torch.tensor([1.0, 5.0]), torch.tensor([3.0, -100.0]))) == 4.0


def test_what_softmax_compares() -> None:
    features = compared(torch.tensor([[1.0, 5.0]]), torch.tensor([[3.0, 2.0]]))
    assert features.tolist() == [[1, 5, 3, 2, 2, 3]]


def test_in_batch_negatives_by_hand() -> None:
    vectors = torch.tensor([[EAST, EAST], [NORTH, DIAGONAL]])
    loss = in_batch_negatives(vectors, torch.tensor([True, True]), apart(2, 2), temperature=0.5)
    half = math.sqrt(0.5)
    first = math.log(math.exp(2) + math.exp(2 * half)) - 2
    second = math.log(math.exp(0) + math.exp(2 * half)) - 2 * half
    assert float(loss) == pytest.approx(first + second, rel=1e-6)


def test_hard_negatives_are_candidates_of_every_pair() -> None:
    vectors = torch.tensor([[EAST, EAST, NORTH], [NORTH, NORTH, DIAGONAL]])
    loss = in_batch_negatives(vectors, torch.tensor([True, False]), apart(2, 3), temperature=1.0)
    candidates = [1.0, 0.0, 0.0, math.sqrt(0.5)]
    assert float(loss) == pytest.approx(math.log(sum(map(math.exp, candidates))) - 1.0, rel=1e-6)


def test_equal_texts_are_no_negatives() -> None:
    vectors = torch.tensor([[EAST, NORTH], [EAST, DIAGONAL], [NORTH, EAST]])
    same = torch.tensor(
        [[1, 2], [1, 3], [4, 1]]
    )  # pairs 0 and 1 ask the same; the partner of 2 is that text itself
    learnt = torch.tensor([True, False, False])
    alone = in_batch_negatives(vectors, torch.tensor([True, True, True]), same, temperature=1.0)
    apart_loss = in_batch_negatives(vectors, learnt, apart(3, 2), temperature=1.0)
    assert float(apart_loss) == pytest.approx(math.log(1 + math.exp(math.sqrt(0.5)) + math.e))
    third = math.log(
        math.exp(0) + math.exp(1) + math.exp(math.sqrt(0.5))
    )  # of the third pair all are candidates
    assert float(alone) == pytest.approx(0.0 + 0.0 + third, abs=1e-5)


def test_a_pair_that_does_not_belong_together_stays_a_negative_of_its_own_text() -> None:
    vectors = torch.tensor([[EAST, EAST], [EAST, DIAGONAL]])
    same = torch.tensor([[1, 2], [1, 3]])
    loss = in_batch_negatives(vectors, torch.tensor([True, False]), same, temperature=1.0)
    assert float(loss) == pytest.approx(math.log(math.e + math.exp(math.sqrt(0.5))) - 1)


def test_gradients_reach_both_texts() -> None:
    vectors = torch.randn(4, 2, 3, generator=torch.Generator().manual_seed(1), requires_grad=True)
    in_batch_negatives(vectors, torch.ones(4, dtype=torch.bool), apart(4, 2), temperature=0.05).backward()
    assert vectors.grad is not None
    assert vectors.grad.abs().sum(dim=-1).gt(0).all()
