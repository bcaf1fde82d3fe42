"""Greedy and beam search over a table of transitions, whose best sequences can be listed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from yanmo.generation.beam import beam_search
from yanmo.generation.ending import Ending
from yanmo.generation.options import GenerateOptions
from yanmo.generation.rows import Rows
from yanmo.generation.sampling import sample
from yanmo.tokenizers import Tokenizer

START, END, WORDS = 5, 0, 5


def tables(seed: int) -> Tensor:
    """Logits [sources, last token, next token]."""
    return torch.randn(3, WORDS + 1, WORDS, generator=torch.Generator().manual_seed(seed)) * 2


class TableRows(Rows):
    """A source's next logits depend on its last token alone."""

    def __init__(self, table: Tensor, copies: int = 1) -> None:
        self.table = table
        self.owners = torch.arange(len(table)).repeat_interleave(copies)
        self.tokens = torch.full((len(self.owners), 1), START)
        self.forbidden = torch.tensor([], dtype=torch.int64)

    def next_logits(self) -> Tensor:
        return self.table[self.owners, self.tokens[:, -1]]

    def append(self, tokens: Tensor) -> None:
        self.tokens = torch.cat([self.tokens, tokens.unsqueeze(1)], dim=1)

    def choose(self, rows: Tensor) -> None:
        self.owners, self.tokens = self.owners[rows], self.tokens[rows]

    def _read(self, ids: Tensor) -> Tensor:
        raise NotImplementedError


@pytest.fixture
def ending(tokenizer: Tokenizer) -> Ending:
    return Ending(tokenizer=tokenizer, end=END)


def search(
    table: Tensor, room: Sequence[int], ending: Ending, *, beams: int, **values: object
) -> list[tuple[list[int], float]]:
    options = GenerateOptions.model_validate({"num_beams": beams, **values})
    return beam_search(TableRows(table, beams), options, room, ending)


def all_of(table: Tensor, limit: int) -> list[tuple[float, list[int]]]:
    """All sequences that end, or have `limit` tokens, the best first."""
    scores = table.log_softmax(dim=-1)
    found: list[tuple[float, list[int]]] = []
    for length in range(1, limit + 1):
        for ids in itertools.product(range(WORDS), repeat=length):
            whole = ids[-1] == END or length == limit
            if whole and END not in ids[:-1]:
                score = sum(float(scores[last, token]) for last, token in itertools.pairwise((START, *ids)))
                found.append((score, [token for token in ids if token != END]))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("seed", range(6))
def test_a_wide_beam_finds_the_best_sequences(seed: int, ending: Ending) -> None:
    """Of several sources at once, each with a limit of its own."""
    table, limits = tables(seed), [4, 3, 2]
    values = {"length_penalty": 0.0, "early_stopping": "never", "num_return_sequences": 2}
    found = search(table, limits, ending, beams=60, **values)
    for source, limit in enumerate(limits):
        for (score, ids), mine in zip(all_of(table[source], limit), found[2 * source :][:2], strict=False):
            assert mine[0] == ids
            assert mine[1] == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize("beams", [2, 3, 7])
@pytest.mark.parametrize("penalty", [0.0, 0.6, 1.0, 2.0])
@pytest.mark.parametrize("early_stopping", [True, False, "never"])
def test_neighbours_change_nothing(
    beams: int, penalty: float, early_stopping: bool | str, ending: Ending
) -> None:
    table, limits = tables(9), [9, 2, 5]
    values = {"length_penalty": penalty, "early_stopping": early_stopping}
    together = search(table, limits, ending, beams=beams, **values)
    for source, one in enumerate(together):
        (alone,) = search(
            table[source : source + 1], limits[source : source + 1], ending, beams=beams, **values
        )
        assert alone[0] == one[0] and alone[1] == pytest.approx(one[1])
        assert len(one[0]) <= limits[source]


def test_greedy_takes_the_likeliest_and_stops(ending: Ending) -> None:
    table = torch.full((2, WORDS + 1, WORDS), -50.0)
    for source, path in enumerate([(START, 3, 1, END), (START, 2, 2)]):
        for last, token in itertools.pairwise(path):
            table[source, last, token] = 50.0
    found = sample(TableRows(table), GenerateOptions(do_sample=False), [9, 4], ending)
    assert [ids for ids, _ in found] == [[3, 1], [2, 2, 2, 2]]
    assert [score for _, score in found] == pytest.approx([0.0, 0.0])


def test_a_score_is_the_log_probability_end_token_included(ending: Ending) -> None:
    table = torch.zeros(1, WORDS + 1, WORDS)
    table[0, START, 2] = table[0, 2, END] = 1.0
    likely = float(table[0, START].log_softmax(dim=0)[2])
    ((ids, score),) = sample(TableRows(table), GenerateOptions(do_sample=False), [5], ending)
    assert ids == [2]
    assert score == pytest.approx(2 * likely)


def test_drawn_rows_leave_without_moving_the_others(ending: Ending) -> None:
    table, options = tables(3), GenerateOptions(num_return_sequences=4, seed=2)
    together = sample(TableRows(table, 4), options, [12] * 12, ending)
    assert len({len(ids) for ids, _ in together}) > 2
    for source in range(3):
        alone = sample(TableRows(table[source : source + 1], 4), options, [12] * 4, ending)
        assert [ids for ids, _ in alone] == [ids for ids, _ in together[4 * source :][:4]]
