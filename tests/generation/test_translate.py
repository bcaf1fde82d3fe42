"""Greedy and beam search over a table of transitions, whose best sequences can be listed."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from yanmo.generation.translate import Translated, beam_search, greedy

START, END, WORDS = 5, 0, 5


def tables(seed: int) -> Tensor:
    """Logits [sources, last token, next token]."""
    return torch.randn(3, WORDS + 1, WORDS, generator=torch.Generator().manual_seed(seed)) * 2


class Steps:
    """A source's next logits depend on its last token alone."""

    def __init__(self, table: Tensor) -> None:
        self.table = table
        self.owners = torch.arange(len(table))

    def __call__(self, tokens: Tensor, origins: Tensor) -> Tensor:
        self.owners = self.owners[origins]
        return self.table[self.owners, tokens]


def best(table: Tensor, limit: int) -> tuple[list[int], float]:
    """Of all sequences that end, or have `limit` tokens."""
    scores = table.log_softmax(dim=-1)
    found: list[tuple[float, list[int]]] = []
    for length in range(1, limit + 1):
        for ids in itertools.product(range(WORDS), repeat=length):
            whole = ids[-1] == END or length == limit
            if whole and END not in ids[:-1]:
                score = sum(float(scores[last, token]) for last, token in itertools.pairwise((START, *ids)))
                found.append((score, [token for token in ids if token != END]))
    score, ids = max(found)
    return ids, score


@pytest.mark.parametrize("seed", range(6))
def test_a_wide_beam_finds_the_best_sequence(seed: int) -> None:
    """Of several sources at once, each with a limit of its own."""
    table, limits = tables(seed), [4, 3, 2]
    found = beam_search(
        Steps(table), torch.tensor(limits), start=START, end=END, beams=60, length_penalty=0.0
    )
    for source, one in enumerate(found):
        ids, score = best(table[source], limits[source])
        assert one.ids == ids
        assert one.score == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize("beams", [2, 3, 7])
@pytest.mark.parametrize("penalty", [0.0, 0.6, 1.0, 2.0])
def test_neighbours_change_nothing(beams: int, penalty: float) -> None:
    table, limits = tables(9), torch.tensor([9, 2, 5])
    together = beam_search(Steps(table), limits, start=START, end=END, beams=beams, length_penalty=penalty)
    for source, one in enumerate(together):
        part = slice(source, source + 1)
        (alone,) = beam_search(
            Steps(table[part]), limits[part], start=START, end=END, beams=beams, length_penalty=penalty
        )
        assert alone.ids == one.ids and alone.score == pytest.approx(one.score)
        assert len(one.ids) <= int(limits[source])


def test_greedy_takes_the_likeliest_and_stops() -> None:
    table = torch.full((2, WORDS + 1, WORDS), -50.0)
    for source, path in enumerate([(START, 3, 1, END), (START, 2, 2)]):
        for last, token in itertools.pairwise(path):
            table[source, last, token] = 50.0
    found = greedy(Steps(table), torch.tensor([9, 4]), start=START, end=END, length_penalty=1.0)
    assert [one.ids for one in found] == [[3, 1], [2, 2, 2, 2]]
    assert [one.score for one in found] == pytest.approx([0.0, 0.0])


def test_a_score_is_the_mean_log_probability() -> None:
    table = torch.zeros(1, WORDS + 1, WORDS)
    table[0, START, 2] = table[0, 2, END] = 1.0
    likely = float(table[0, START].log_softmax(dim=0)[2])
    for penalty in (0.0, 1.0):
        (one,) = greedy(Steps(table), torch.tensor([5]), start=START, end=END, length_penalty=penalty)
        assert one == Translated(ids=[2], score=pytest.approx(likely * (1.0 if penalty else 2.0)))
