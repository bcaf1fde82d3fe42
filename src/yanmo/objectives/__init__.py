"""What pre-training learns: one objective per file; the file's name is the objective's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_type_hints

from pydantic import create_model

from yanmo import registry
from yanmo.config import Config, build
from yanmo.errors import ConfigError
from yanmo.objectives.objective import Objective

NOT_MEMBERS = frozenset({"objective", "combined"})


def make(
    name: str,
    *,
    label_smoothing: float = 0.0,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Objective:
    """The objective of that name; names joined by "+" make a combined one: `mlm+nsp` is BERT's.

    settings: member -> its fields, `{"mlm": {"rate": 0.3}}`.
    Errors: ConfigError with the nearest name.
    """
    from yanmo.objectives.combined import combined

    kinds = {part: registry.find(sys.modules[__name__], Objective, part) for part in name.split("+")}
    if len(kinds) <= name.count("+"):
        raise ConfigError("objectives.twice", name=name)
    chosen = _checked(kinds, settings or {})
    members = [
        kind(**{"label_smoothing": label_smoothing, **chosen.get(part, {})}) for part, kind in kinds.items()
    ]
    if len(members) == 1:
        return members[0]
    return combined(*members)


def _checked(kinds: Mapping[str, type[Objective]], given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The settings, checked as a configuration is: the fields of a member are its schema."""
    groups = {name: _schema(name, _fields(kind)) for name, kind in kinds.items()}
    members = _schema("members", {name: (group, group()) for name, group in groups.items()})
    whole = _schema("whole", {"objective_settings": (members, members())})
    found: dict[str, Any] = build(whole, {"objective_settings": given}).model_dump(exclude_unset=True)
    chosen: dict[str, dict[str, Any]] = found["objective_settings"]
    return chosen


def _fields(kind: type[Objective]) -> dict[str, Any]:
    types = get_type_hints(kind, include_extras=True)
    return {field.name: (types[field.name], field.default) for field in fields(kind)}


def _schema(name: str, members: Mapping[str, Any]) -> type[Config]:
    schema: type[Config] = create_model(name, __base__=Config, **members)
    return schema


__all__ = ["Objective", "make"]
