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
