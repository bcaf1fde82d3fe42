"""What pre-training learns: one objective per file; the file's name is the objective's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from yanmo import registry
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

    parts, settings = name.split("+"), settings or {}
    for given in settings:
        if given not in parts:
            raise _unknown(given, parts)
    members = [
        _member(part, {"label_smoothing": label_smoothing, **settings.get(part, {})}) for part in parts
    ]
    if len(members) == 1:
        return members[0]
    if len({type(member) for member in members}) < len(members):
        raise ConfigError("objectives.twice", name=name)
    return combined(*members)


def _member(name: str, settings: Mapping[str, Any]) -> Objective:
    kind = registry.find(sys.modules[__name__], Objective, name)
    known = [field.name for field in fields(kind)]
    for key in settings:
        if key not in known:
            raise _unknown(f"{name}.{key}", known)
    try:
        return TypeAdapter(kind).validate_python(dict(settings))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join((name, *map(str, first["loc"])))
        raise ConfigError("objectives.bad_setting", key=key, value=settings, reason=first["msg"]) from None


def _unknown(key: str, known: list[str]) -> ConfigError:
    key = f"objective_settings.{key}"
    nearest = registry.nearest(key.rsplit(".", 1)[-1], known)
    return ConfigError("errors.unknown_key", key=key, known=", ".join(known), nearest=nearest)


__all__ = ["Objective", "make"]
