"""A .json file is what its content says: an array, one object per line, or SQuAD's tree (`test_squad.py`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from yanmo.corpus import json_file
from yanmo.corpus.json_file import json_file_records
from yanmo.corpus.read import CorpusConfig, CorpusReport, read_corpus, read_records
from yanmo.errors import InputError

ROWS = [{"text": "a, ]", "label": 1}, {"text": "研墨\n{", "tags": ["[", "]"]}, {"data": "no tree"}]
LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_array_of_objects(indent: int | None, size: int) -> None:
    content = "\n " + json.dumps(ROWS, ensure_ascii=False, indent=indent) + "\n"
    blocks = (content[start : start + size] for start in range(0, len(content), size))
    assert list(json_file_records(blocks, name="a.json")) == list(enumerate(ROWS, 1))


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_one_object_per_line(size: int) -> None:
    content = "\n" + LINES
    blocks = (content[start : start + size] for start in range(0, len(content), size))
    assert list(json_file_records(blocks, name="a.json")) == list(enumerate(ROWS, 2))


@pytest.mark.parametrize("content", [LINES, json.dumps(ROWS)])
def test_neither_is_held_whole(content: str) -> None:
    asked = 0

    def blocks() -> Iterator[str]:
        nonlocal asked
        for start in range(0, len(content), 10):
            asked += 1
            yield content[start : start + 10]

    next(json_file_records(blocks(), name="a.json"))
    assert asked < 5 < len(content) / 10


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ('[{"a": 1}, {"a": 2', 2),
        ('[{"a": 1}', 2),
        ("[", 1),
        ('[{"a": 1}, {"b" 3}, {"c": 4}]', 2),
        ('[{"a": 1}] []', 2),
        ('["text"]', 1),
        ('{"a": 1}\n{"a"\n', 2),
    ],
)
def test_what_is_broken_is_named(content: str, number: int) -> None:
    with pytest.raises(InputError, match=f"a.json:{number}") as error:
        list(json_file_records([content], name="a.json"))
    assert error.value.key == "corpus.bad_json"
    assert len(str(error.value).splitlines()) == 3


def test_the_search_for_the_end_of_an_object_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_file, "MAX_RECORD_CHARACTERS", 100)

    def blocks() -> Iterator[str]:
        yield '[{"a": '
        for _ in range(20):
            yield " " * 50
        raise AssertionError("read on")

    with pytest.raises(InputError, match=r"a\.json:1"):
        list(json_file_records(blocks(), name="a.json"))


def test_an_empty_array_or_file_holds_no_record() -> None:
    assert list(json_file_records(["[", "]\n"], name="a.json")) == []
    assert list(json_file_records([" \n"], name="a.json")) == []


def test_a_corpus_of_json_is_read_by_its_field_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([{"content": "一段文本。"}]), encoding="utf-8")
    (tmp_path / "b.txt").write_text("plain text", encoding="utf-8")
    named = CorpusConfig(paths=(f"{tmp_path}/*.json",), text_field="content")
    assert [document.text for document in read_corpus(named)] == ["一段文本。"]
    report = CorpusReport()
    assert [each.text for each in read_corpus(CorpusConfig(paths=(str(tmp_path),)), report)] == ["plain text"]
    assert report.skipped == {f"{tmp_path}/a.json": "format"}


def test_labelled_records_of_a_json_file(tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text(LINES, encoding="utf-8")
    assert [record.fields for record in read_records(tmp_path / "train.json")] == ROWS
