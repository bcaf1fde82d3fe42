"""YAML -> frozen typed configuration -> YAML, with key=value overrides and the nearest name for a wrong key."""

from __future__ import annotations

import hashlib
import json
import re
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from yanmo.errors import ConfigError, kind_of, no_file, reason_of
from yanmo.messages import listed, text
from yanmo.registry import suggestion


class Config(BaseModel):
    """A frozen group of settings; an unknown key is an error. Attribute docstrings say what each one means."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def __init__(self, **values: Any) -> None:
        """Errors: ConfigError, as `build`."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _explained(type(self), error) from None

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # so that a group in a group keeps its path

    @model_validator(mode="before")
    @classmethod
    def _groups_keep_their_defaults(cls, values: Any) -> Any:
        """A group of which some settings are given has, in the others, what stands there by default, and not what its
        type has elsewhere."""
        if not isinstance(values, Mapping):
            return values
        defaults = {name: field.default for name, field in cls.model_fields.items() if name in values}
        return {
            name: merge(default.model_dump(exclude_unset=True), given)
            if isinstance(default := defaults.get(name), Config) and isinstance(given, Mapping)
            else given
            for name, given in values.items()
        }


Schema = TypeVar("Schema", bound=Config)
Tree = dict[str, Any]  # what YAML holds, before it has a type


def read_yaml(path: Path) -> Tree:
    """The mapping that a YAML file holds. Errors: InputError (no file), ConfigError (not a mapping)."""
    if not path.is_file():
        raise no_file(path)
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError("errors.bad_yaml", path=path, reason=reason_of(error)) from None
    if not isinstance(tree, dict):
        raise ConfigError(
            "errors.bad_yaml", path=path, reason=text("errors.reason_holds", kind=kind_of(tree))
        )
    return tree


def override(tree: Mapping[str, Any], overrides: Sequence[str]) -> Tree:
    """A copy of `tree` with each `a.b=value` set; values are read as YAML (`3`, `0.1`, `true`, `[a, b]`)."""
    result = merge(tree, {})
    for item in overrides:
        key, sign, value = item.partition("=")
        if not sign or not key.strip() or any(char.isspace() for char in key):
            raise ConfigError("errors.bad_override", given=item)
        try:
            leaf = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ConfigError("errors.bad_override", given=item) from None
        _refuse_keys_below(result, item)
        for part in reversed(key.split(".")):
            leaf = {part: leaf}
        result = merge(result, leaf)
    return result


def _refuse_keys_below(tree: Tree, item: str) -> None:
    """Errors: ConfigError where `a.b=value` would put a group in the place of the value that `a` has."""
    *groups, _ = item.partition("=")[0].split(".")
    inner: Any = tree
    for place, name in enumerate(groups, 1):
        inner = inner.get(name)
        if inner is None:
            return
        if not isinstance(inner, dict):
            raise ConfigError("errors.no_keys_below", given=item, key=".".join(groups[:place]), value=inner)


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> Tree:
    """Both mappings in one; where both have a value, the one above counts."""
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        result[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def build(schema: type[Schema], tree: Mapping[str, Any]) -> Schema:
    """A validated configuration. Errors: ConfigError naming the key, with the nearest known one if it is unknown."""
    try:
        return schema.model_validate(dict(tree))
    except ValidationError as error:
        raise _explained(schema, error) from None


def dump(config: Config) -> str:
    """The configuration as YAML, keys in the order of the schema; `build(type(config), yaml)` gives it back."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100)


def digest(config: Config) -> str:
    """SHA-256 over all values: equal exactly when the configurations are."""
    text = json.dumps(config.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _explained(schema: type[Config], error: ValidationError) -> ConfigError:
    """The error of ours that says what pydantic's first one says."""
    first = error.errors()[0]
    path = _path(first)
    key = ".".join(path)
    if first["type"] == "extra_forbidden":
        known = sorted(_group(schema, path[:-1]).model_fields)
        return ConfigError("errors.unknown_key", key=key, known=known, suggestion=suggestion(path[-1], known))
    value = repr(first["input"])[:80]
    return ConfigError("errors.bad_value", key=key, value=value, allowed=_allowed(schema, first))


def _allowed(schema: type[Config], error: ErrorDetails) -> str:
    """What would fit, in the user's language, from pydantic's type of error; of a pattern its examples."""
    context = error.get("ctx", {})
    kind = error["type"].removesuffix("_parsing").removesuffix("_type")
    if kind == "literal_error":  # "'a', 'b' or 'c'"
        return listed(re.findall(r"'([^']*)'", str(context["expected"])))
    *path, name = _path(error)
    field = _group(schema, path).model_fields.get(name)
    if kind == "string_pattern_mismatch" and field is not None and field.examples:
        return text("errors.allowed_like", examples=list(map(str, field.examples)))
    try:
        return text(f"errors.allowed_{kind}", **context)
    except KeyError:
        return str(context.get("error") or error["msg"])


def _path(error: ErrorDetails) -> list[str]:
    """The keys down to the one in question; pydantic names the member of a union as well."""
    members = {each.__name__ for each in Config.__subclasses__() if each.__name__[0].isupper()}
    return [str(part) for part in error["loc"] if part not in members]


def _group(schema: type[Config], path: Sequence[str]) -> type[Config]:
    """The schema of the group at `path`."""
    for part in path:
        field = schema.model_fields.get(part)
        inner = None if field is None else field.annotation
        options = [inner, *typing.get_args(inner)]
        found = next((item for item in options if isinstance(item, type) and issubclass(item, Config)), None)
        if found is None:
            break
        schema = found
    return schema
