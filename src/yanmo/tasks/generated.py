"""What text generation says of a record: how its text goes on, or how well it was foreseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yanmo.tasks.task import TaskPrediction


@dataclass(frozen=True, kw_only=True)
class TextPrediction(TaskPrediction):
    """generated: how the text goes on, or the answer to it."""

    text: str
    generated: str

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "generated": self.generated, **self.mark}


@dataclass(frozen=True, kw_only=True)
class TextLoss(TaskPrediction):
    """How well a record's text was foreseen: nats over its `tokens`, which spell `num_bytes` bytes.

    generated: what the model answers to its source, where it has a source and a target.
    """

    nats: float
    tokens: int
    num_bytes: int
    generated: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"nats": self.nats, "tokens": self.tokens, "bytes": self.num_bytes}
