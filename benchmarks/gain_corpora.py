"""What the gain benchmark pre-trains on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from yanmo.corpus.document import Record
from yanmo.corpus.read import read_records
from yanmo.evaluation import suite as suites

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


def write_reviews(language: str, reported: Sequence[str], data: Path, path: Path) -> list[Path]:
    """Texts of the domain of the `reported` sets, without those that share a passage with their dev or test."""
    parts = [part for folder in REVIEWS[language] if (part := _train(data / folder))]
    if path.is_file() or not parts:
        return [path] if path.is_file() else []
    sets = [suites.find(name) for name in reported]
    passages = {
        passage
        for suite in sets
        if suite.language == language and suite.is_there(data)
        for part in suite.splits
        if part != "train"
        for record in suite.read(part, data)
        for passage in _passages(record, language)
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    records = (record for part in parts for record in read_records(part))
    kept = (record for record in records if passages.isdisjoint(_passages(record, language)))
    with path.open("w", encoding="utf-8") as file:
        for record in kept:
            file.write(json.dumps({"text": record.fields["text"]}, ensure_ascii=False) + "\n")
    return [path]


def _passages(record: Record, language: str) -> set[tuple[str, ...]]:
    """Runs of letters (Chinese) or words, whatever stands between them."""
    text = str(record.fields["text"]) if "text" in record.fields else " ".join(record.fields["tokens"])
    units = re.findall(r"\w" if language == "zh" else r"\w+", text.lower())
    return {tuple(units[place : place + SHARED]) for place in range(max(1, len(units) - SHARED + 1))}


def _train(folder: Path) -> Path | None:
    paths = (folder / f"train{ending}" for ending in (".jsonl.gz", ".jsonl"))
    return next((path for path in paths if path.is_file()), None)
