"""What a decoder writes after prompts."""

from __future__ import annotations

from collections.abc import Sequence

from yanmo.generation.generate import Continuation, generate
from yanmo.generation.options import GenerateOptions
from yanmo.models.learner import Learner
from yanmo.tasks.task import Encoder

ANSWER = GenerateOptions(do_sample=False, max_new_tokens=128)  # of `predict`: always the same


def continued(
    learner: Learner, prompts: Sequence[Sequence[int]], options: GenerateOptions, encoder: Encoder
) -> list[Continuation]:
    """The best continuation of each prompt, in their order. Errors: as `generate`."""
    found = generate(learner, prompts, options, tokenizer=encoder.tokenizer, end=encoder.frame.end)
    return [best for best, *_ in found]
