"""Beam search: at each step the best continuations of the best sequences so far.

Length penalty and early stopping are those of `transformers` 5: a sequence is finished when its end token is among the
best `num_beams` candidates of a step; its score is its log-probability over its length to the power of the penalty.
Paper: Wu et al. 2016, "Google's Neural Machine Translation System", section 7 (another form of the penalty).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from yanmo.generation.ending import Ending
from yanmo.generation.filters import filtered
from yanmo.generation.options import GenerateOptions
from yanmo.generation.rows import Rows

NEVER = -1e9  # the score of what must not be chosen; as in `transformers`, so that ties fall the same way


@dataclass
class _State:
    """Of every prompt: its running beams and its finished ones, best first.

    scores: log-probabilities of the running beams, fp32 [prompts, beams]. finished: scores of the finished ones, NEVER
    where there is none yet. ids, finished_ids: their new tokens. open: whether a better one may still come, [prompts].
    """

    scores: Tensor
    finished: Tensor
    ids: list[list[list[int]]]
    finished_ids: list[list[list[int]]]
    open: Tensor


def beam_search(
    rows: Rows, options: GenerateOptions, room: Sequence[int], ending: Ending
) -> list[tuple[list[int], float]]:
    """The best `num_return_sequences` of each prompt: new tokens, the end token included, and score.

    rows: each prompt in `num_beams` rows. room: the most new tokens of each prompt.
    """
    beams, prompts, device = options.num_beams, len(room), rows.tokens.device
    scores = torch.full((prompts, beams), NEVER, device=device)
    scores[:, 0] = 0.0  # at first all beams of a prompt are equal: candidates come from one of them
    state = _State(
        scores=scores,
        finished=torch.full((prompts, beams), NEVER, device=device),
        ids=[[[] for _ in range(beams)] for _ in room],
        finished_ids=[[[] for _ in range(beams)] for _ in room],
        open=torch.ones(prompts, dtype=torch.bool, device=device),
    )
    limits = torch.tensor(list(room), device=device)
    for length in range(1, max(room) + 1):
        parents, tokens = _step(state, rows, options, limits, length, ending)
        if not state.open.any():
            break
        rows.choose((parents + torch.arange(prompts, device=device).unsqueeze(1) * beams).flatten())
        rows.append(tokens.flatten())
    return [
        (state.finished_ids[prompt][place], float(state.finished[prompt, place]))
        for prompt in range(prompts)
        for place in range(options.num_return_sequences)
    ]


def _step(
    state: _State, rows: Rows, options: GenerateOptions, limits: Tensor, length: int, ending: Ending
) -> tuple[Tensor, Tensor]:
    """Moves every open prompt on by one token; returns the running beams' parents and tokens, [prompts, beams]."""
    prompts, beams = state.scores.shape
    log_probabilities = filtered(rows.next_logits().log_softmax(dim=-1), rows.tokens, options)
    vocab = log_probabilities.shape[1]
    total = log_probabilities.view(prompts, beams, vocab) + state.scores.unsqueeze(2)
    # twice as many as beams: where all the best ones end, as many are left to go on
    best, places = total.view(prompts, -1).topk(2 * beams, dim=-1)
    parents, tokens = places // vocab, places % vocab
    ids = [
        [state.ids[prompt][parent] + [token] for parent, token in zip(*pair, strict=True)]
        for prompt, pair in enumerate(zip(parents.tolist(), tokens.tolist(), strict=True))
    ]
    ends = torch.tensor([[ending.reached(each) for each in row] for row in ids], device=best.device)
    ends |= (length >= limits).unsqueeze(1)
    _finish(state, ids, best, ends, options, length)
    running, chosen = (best + ends * NEVER).topk(beams, dim=-1)
    state.scores = running
    state.ids = [[row[place] for place in picked] for row, picked in zip(ids, chosen.tolist(), strict=True)]
    state.open &= _may_improve(state, options, limits, length) & ~ends.all(dim=-1)
    return parents.gather(1, chosen), tokens.gather(1, chosen)


def _finish(
    state: _State,
    ids: list[list[list[int]]],
    scores: Tensor,
    ends: Tensor,
    options: GenerateOptions,
    length: int,
) -> None:
    """Takes the candidates that end into the finished ones, of which the best stay."""
    beams = options.num_beams
    counts = ends.clone()
    counts[:, beams:] = False  # the second half is there to go on alone
    counts &= state.open.unsqueeze(1)
    penalised = (scores / length**options.length_penalty).masked_fill(~counts, NEVER)
    state.finished, chosen = torch.cat([state.finished, penalised], dim=1).topk(beams, dim=-1)
    state.finished_ids = [
        [(before + after)[place] for place in picked]
        for before, after, picked in zip(state.finished_ids, ids, chosen.tolist(), strict=True)
    ]


def _may_improve(state: _State, options: GenerateOptions, limits: Tensor, length: int) -> Tensor:
    """Whether a running beam may still beat the worst of the finished ones, bool [prompts]."""
    full = (state.finished > NEVER / 2).all(dim=-1)
    if options.early_stopping is True:
        may = ~full
    else:
        may = torch.ones_like(full)
    penalty = options.length_penalty
    lengths = torch.full_like(limits, length)
    if options.early_stopping == "never" and penalty > 0:
        lengths = limits
    hoped = state.scores[:, 0] / lengths.to(state.scores.dtype) ** penalty
    return may & (~full | (hoped > state.finished[:, -1]))
