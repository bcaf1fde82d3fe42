"""What pre-training learns: one objective per file; the file's name is the objective's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, get_type_hints

from pydantic import create_model

from yanmo import registry
from yanmo.config import Config, Tree, build, merge
from yanmo.errors import ConfigError
from yanmo.objectives.objective import Objective

NOT_MEMBERS = frozenset({"objective", "combined"})


def make(
    name: str,
    *,
    label_smoothing: float = 0.0,
    settings: Mapping[str, Any] | None = None,
) -> Objective:
    """The objective of that name; names joined by "+" make a combined one: `mlm+nsp` is BERT's.

    "my.module" is one of the user's, in a file of its own.
    settings: member -> its fields, `{"mlm": {"rate": 0.3}}`; of "my.module" also `{"my": {"module": {"rate": 0.3}}}`.
    Errors: ConfigError with the nearest name; for a module without an objective, or whose objective has no defaults.
    """
    from yanmo.objectives.combined import combined

    kinds = {part: registry.find(sys.modules[__name__], Objective, part) for part in name.split("+")}
    if len(kinds) <= name.count("+"):
        raise ConfigError("objectives.twice", name=name)
    chosen = _checked(kinds, settings or {})
    members = [kind(**{"label_smoothing": label_smoothing, **chosen[part]}) for part, kind in kinds.items()]
    if len(members) == 1:
        return members[0]
    return combined(*members)


def _checked(kinds: Mapping[str, type[Objective]], given: Mapping[str, Any]) -> dict[str, Tree]:
    """Member -> its settings, checked as a configuration is: the fields of a member are its schema."""
    groups, wanted = Tree(), Tree()
    for name, kind in kinds.items():
        groups = merge(groups, _nested(name, _fields(name, kind)))
    for name, values in given.items():
        wanted = merge(wanted, _nested(name, values))
    whole = _schema("whole", {"objective_settings": groups})
    found = build(whole, {"objective_settings": wanted}).model_dump(exclude_unset=True)["objective_settings"]
    return {name: _inside(found, name) for name in kinds}


def _nested(name: str, values: Any) -> Tree:
    """`values` in one group for each part of a dotted name."""
    for part in reversed(name.split(".")):
        values = {part: values}
    tree: Tree = values
    return tree


def _inside(tree: Tree, name: str) -> Tree:
    for part in name.split("."):
        tree = tree.get(part, {})
    return tree


def _fields(name: str, kind: type[Objective]) -> dict[str, Any]:
    """Field -> its type and its default. Errors: ConfigError where one has none."""
    types = get_type_hints(kind, include_extras=True)
    defaults = {field.name: _default(field) for field in fields(kind)}
    missing = [each for each, default in defaults.items() if default is MISSING]
    if not hasattr(kind, "terms"):
        missing.append("terms")
    if missing:
        raise ConfigError("objectives.no_default", name=name, fields=missing)
    return {each: (types[each], default) for each, default in defaults.items()}


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _schema(name: str, members: Tree) -> type[Config]:
    """A configuration of fields, each a pair of type and default, and of groups, whose fields all have defaults."""
    groups = {key: _schema(key, value) for key, value in members.items() if isinstance(value, dict)}
    known = members | {key: (group, group()) for key, group in groups.items()}
    schema: type[Config] = create_model(name, __base__=Config, **known)
    return schema


__all__ = ["Objective", "make"]
