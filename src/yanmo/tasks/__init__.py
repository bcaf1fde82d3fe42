"""What fine-tuning learns: one task per file; the file's name is the task's."""

from __future__ import annotations

import sys

from yanmo import registry
from yanmo.tasks.task import Encoded, Encoder, Task, TaskPrediction

NOT_MEMBERS = frozenset(
    {
        "task", "centring", "choices", "config", "continued", "inference", "conversation", "distillation", "entities",
        "generated", "pieces", "questions", "answer_spans", "references", "sides", "similarity_goals",
        "similarity_scores", "targets", "text_examples", "texts", "unseen",
    }
)  # fmt: skip


def find(name: str) -> type[Task]:
    """The task of that name. Errors: ConfigError with the nearest name."""
    return registry.find(sys.modules[__name__], Task, name)  # type: ignore[type-abstract]


def by_head() -> dict[str, str]:
    """A head -> the task of a model that has it and names no task."""
    found = {name: find(name) for name in registry.names(sys.modules[__name__])}
    return {task.term: name for name, task in found.items() if task.owns_head}


def name_of(task: Task) -> str:
    """The name that `find` knows a task by."""
    return registry.name_of(sys.modules[__name__], type(task))


__all__ = ["Encoded", "Encoder", "Task", "TaskPrediction", "by_head", "find", "name_of"]
