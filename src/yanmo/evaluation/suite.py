"""A suite: a published labelled set as a data file, with its source, hashes, licence, splits, metric and references.

The records themselves do not come with Yanmo: a suite says what the files are called below a folder of the user's.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import Field

from yanmo import tasks
from yanmo.config import Config, build, read_yaml
from yanmo.corpus.document import Record
from yanmo.corpus.files import source_file, user_path
from yanmo.corpus.read import read_records
from yanmo.errors import ConfigError, InputError
from yanmo.evaluation.splits import PARTS, Part, Splits, complete
from yanmo.messages import LANGUAGES, language, text
from yanmo.registry import suggestion
from yanmo.tasks.config import TaskConfig

ENDINGS = (".yaml", ".yml")


class SuiteFile(Config):
    """One part of a set."""

    file: str
    """Its name in the folder of the set; it may have .gz added."""
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    """Of the bytes, unpacked (`content_hash`)."""
    records: int = Field(ge=1)
    """How many there are."""


class Reference(Config):
    """A published result, so that a score can be placed."""

    model: str
    value: float
    """In the unit of the metric as it is published: percent, mostly."""
    where: str
    """The part it was measured on, and what differs from this suite."""
    source: str
    """Where it was read."""


class Suite(Config):
    """A labelled set. The first two lines of its file are comments that say in English and in Chinese what it is."""

    name: str
    path: Path
    task: str
    language: Literal["zh", "en"]
    source: str
    """Where the records were published, with the version that was read."""
    licence: str
    """As stated there."""
    folder: str
    """Where the files lie, below the folder that --data names."""
    splits: dict[Part, SuiteFile]
    """Those that are published with labels; the rest follows by the rule of `evaluation.splits`."""
    metric: str
    """Of the task's, the one that is reported."""
    settings: TaskConfig = TaskConfig()
    """How the task reads the records."""
    labels: tuple[str, ...] = ()
    """Of a classification: the classes in the order in which models without names for them count."""
    also_in_train: str | None = None
    """A field that is true where the text also stands in train: such records are left out of dev and test."""
    references: tuple[Reference, ...] = ()

    @property
    def summary(self) -> str:
        """What it is, in the user's language."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return lines[LANGUAGES.index(language())].removeprefix("#").strip()

    def file(self, part: Part, data: Path) -> Path:
        """Where a part is. Errors: InputError naming the file that was looked for."""
        name = self.splits[part].file
        found = next(
            (
                path
                for path in (data / self.folder / name, data / self.folder / f"{name}.gz")
                if path.is_file()
            ),
            None,
        )
        if found is None:
            raise InputError(
                "suites.no_file",
                name=self.name,
                part=part,
                path=data / self.folder / name,
                source=self.source,
            )
        return found

    def is_there(self, data: Path) -> bool:
        """Whether every part is in its place."""
        folder = data / self.folder
        names = [split.file for split in self.splits.values()]
        return all((folder / name).is_file() or (folder / f"{name}.gz").is_file() for name in names)

    def read(self, part: Part, data: Path) -> list[Record]:
        """A part as it is published. Errors: InputError."""
        return list(read_records(self.file(part, data)))

    def reported(self) -> Part:
        """The part that is the test: dev where test has no labels. Errors: ConfigError where there is neither."""
        found: tuple[Part, ...] = tuple(part for part in ("test", "dev") if part in self.splits)
        if not found:
            raise ConfigError("suites.no_part", name=self.name, part="test", known=list(self.splits))
        return found[0]

    def test(self, data: Path) -> list[Record]:
        """What is reported, without texts that also stand in train. Errors: InputError, ConfigError."""
        return self.unseen(self.read(self.reported(), data))

    def complete(self, data: Path) -> Splits:
        """All three parts, missing ones by the rule; dev and test without texts that also stand in train."""
        given = {part: self.read(part, data) for part in PARTS if part in self.splits}
        if "train" in given:
            given |= {part: self.unseen(records) for part, records in given.items() if part != "train"}
        return complete(given, tasks.find(self.task), self.settings)

    def unseen(self, records: list[Record]) -> list[Record]:
        """The records that do not also stand in train."""
        field = self.also_in_train
        return records if field is None else [one for one in records if one.fields.get(field) is not True]


def shipped() -> list[str]:
    """The names of the suites in the package."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def is_suite(given: str | Path) -> bool:
    """Whether a suite is meant and not a file of records: a shipped name, or a YAML file."""
    return str(given).endswith(ENDINGS) or (str(given) in shipped() and not Path(given).is_file())


def find(given: str | Path) -> Suite:
    """A shipped suite by its name, or a YAML file by its path.

    Errors: ConfigError for an unknown name, and for a file that is no suite; InputError for a missing file.
    """
    name = str(given)
    if name.endswith(ENDINGS):
        path = user_path(name)
    elif name in shipped():
        path = _folder() / f"{name}.yaml"
    else:
        known = shipped()
        raise ConfigError(
            "errors.unknown_name", kind=text("suites.kind"), name=name, known=known,
            suggestion=suggestion(name, known),
        )  # fmt: skip
    suite = build(Suite, {**read_yaml(path), "name": path.stem, "path": path})
    tasks.find(suite.task)
    return suite


def content_hash(path: Path) -> str:
    """SHA-256 of the bytes, unpacked where they are packed: the same for a file and its .gz."""
    digest = hashlib.sha256()
    for block in source_file(path).blocks():
        digest.update(block)
    return digest.hexdigest()


def _folder() -> Path:
    return Path(str(resources.files("yanmo"))) / "evaluation" / "suites"
