"""Filters by hand; tests/parity compares them with `transformers`."""

import pytest
import torch

from yanmo.generation import filters
from yanmo.generation.options import GenerateOptions

LOW = -torch.inf


def test_repetition_makes_tokens_less_likely_and_padding_is_none() -> None:
    scores = torch.tensor([[2.0, -2.0, 4.0, 1.0]])
    found = filters.repetition_penalty(scores, torch.tensor([[-1, 1, 2, 2]]), 2.0)
    assert found.tolist() == [[2.0, -4.0, 2.0, 1.0]]


@pytest.mark.parametrize(
    ("tokens", "size", "banned"),
    [
        ([0, 1, 2, 0, 1], 3, [2]),
        ([0, 1, 0, 2, 0], 2, [1, 2]),
        ([0, 1, 2], 1, [0, 1, 2]),
        ([0, 1], 3, []),
        ([-1, -1, 0, 1, 0], 2, [1]),
        ([-1, -1, -1, 0, 1], 4, []),
        ([-1, 0], 2, []),
    ],
)
def test_no_run_occurs_twice(tokens: list[int], size: int, banned: list[int]) -> None:
    found = filters.no_repeat_ngrams(torch.zeros(1, 4), torch.tensor([tokens]), size)
    assert [place for place, value in enumerate(found[0].tolist()) if value == LOW] == banned


def test_top_k_keeps_equals() -> None:
    assert filters.top_k(torch.tensor([[1.0, 3.0, 2.0, 2.0]]), 2).tolist() == [[LOW, 3.0, 2.0, 2.0]]
    assert filters.top_k(torch.tensor([[1.0, 3.0]]), 9).tolist() == [[1.0, 3.0]]


def test_top_p_keeps_the_fewest_that_reach_it() -> None:
    scores = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()
    for p, kept in ((0.4, 1), (0.6, 2), (0.9, 3), (0.99, 4)):
        assert int((filters.top_p(scores, p) > LOW).sum()) == kept
    assert int((filters.top_p(scores, 1e-9) > LOW).sum()) == 1


def test_min_p_is_relative_to_the_likeliest() -> None:
    scores = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()
    assert (filters.min_p(scores, 0.5) > LOW).tolist() == [[True, True, False, False]]
    assert int((filters.min_p(scores, 1.0) > LOW).sum()) == 1


def test_sampling_filters_wait_for_sampling() -> None:
    scores, tokens = torch.randn(2, 9), torch.zeros(2, 3, dtype=torch.int64)
    assert torch.equal(filters.filtered(scores, tokens, GenerateOptions(do_sample=False), end=0), scores)
    assert int((filters.filtered(scores, tokens, GenerateOptions(top_k=2), end=0) > LOW).sum()) == 4
