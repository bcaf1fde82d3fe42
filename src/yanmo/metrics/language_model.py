"""Scores of language models."""

from __future__ import annotations

import math


def perplexity(loss: float) -> float:
    """exp of the mean loss in nats per predicted token: among how many tokens the model, as it were, chooses.

    It cannot compare models of different vocabularies. inf where exp overflows, nan where the loss is nan.
    """
    try:
        return math.exp(loss)
    except OverflowError:
        return math.inf


def bits_per_byte(nats: float, num_bytes: int) -> float:
    """The loss of a whole text in nats -> bits per byte of its UTF-8: compares any models; nan without bytes."""
    return nats / math.log(2) / num_bytes if num_bytes else math.nan
