"""From logits to the next token: greedy, or drawn after temperature, top-k and top-p."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from yanmo.config import Config


class GenerateOptions(Config):
    """How text is generated."""

    max_new_tokens: int = Field(default=50, gt=0)
    """At most so many tokens after the prompt."""
    do_sample: bool = True
    """Draw the next token; else take the likeliest."""
    temperature: float = Field(default=1.0, gt=0)
    """Below 1 the likely tokens become likelier."""
    top_k: int = Field(default=50, ge=0)
    """Draw from the k likeliest tokens; 0: from all."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """Draw from the likeliest tokens that together have this probability (Holtzman et al. 2020)."""
    seed: int = Field(default=0, ge=0)
    """The same seed gives the same text."""


def next_tokens(logits: Tensor, options: GenerateOptions, generator: torch.Generator) -> Tensor:
    """One token per row, int64 [rows], from logits [rows, vocab]."""
    logits = logits.float()
    if not options.do_sample:
        return logits.argmax(dim=-1)
    logits = logits / options.temperature
    if 0 < options.top_k < logits.shape[-1]:
        least = logits.topk(options.top_k, dim=-1).values[:, -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    probabilities = logits.softmax(dim=-1)
    if options.top_p < 1:
        ordered, places = probabilities.sort(dim=-1, descending=True)
        # a token stays while those before it have not yet reached p, so the likeliest always stays
        beyond = ordered.cumsum(dim=-1) - ordered >= options.top_p
        probabilities = probabilities.scatter(-1, places, ordered.masked_fill(beyond, 0.0))
    return torch.multinomial(probabilities, 1, generator=generator).squeeze(1)
