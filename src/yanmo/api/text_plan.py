"""From a store of text to the batches that pre-training takes."""

from __future__ import annotations

from yanmo.data.frame import Frame
from yanmo.data.plan import Plan
from yanmo.data.source import TextSource
from yanmo.data.store import TokenStore
from yanmo.objectives import Objective
from yanmo.training.trainer import TrainConfig

PAIR_UNITS = 4  # sequences in a unit when pairs of sentences are drawn from it


def text_plan(
    train: TrainConfig, store: TokenStore, objective: Objective, frame: Frame, *, length: int
) -> Plan:
    """The stream of batches over a store, in sequences of at most `length` tokens."""
    room = length - frame.framed_length(0)
    unit = PAIR_UNITS * room if objective.needs_pairs else room
    return Plan(
        source=TextSource(store, objective, frame, length, unit),
        seed=train.seed,
        batch_tokens=train.places,
        max_length=length,
    )
