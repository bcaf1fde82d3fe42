"""Continues prompts with a decoder: the likeliest tokens, drawn ones, or those of a beam search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from yanmo.generation.beam import beam_search
from yanmo.generation.ending import Ending
from yanmo.generation.options import GenerateOptions
from yanmo.generation.prompt_rows import PromptRows, new_tokens
from yanmo.generation.sampling import sample
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
    rows = PromptRows(
        learner,
        prompts,
        copies=copies,
        new=max(room),
        forbidden=ending.never if forbidden is None else forbidden,
    )
    if beams:
        found = beam_search(rows, options, room, ending)
    else:
        found = sample(rows, options, [new for new in room for _ in range(copies)], ending)
    results = [Continuation(ids=tuple(ids), text=ending.text(ids), score=score) for ids, score in found]
    each = options.num_return_sequences
    return [results[start : start + each] for start in range(0, len(results), each)]
