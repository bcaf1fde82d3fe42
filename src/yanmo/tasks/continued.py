"""What a decoder writes after prompts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yanmo.generation.generate import Continuation, generate
from yanmo.generation.options import GenerateOptions
from yanmo.models.learner import Learner
from yanmo.tasks.task import Encoder

ANSWER = GenerateOptions(do_sample=False, max_new_tokens=128)  # of `predict`: always the same
ROWS = 32  # prompts at a time


def continued(
    learner: Learner, prompts: Sequence[Sequence[int]], options: GenerateOptions, encoder: Encoder
) -> Iterator[Continuation]:
    """The best continuation of each prompt, in their order. Errors: as `generate`."""
    for start in range(0, len(prompts), ROWS):
        found = generate(
            learner,
            prompts[start : start + ROWS],
            options,
            tokenizer=encoder.tokenizer,
            end=encoder.frame.end,
        )
        yield from (best for best, *_ in found)
