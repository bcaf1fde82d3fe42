"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from cyclopts import Parameter

from yanmo.errors import ConfigError

Json: TypeAlias = Annotated[bool, Parameter(name="--json", negative=())]
Flag: TypeAlias = Annotated[bool, Parameter(negative=())]
Paths: TypeAlias = Annotated[
    list[str] | None, Parameter(consume_multiple=True, negative=(), metavar="PATH...")
]
Pairs: TypeAlias = Annotated[
    list[str] | None, Parameter(consume_multiple=True, negative=(), metavar="NAME=VALUE...")
]
Folder: TypeAlias = Annotated[str, Parameter(metavar="DIR")]
OptionalFolder: TypeAlias = Annotated[str | None, Parameter(metavar="DIR")]
Precision: TypeAlias = Literal["auto", "fp32", "bf16", "int8"]  # of inference; training has no int8
File: TypeAlias = Annotated[str | None, Parameter(metavar="FILE")]

_OVERRIDE = re.compile(r"[^\s=/\\]+=.*", re.DOTALL)  # a key that does not exist is told as such


def split_settings(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Plain words, and `key=value` overrides; what names an existing path is no override."""
    overrides = [word for word in words if _OVERRIDE.fullmatch(word) and not Path(word).exists()]
    return [word for word in words if word not in overrides], overrides


def only_word(words: Sequence[str]) -> str | None:
    """The one plain word that a command takes, a recipe or a task. Errors: ConfigError where there are more."""
    if len(words) > 1:
        raise ConfigError("cli.two_recipes", first=words[0], second=words[1])
    return words[0] if words else None


def split_pairs(words: Sequence[str], *, dotted: bool = False) -> tuple[dict[str, str], list[str]]:
    """`name=value` words of an option that takes several, and what stood behind them but is not meant for it.

    Those are words without "=", and settings, which have a dot before it, unless `dotted` names are meant too.
    """
    pairs: dict[str, str] = {}
    rest: list[str] = []
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or ("." in name and not dotted):
            rest.append(word)
        else:
            pairs[name] = value
    return pairs, rest
