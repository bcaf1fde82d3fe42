"""The folder is the registry: `objectives/mlm.py` *is* "mlm". The one place where a name is looked up."""

from __future__ import annotations

import difflib
import inspect
import pkgutil
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from yanmo.errors import ConfigError

Member = TypeVar("Member")


def names(family: ModuleType) -> list[str]:
    """The members of a family, sorted: its files, less the private ones and those listed in `NOT_MEMBERS`."""
    hidden: frozenset[str] = getattr(family, "NOT_MEMBERS", frozenset())
    found = (module.name for module in pkgutil.iter_modules(family.__path__))
    return sorted(name for name in found if not name.startswith("_") and name not in hidden)


def find(family: ModuleType, base: type[Member], name: str) -> type[Member]:
    """The concrete class of `base` that the file `name` of `family` defines; "my.module" finds one out of tree.

    Errors: ConfigError with the nearest name when there is no such file.
    """
    kind = family.__name__.rsplit(".", 1)[-1]
    if "." in name:
        module = import_module(name)
    elif name in names(family):
        module = import_module(f"{family.__name__}.{name}")
    else:
        raise ConfigError(
            "errors.unknown_name", kind=kind, name=name, known=", ".join(names(family)),
            nearest=nearest(name, names(family)),
        )  # fmt: skip
    found = [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, base)
        and member.__module__ == module.__name__
        and not inspect.isabstract(member)
    ]
    assert len(found) == 1, f"{module.__name__} must define one concrete {base.__name__}, not {found}"
    return found[0]


def nearest(name: str, known: list[str]) -> str:
    """The known name that looks most like `name`, or the first one."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return close[0] if close else "-"
