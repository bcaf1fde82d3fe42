"""What fine-tuning learns: one task per file; the file's name is the task's."""

from __future__ import annotations

import sys

from yanmo import registry
from yanmo.tasks.task import Encoded, Encoder, Task, TaskPrediction

NOT_MEMBERS = frozenset(
    {
        "task", "centring", "choices", "config", "inference", "conversation", "distillation", "entities", "pieces",
        "questions", "answer_spans", "similarity_scores", "targets", "texts", "unseen",
    }
)  # fmt: skip


def find(name: str) -> type[Task]:
    """The task of that name. Errors: ConfigError with the nearest name."""
    return registry.find(sys.modules[__name__], Task, name)  # type: ignore[type-abstract]


def by_head() -> dict[str, str]:
    """The head that a task trains -> its name, for those with one of their own."""
    found = {name: find(name).term for name in registry.names(sys.modules[__name__])}
    return {term: name for name, term in found.items() if isinstance(term, str)}


__all__ = ["Encoded", "Encoder", "Task", "TaskPrediction", "by_head", "find"]
