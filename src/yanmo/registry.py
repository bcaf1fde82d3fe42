"""The folder is the registry: `objectives/mlm.py` *is* "mlm". The one place where a name is looked up."""

from __future__ import annotations

import difflib
import inspect
import pkgutil
import traceback
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from yanmo.errors import ConfigError
from yanmo.messages import text

Member = TypeVar("Member")
ALIKE = 0.6  # of 1, by difflib: one slip in five letters is about 0.8
SHORTEST_PART = 3  # letters of a name that is asked for by a part of it


def names(family: ModuleType) -> list[str]:
    """The members of a family, sorted: its files, less the private ones and those listed in `NOT_MEMBERS`."""
    hidden: frozenset[str] = getattr(family, "NOT_MEMBERS", frozenset())
    found = (module.name for module in pkgutil.iter_modules(family.__path__))
    return sorted(name for name in found if not name.startswith("_") and name not in hidden)


def find(family: ModuleType, base: type[Member], name: str) -> type[Member]:
    """The concrete class of `base` that the file `name` of `family` defines; "my.module" finds one out of tree.

    Errors: ConfigError with the nearest name when there is no such file, for a module that is not found or fails, and
    for one that does not define a single member.
    """
    kind = text(f"errors.kind_{family.__name__.rsplit('.', 1)[-1]}")
    if is_module(name):
        module = _own_module(name, kind)
    elif name in names(family):
        module = import_module(f"{family.__name__}.{name}")
    else:
        raise ConfigError(
            "errors.unknown_name", kind=kind, name=name, known=names(family),
            suggestion=suggestion(name, names(family)),
        )  # fmt: skip
    found = [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, base)
        and member.__module__ == module.__name__
        and not inspect.isabstract(member)
    ]
    if len(found) != 1:
        raise ConfigError(
            "errors.not_one_member", kind=kind, path=module.__file__, base=base.__name__,
            found=[member.__name__ for member in found],
        )  # fmt: skip
    return found[0]


def _own_module(name: str, kind: str) -> ModuleType:
    """Errors: ConfigError where there is none, and where its code fails, with the line."""
    try:
        return import_module(name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            raise ConfigError("errors.no_module", kind=kind, name=name, missing=error.name) from error
        path, line = _place(error)
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise ConfigError(
            "errors.broken_module", kind=kind, name=name, reason=reason, path=path, line=line
        ) from error


def _place(error: Exception) -> tuple[str | None, int | None]:
    """File and line that failed: for what cannot be read as Python where it stands, else where it was raised."""
    if isinstance(error, SyntaxError):
        return error.filename, error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    *_, last = (
        frame for frame in frames if not frame.filename.startswith("<")
    )  # import_module's own are frozen
    return last.filename, last.lineno


def is_module(name: str) -> bool:
    """Whether a name is that of a module of the user's, such as "my_package.my_task"."""
    parts = name.split(".")
    return len(parts) > 1 and all(part.isidentifier() for part in parts)


def name_of(family: ModuleType, member: type) -> str:
    """The name that `find` knows a member by."""
    return member.__module__.removeprefix(f"{family.__name__}.")


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that `name` can be a slip of, or a part of; None where none looks like it."""
    spelt = {each.lower(): each for each in reversed(known)}
    close = difflib.get_close_matches(name.lower(), spelt, n=1, cutoff=ALIKE)
    if close:
        return spelt[close[0]]
    longer = [each for each in known if name.lower() in each.lower()]
    return longer[0] if len(name) >= SHORTEST_PART and len(longer) == 1 else None


def suggestion(name: str, known: Sequence[str]) -> str:
    """The advice for a name that does not exist: the one that was meant, else to choose among the known ones."""
    meant = nearest(name, known)
    return text("errors.choose") if meant is None else text("errors.did_you_mean", nearest=meant)
