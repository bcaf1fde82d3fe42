"""Continues prompts with a decoder: the likeliest tokens, drawn ones, or those of a beam search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import torch

from yanmo.data.packing import by_length
from yanmo.generation.beam import beam_search
from yanmo.generation.ending import Ending
from yanmo.generation.options import GenerateOptions
from yanmo.generation.prompt_rows import PromptRows, new_tokens
from yanmo.generation.sampling import sample
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer

PLACES = 8192  # of the prompts that are continued together, with their new tokens and for each beam


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

    A prompt's result is that which it gets alone; those of like length are continued together.
    `forbidden`: ids that are never generated; unset: the special tokens but the end token.
    Errors: InputError for a prompt that leaves no room in the model.
    """
    room = new_tokens(learner, prompts, options.max_new_tokens)
    ending = Ending(tokenizer=tokenizer, end=end, stop_strings=options.stop_strings)
    copies = max(options.num_beams, options.num_return_sequences)
    never = ending.never if forbidden is None else forbidden
    results: dict[int, list[Continuation]] = {}
    lengths = [len(prompt) + new for prompt, new in zip(prompts, room, strict=True)]
    for group in by_length(lengths, PLACES // copies):
        new = [room[place] for place in group]
        rows = PromptRows(
            learner, [prompts[place] for place in group], copies=copies, new=max(new), forbidden=never
        )
        if options.num_beams > 1:
            found = beam_search(rows, options, new, ending)
        else:
            found = sample(rows, options, [most for most in new for _ in range(copies)], ending)
        one_by_one = (
            Continuation(ids=tuple(ids), text=ending.text(ids), score=score) for ids, score in found
        )
        results |= {place: list(islice(one_by_one, options.num_return_sequences)) for place in group}
    return [results[place] for place in range(len(prompts))]
