"""Continues prompts with a decoder: the likeliest tokens, drawn ones, or those of a beam search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from yanmo.generation.beam import beam_search
from yanmo.generation.ending import Ending
from yanmo.generation.filters import filtered
from yanmo.generation.options import GenerateOptions
from yanmo.generation.rows import Rows, new_tokens, threads_for_steps
from yanmo.generation.sampling import draw, draws
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer


@dataclass(frozen=True, kw_only=True)
class Continuation:
    """What follows a prompt. ids: new tokens without the end token. text: up to the first stop string.

    score: the log-probability of the tokens, end token included; of a beam search divided by their number to the
    power of the length penalty, as in `transformers`.
    """

    ids: tuple[int, ...]
    text: str
    score: float


@torch.inference_mode()
def generate(
    learner: Learner,
    prompts: Sequence[Sequence[int]],
    options: GenerateOptions,
    *,
    tokenizer: Tokenizer,
    end: int,
    forbidden: Sequence[int] | None = None,
) -> list[list[Continuation]]:
    """The continuations of each prompt (ids that begin with the start token), the best first with beams.

    A prompt's result is that which it gets alone. `forbidden`: ids that are never generated;
    unset: the special tokens but the end token.
    Errors: InputError for a prompt that leaves no room in the model.
    """
    if not prompts:
        return []
    room = new_tokens(learner, prompts, options.max_new_tokens)
    ending = Ending(tokenizer=tokenizer, end=end, stop_strings=options.stop_strings)
    beams = options.num_beams > 1
    copies = options.num_beams if beams else options.num_return_sequences
    rows = Rows(
        learner,
        prompts,
        copies=copies,
        new=max(room),
        forbidden=ending.never if forbidden is None else forbidden,
    )
    with threads_for_steps(learner):
        if beams:
            found = beam_search(rows, options, room, ending)
        else:
            found = _rows(rows, options, [new for new in room for _ in range(copies)], ending)
    results = [
        Continuation(ids=tuple(ending.without(ids)), text=ending.text(ids), score=score)
        for ids, score in found
    ]
    each = options.num_return_sequences
    return [results[start : start + each] for start in range(0, len(results), each)]


def next_tokens(rows: Rows, options: GenerateOptions, new: int) -> Iterator[tuple[Tensor, Tensor]]:
    """`new` times the next token of every row, int64 [rows], and its log-probability before any filter, [rows]."""
    copies = options.num_return_sequences
    numbers = draws(options, new).to(rows.tokens.device).repeat(len(rows.tokens) // copies, 1)
    for step in range(new):
        logits = rows.next_logits()
        scores = filtered(logits, rows.tokens, options)
        tokens = draw(scores, numbers[:, step]) if options.samples else scores.argmax(dim=-1)
        chosen = logits.gather(1, tokens.unsqueeze(1)).squeeze(1)
        yield tokens, chosen - logits.logsumexp(dim=-1)
        rows.append(tokens)


def _rows(
    rows: Rows, options: GenerateOptions, room: Sequence[int], ending: Ending
) -> list[tuple[list[int], float]]:
    """The new tokens of each row, the end token included, and their log-probability."""
    results: list[list[int]] = [[] for _ in room]
    scores = [0.0] * len(room)
    open_rows = set(range(len(room)))
    for tokens, log_probabilities in next_tokens(rows, options, max(room)):
        chosen, added = tokens.tolist(), log_probabilities.tolist()
        for row in sorted(open_rows):
            results[row].append(chosen[row])
            scores[row] += added[row]
            if len(results[row]) == room[row] or ending.reached(results[row]):
                open_rows.remove(row)
        if not open_rows:
            break
    return list(zip(results, scores, strict=True))
