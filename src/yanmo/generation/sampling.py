"""From scores to the next token, one at a time: the likeliest, or one that is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from yanmo.data.random import Key
from yanmo.generation.ending import Ending
from yanmo.generation.filters import filtered
from yanmo.generation.options import GenerateOptions
from yanmo.generation.rows import Rows

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def sample(
    rows: Rows, options: GenerateOptions, room: Sequence[int], ending: Ending
) -> list[tuple[list[int], float]]:
    """The new tokens of each row without the end token, and their log-probability, that of the end token included.

    rows: each prompt in `num_return_sequences` rows; a row leaves when it has ended. room: the most new tokens of
    each row.
    """
    ids: list[list[int]] = [[] for _ in room]
    scores = [0.0] * len(room)
    numbers = draws(options, max(room)).to(rows.tokens.device)
    numbers = numbers.repeat(len(room) // len(numbers), 1)
    places = list(range(len(room)))
    for step in range(max(room)):
        tokens, log_probabilities = next_token(rows, options, numbers[:, step], ending.end)
        going = []
        for row, token, added in zip(places, tokens.tolist(), log_probabilities.tolist(), strict=True):
            ids[row].append(token)
            scores[row] += added
            going.append(len(ids[row]) < room[row] and not ending.reached(ids[row]))
        if not any(going):
            break
        rows.append(tokens)
        if not all(going):
            places = [place for place, goes in zip(places, going, strict=True) if goes]
            kept = torch.tensor(going, device=tokens.device).nonzero().squeeze(1)
            rows.choose(kept)
            numbers = numbers[kept]
    return [(list(ending.without(one)), score) for one, score in zip(ids, scores, strict=True)]


def next_token(
    rows: Rows, options: GenerateOptions, numbers: Float[Tensor, " rows"], end: int
) -> tuple[Int[Tensor, " rows"], Float[Tensor, " rows"]]:
    """The next token of every row, and its log-probability before any filter."""
    logits = rows.next_logits()
    scores = filtered(logits, rows.tokens, options, end, rows.forbidden)
    tokens = draw(scores, numbers) if options.samples else scores.argmax(dim=-1)
    chosen = logits.gather(1, tokens.unsqueeze(1)).squeeze(1)
    return tokens, chosen - logits.logsumexp(dim=-1)


def draws(options: GenerateOptions, new: int) -> Float[Tensor, "copies new"]:
    """Random numbers in [0, 1), fp64: one for each token of each copy of a prompt, a function of the seed.

    Every prompt has the same ones, so its text does not depend on the prompts beside it.
    """
    copies = range(options.num_return_sequences)
    rows = [Key(options.seed, 0, copy).generator("generate").random(new) for copy in copies]
    return torch.from_numpy(np.stack(rows))


def draw(scores: Float[Tensor, "rows vocab"], numbers: Float[Tensor, " rows"]) -> Int[Tensor, " rows"]:
    """The token in whose share of the probabilities, laid side by side, the row's number falls."""
    edges = scores.double().softmax(dim=-1).cumsum(dim=-1)
    places = torch.searchsorted(edges, numbers.unsqueeze(1) * edges[:, -1:], right=True)
    return places.squeeze(1).clamp(max=scores.shape[1] - 1)
