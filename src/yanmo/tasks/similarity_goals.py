"""What sentence similarity can learn from which records, and what is kept of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from yanmo.config import Config
from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.layers.pair_losses import IGNORED
from yanmo.messages import text
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.similarity_scores import Held, held
from yanmo.tasks.targets import class_name, is_number, is_score, read_target
from yanmo.tasks.unseen import unseen_label

Goal: TypeAlias = Literal["regression", "cosent", "softmax", "in_batch_negatives", "simcse"]
GRADED = ("regression", "cosent")  # learn numbers, not classes
FITS: Mapping[str, Mapping[Held, tuple[Goal, ...]]] = {  # what can be learned from what; the first is "auto"
    "bi": {
        "text": ("simcse",),
        "pair": ("in_batch_negatives",),
        "score": ("regression", "cosent"),
        "label": ("regression", "cosent", "softmax", "in_batch_negatives"),
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
    line: tuple[float, float] = (0.0, 1.0)
    """Offset and slope: from a cosine to the share of the range between `low` and `high`."""


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


def value_of(
    record: Record,
    config: TaskConfig,
    *,
    goal: Goal,
    labels: Sequence[str],
    positive: str | None,
    span: tuple[float, float],
) -> float | int:
    """What is to be learned from a pair; IGNORED where it is there to be measured by alone.

    span: the lowest and the highest score. Errors: InputError for a pair without what is learned, or an unknown label.
    """
    target = read_target(record, config)
    if labels and target is None:
        known = list(record.fields)
        raise InputError("tasks.no_label", source=record.source, known=known, usual=["score", "label"])
    if labels == SCORE:
        if isinstance(target, str) and not is_number(target):
            return IGNORED
        low, high = span
        return (float(target or 0) - low) / (high - low)
    if not labels:
        return 1
    if target is not None and is_score(target, record, config):
        return IGNORED
    name = class_name(target)
    if name not in labels:
        raise unseen_label([(name, record.source)], labels)
    if goal == "softmax":
        return labels.index(name)
    return 1 if name == positive else (0 if goal in GRADED else IGNORED)
