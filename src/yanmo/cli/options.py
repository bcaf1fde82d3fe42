"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from cyclopts import Parameter

Json: TypeAlias = Annotated[bool, Parameter(name="--json", negative=())]
Flag: TypeAlias = Annotated[bool, Parameter(negative=())]
Paths: TypeAlias = Annotated[
    list[str] | None, Parameter(consume_multiple=True, negative=(), metavar="PATH...")
]
Folder: TypeAlias = Annotated[str, Parameter(metavar="DIR")]
Precision: TypeAlias = Literal["auto", "fp32", "bf16"]
File: TypeAlias = Annotated[str | None, Parameter(metavar="FILE")]

_OVERRIDE = re.compile(r"[a-z_]+(\.[a-z_]+)*=.*", re.DOTALL)


def split_settings(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Plain words, and `key=value` overrides; what names an existing path is no override."""
    overrides = [word for word in words if _OVERRIDE.fullmatch(word) and not Path(word).exists()]
    return [word for word in words if word not in overrides], overrides
