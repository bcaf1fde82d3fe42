"""What pre-training learns: one objective per file; the file's name is the objective's."""

from __future__ import annotations

import sys

from yanmo import registry
from yanmo.errors import ConfigError
from yanmo.objectives.objective import Objective

NOT_MEMBERS = frozenset({"objective", "combined"})


def make(name: str, *, label_smoothing: float = 0.0) -> Objective:
    """The objective of that name; names joined by "+" make a combined one: `mlm+nsp` is BERT's.

    Errors: ConfigError with the nearest name.
    """
    from yanmo.objectives.combined import combined

    members = [
        registry.find(sys.modules[__name__], Objective, part)(label_smoothing=label_smoothing)
        for part in name.split("+")
    ]
    if len(members) == 1:
        return members[0]
    if len({type(member) for member in members}) < len(members):
        raise ConfigError("objectives.twice", name=name)
    return combined(*members)


__all__ = ["Objective", "make"]
