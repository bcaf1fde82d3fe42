"""The recipes that ship with Yanmo, and those of the user: YAML files that hold a whole run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, TypeAlias, cast

from yanmo.config import Tree, read_yaml
from yanmo.corpus.files import user_path
from yanmo.errors import ConfigError
from yanmo.messages import LANGUAGES, language
from yanmo.registry import suggestion

Verb: TypeAlias = Literal["pretrain", "finetune"]
VERBS: tuple[Verb, ...] = ("pretrain", "finetune")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A YAML file. Its first two lines are comments that say, in English and in Chinese, what it is for."""

    name: str
    verb: Verb
    path: Path

    @property
    def content(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def summary(self) -> str:
        """What it is for, in the user's language."""
        return self.content.splitlines()[LANGUAGES.index(language())].removeprefix("#").strip()


def shipped(verb: Verb | None = None) -> list[Recipe]:
    """The recipes in the package, those for pre-training first, each group by name."""
    root = Path(str(resources.files("yanmo"))) / "recipes"
    verbs = VERBS if verb is None else (verb,)
    return [
        Recipe(name=path.stem, verb=each, path=path)
        for each in verbs
        for path in sorted((root / each).glob("*.yaml"))
    ]


def find(name: str) -> Recipe:
    """The shipped recipe of that name. Errors: ConfigError with the nearest name."""
    known = {recipe.name: recipe for recipe in shipped()}
    if name not in known:
        raise ConfigError(
            "recipes.unknown", name=name, known=list(known), suggestion=suggestion(name, list(known))
        )
    return known[name]


def read(name: str, verb: Verb, *, tasks: Sequence[str] = ()) -> Tree:
    """What a recipe holds: a shipped one by its name, or a YAML file by its path (a run's config.yaml is one).

    tasks: what could have been meant as well, for the error.
    Errors: ConfigError for an unknown name and for a recipe of another verb; InputError for a missing file.
    """
    if is_path(name):
        tree = read_yaml(user_path(name))
        given = cast(Verb, tree.pop("verb", verb))
    else:
        known = {recipe.name: recipe for recipe in shipped()}
        if name not in known:
            fitting = [recipe.name for recipe in known.values() if recipe.verb == verb]
            raise _unknown(name, fitting, tasks)
        tree, given = read_yaml(known[name].path), known[name].verb
    if given != verb:
        names = [recipe.name for recipe in shipped(verb)]
        raise ConfigError("recipes.other_verb", name=name, verb=verb, given=given, known=names)
    return tree


def is_path(name: str) -> bool:
    """Whether a name is that of a file."""
    return name.endswith((".yaml", ".yml")) or "/" in name or Path(name).is_file()


def _unknown(name: str, known: Sequence[str], tasks: Sequence[str]) -> ConfigError:
    advice = suggestion(name, [*tasks, *known])
    if not tasks:
        return ConfigError("recipes.unknown", name=name, known=known, suggestion=advice)
    return ConfigError("recipes.no_task", name=name, tasks=tasks, known=known, suggestion=advice)
