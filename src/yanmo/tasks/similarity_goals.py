"""What sentence similarity can learn from which records, and what is kept of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from yanmo.config import Config
from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.messages import text
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.similarity_scores import Held, held

Goal: TypeAlias = Literal["regression", "softmax", "in_batch_negatives", "simcse"]
FITS: Mapping[str, Mapping[Held, tuple[Goal, ...]]] = {  # what can be learned from what; the first is "auto"
    "bi": {
        "text": ("simcse",),
        "pair": ("in_batch_negatives",),
        "score": ("regression",),
        "label": ("regression", "softmax", "in_batch_negatives"),
        "classes": ("softmax",),
    },
    "cross": {
        "text": (),
        "pair": (),
        "score": ("regression",),
        "label": ("softmax",),
        "classes": ("softmax",),
    },
}
COMPARE = "compare"  # the head of softmax: classes from (u, v, |u - v|)
SCORE = ("score",)  # the labels of a model that learned a score


class Saved(Config):
    """What a saved model must know besides its weights and labels."""

    encoder: Literal["bi", "cross"]
    loss: Goal
    pooling: Literal["mean", "cls"] = "mean"
    low: float = 0.0
    high: float = 1.0
    positive: str | None = None
    threshold: float | None = None


def goal_of(records: Sequence[Record], config: TaskConfig) -> tuple[Goal, Held]:
    """What is learned from the records, and what they hold. Errors: InputError where they do not fit the settings."""
    wanted = config.similarity
    given = held(records, config)
    fits = FITS[wanted.encoder][given]
    if not fits or wanted.loss not in ("auto", *fits):
        raise InputError(
            "pairs.loss_needs", source=records[0].source, loss=wanted.loss, encoder=wanted.encoder,
            given=text(f"pairs.holds_{given}"), fits=fits,
        )  # fmt: skip
    return (fits[0] if wanted.loss == "auto" else wanted.loss), given
