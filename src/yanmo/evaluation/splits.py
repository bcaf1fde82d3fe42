"""Training, development and test records, and the one rule for those that a set lacks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Literal, TypeAlias

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.task import Task

Part: TypeAlias = Literal["train", "dev", "test"]
PARTS: tuple[Part, ...] = ("train", "dev", "test")
SHARE = 0.1  # that is held back


@dataclass(frozen=True, kw_only=True)
class Splits:
    """train to learn from, dev to choose by, test to report; each may be empty.

    taken_from: of each part that the set lacked, the part that it was taken from.
    """

    train: tuple[Record, ...] = ()
    dev: tuple[Record, ...] = ()
    test: tuple[Record, ...] = ()
    taken_from: Mapping[Part, Part] = field(default_factory=dict)


def complete(
    given: Mapping[Part, Sequence[Record]],
    kind: type[Task],
    config: TaskConfig,
    *,
    needs_test: bool = True,
    share: float = SHARE,
) -> Splits:
    """The parts that are given, and those that follow from them.

    Without labelled test records the official dev is the test, where one is needed. A missing dev is then a share of
    train, chosen by the hash of the text; a missing train is dev less that share. Nothing is ever made of test.
    What is parted is parted as a fine-tuning does: by the names that `config` gives its columns, and without records
    that cannot be learned from.
    Errors: InputError where a share cannot be held back, because there is one text alone.
    """
    parts: dict[Part, Sequence[Record]] = {name: given.get(name) or () for name in PARTS}
    taken: dict[Part, Part] = {}
    if needs_test and not parts["test"] and parts["dev"]:
        parts |= {"test": parts["dev"], "dev": ()}
        taken["test"] = "dev"
    if bool(parts["train"]) != bool(parts["dev"]):
        whole: Part = "train" if parts["train"] else "dev"
        parts["train"], parts["dev"] = _parted(parts[whole], kind, config, share)
        taken["dev" if whole == "train" else "train"] = whole
    return Splits(
        train=tuple(parts["train"]), dev=tuple(parts["dev"]), test=tuple(parts["test"]), taken_from=taken
    )


def _parted(
    records: Sequence[Record], kind: type[Task], config: TaskConfig, share: float
) -> tuple[list[Record], list[Record]]:
    """`hold_back` of records as they are published; they stay as they are."""
    named = [record.renamed(config.columns) for record in records]
    published = {id(name): record for name, record in zip(named, records, strict=True)}
    usable = list(compress(named, kind.usable(named, config))) or named
    train, dev = hold_back(usable, kind, config, share=share)
    return [published[id(one)] for one in train], [published[id(one)] for one in dev]


def hold_back(
    records: Sequence[Record],
    kind: type[Task],
    config: TaskConfig,
    *,
    share: float = SHARE,
    source: str | None = None,
) -> tuple[list[Record], list[Record]]:
    """The records without a share of them, and that share.

    Chosen by the hash of the text, so that order, labels and other records make no difference to which; equal texts,
    and questions about one context, fall on the same side. A class that would then never be learned stays.
    Errors: InputError when there is one text alone, or no two of any class.
    """
    if len(records) == 1:
        raise InputError("run.one_record", path=source or records[0].source)
    contents = [kind.group(record, config) for record in records]
    if len(set(contents)) < 2:
        contents = [kind.content(record, config) for record in records]
    distinct = sorted(
        set(contents), key=lambda content: hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()
    )
    if len(distinct) < 2:
        raise InputError("run.one_text", path=source or records[0].source)
    count = min(len(distinct) - 1, max(1, round(len(distinct) * share)))
    chosen = _first_that_may_go(distinct, count, records, contents, kind, config)
    if not chosen:
        raise InputError("run.rare_classes", path=source or records[0].source)
    sides: tuple[list[Record], list[Record]] = ([], [])
    for record, content in zip(records, contents, strict=True):
        sides[content in chosen].append(record)
    return sides


def _first_that_may_go(
    order: Sequence[str],
    count: int,
    records: Sequence[Record],
    contents: Sequence[str],
    kind: type[Task],
    config: TaskConfig,
) -> set[str]:
    """The first groups, `count` at most, that leave each of their classes to another group that stays."""
    task = kind.from_labels((), config)  # which tells what classes a record names
    classes: dict[str, set[str]] = {}
    for record, content in zip(records, contents, strict=True):
        classes.setdefault(content, set()).update(task.gold(record))
    left = Counter(name for names in classes.values() for name in names)
    found: set[str] = set()
    for content in order:
        if len(found) < count and all(left[name] > 1 for name in classes[content]):
            left.subtract(classes[content])
            found.add(content)
    return found
