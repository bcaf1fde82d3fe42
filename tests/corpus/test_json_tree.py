"""One JSON object that holds all the records, in the forms in which sets are published, or what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yanmo.corpus.read import read_records
from yanmo.errors import InputError

ROWS = [{"text": "一", "label": 0}, {"text": "二", "label": 1}]
TALK = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}


def read(path: Path, content: str) -> list[tuple[str, object]]:
    path.write_text(content, encoding="utf-8")
    return [(record.source.removeprefix(f"{path}:"), record.fields) for record in read_records(path)]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "tree",
    [
        {"data": ROWS},
        {"version": "1", "data": ROWS},
        {"train": ROWS},
        {"version": "1", "train": ROWS},
        {"rows": ROWS},
    ],
)
def test_records_in_one_list(tmp_path: Path, tree: object, indent: int | None) -> None:
    content = json.dumps(tree, ensure_ascii=False, indent=indent)
    assert read(tmp_path / "a.json", content) == [("1", ROWS[0]), ("2", ROWS[1])]


@pytest.mark.parametrize("indent", [None, 1])
def test_records_under_their_numbers(tmp_path: Path, indent: int | None) -> None:
    content = json.dumps({"0": ROWS[0], "7": ROWS[1]}, indent=indent)
    assert read(tmp_path / "a.json", content) == [("0", ROWS[0]), ("7", ROWS[1])]


@pytest.mark.parametrize(
    "record", [TALK, {"text": "a", "rows": ROWS}, {"translation": {"en": "a", "zh": "一"}}]
)
def test_a_record_that_holds_objects_stays_one(tmp_path: Path, record: dict[str, object]) -> None:
    content = json.dumps(record) + "\n"
    assert read(tmp_path / "a.json", content) == [("1", record)]
    assert read(tmp_path / "a.json", 2 * content) == [("1", record), ("2", record)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "no valid JSON"),
        ("3", "holds a number"),
        ('{"data": []', "no valid JSON"),
        ('{"data": []}', "no list of objects"),
        ('{"data": [3]}', "no list of objects"),
        ('{\n"rows": []\n}', "no list of objects"),
        (json.dumps({"train": ROWS, "test": ROWS}), "several lists of objects .train, test."),
        (json.dumps(TALK, indent=1), "no list of objects"),
        (json.dumps({"text": {"0": "a"}, "label": {"0": "b"}}, indent=1), "no list of objects"),
    ],
)
def test_another_form_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as error:
        read(tmp_path / "a.json", content)
    assert error.value.key == "corpus.bad_tree"
    assert "SQuAD" not in str(error.value)
    assert len(str(error.value).splitlines()) == 3
