"""The labelled sets of the gain benchmark, and the files that are made of them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from yanmo.corpus.document import Record
from yanmo.corpus.read import read_records

DEV_SHARE = 0.1  # of the training records, where a set has no third part
MARK = "in_train"  # a field that says that the text also stands in the training part


@dataclass(frozen=True, kw_only=True)
class LabelledSet:
    """A set in `folder`. test: the part that is reported; rates and steps are chosen on another one.

    Where that other part is missing, a share of the training records is held back for it.
    """

    name: str
    language: str
    folder: str
    task: str
    metric: str
    epochs: int
    dev: str | None = "dev"
    test: str = "test"


SETS = (
    LabelledSet(
        name="zh_chnsenticorp",
        language="zh",
        folder="classification/zh_chnsenticorp",
        task="text_classification",
        metric="accuracy",
        epochs=3,
    ),
    LabelledSet(
        name="zh_cluener",
        language="zh",
        folder="ner/zh_cluener",
        task="token_classification",
        metric="f1",
        epochs=4,
        dev=None,
        test="dev",
    ),
    LabelledSet(
        name="en_sst2",
        language="en",
        folder="classification/en_sst2",
        task="text_classification",
        metric="accuracy",
        epochs=2,
    ),
    LabelledSet(
        name="en_conll2003",
        language="en",
        folder="ner/en_conll2003",
        task="token_classification",
        metric="f1",
        epochs=4,
    ),
)
CORPORA = {
    "zh": ("pretrain/zh_wiki", "pretrain/zh_cluecorpussmall_sample", "pretrain/zh_dialogue"),
    "en": ("pretrain/en_wiki", "pretrain/en_textbooks", "pretrain/en_misc"),
}
REVIEWS = {  # training parts of other sets, without their labels
    "zh": (
        "classification/zh_online_shopping",
        "classification/zh_book_review",
        "classification/zh_waimai",
    ),
    "en": ("classification/en_imdb",),
}
SHARED = 13  # characters or words in a row that no text of a reported set shares with one to pre-train on


@dataclass(frozen=True, kw_only=True)
class Files:
    """Where the parts of a set are, as JSON lines. dev holds no text that is marked as standing in train."""

    train: Path
    dev: Path
    test: Path


def make_files(
    labelled: LabelledSet, data: Path, folder: Path, *, train_limit: int, test_limit: int
) -> Files:
    """Writes the three parts into the folder, always the same ones; limits of 0 mean all records."""
    files = Files(train=folder / "train.jsonl", dev=folder / "dev.jsonl", test=folder / "test.jsonl")
    if files.test.is_file():
        return files
    folder.mkdir(parents=True, exist_ok=True)
    train = _read(data, labelled, "train")
    random.Random(0).shuffle(train)
    if labelled.dev is None:
        count = round(len(train) * DEV_SHARE)
        train, dev = train[count:], train[:count]
    else:
        dev = [record for record in _read(data, labelled, labelled.dev) if not marked(record)]
    _write(files.train, train[: train_limit or None])
    _write(files.dev, dev[: test_limit or None])
    _write(files.test, _read(data, labelled, labelled.test)[: test_limit or None])  # last: then all is there
    return files


def write_reviews(language: str, data: Path, path: Path) -> list[Path]:
    """Texts of the domain of the classified sets, without those that share a passage with dev or test of any set."""
    parts = [part for folder in REVIEWS[language] if (part := _find(data / folder, "train"))]
    if path.is_file() or not parts:
        return [path] if path.is_file() else []
    reported = {
        passage
        for labelled in SETS
        if labelled.language == language and is_there(labelled, data)
        for name in filter(None, (labelled.dev, labelled.test))
        for record in _read(data, labelled, name)
        for passage in _passages(record, language)
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    records = (record for part in parts for record in read_records(part))
    kept = (record for record in records if reported.isdisjoint(_passages(record, language)))
    with path.open("w", encoding="utf-8") as file:
        for record in kept:
            file.write(json.dumps({"text": record.fields["text"]}, ensure_ascii=False) + "\n")
    return [path]


def _passages(record: Record, language: str) -> set[tuple[str, ...]]:
    """Runs of letters (Chinese) or words, whatever stands between them."""
    text = str(record.fields["text"]) if "text" in record.fields else " ".join(record.fields["tokens"])
    units = re.findall(r"\w" if language == "zh" else r"\w+", text.lower())
    return {tuple(units[place : place + SHARED]) for place in range(max(1, len(units) - SHARED + 1))}


def is_there(labelled: LabelledSet, data: Path) -> bool:
    """Whether the data of the set lies in its place."""
    return _part(data, labelled, "train") is not None


def marked(record: Record) -> bool:
    """Whether the record says that its text also stands in the training part."""
    return record.fields.get(MARK) is True


def clean_rows(records: Sequence[Record]) -> list[int]:
    """The places of the records that are not marked."""
    return [place for place, record in enumerate(records) if not marked(record)]


def _read(data: Path, labelled: LabelledSet, part: str) -> list[Record]:
    path = _part(data, labelled, part)
    if path is None:
        raise SystemExit(f"{data / labelled.folder} has no part {part!r}")
    return list(read_records(path))


def _part(data: Path, labelled: LabelledSet, part: str) -> Path | None:
    return _find(data / labelled.folder, part)


def _find(folder: Path, part: str) -> Path | None:
    paths = (folder / f"{part}{ending}" for ending in (".jsonl.gz", ".jsonl"))
    return next((path for path in paths if path.is_file()), None)


def _write(path: Path, records: Iterable[Record]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(dict(record.fields), ensure_ascii=False) + "\n")
