"""Lists and objects that a table holds as JSON are read by the tasks that need them; texts stay texts."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from yanmo.api.reporter import Reporter
from yanmo.api.task_records import tell_records
from yanmo.corpus.document import Record
from yanmo.corpus.read import read_records
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.conversation import read_messages
from yanmo.tasks.multiple_choice import MultipleChoice
from yanmo.tasks.questions import Answer, read_answers
from yanmo.tasks.text_classification import TextClassification
from yanmo.tasks.texts import texts_of
from yanmo.tasks.translation import Translation

CONFIG = TaskConfig()


def in_a_table(folder: Path, *rows: dict[str, object]) -> list[Record]:
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        for row in rows:
            table.writerow(
                {name: value if isinstance(value, str) else json.dumps(value) for name, value in row.items()}
            )
    return list(read_records(folder / "rows.csv"))


def test_several_labels(tmp_path: Path) -> None:
    records = in_a_table(
        tmp_path,
        {"text": "[1]", "labels": ["a", "b"]},
        {"text": '{"a": 1}', "labels": []},
        {"text": "[x", "labels": "a"},
    )
    task = TextClassification.from_records(records, CONFIG)
    assert task.several and task.labels == ("a", "b")
    assert [task.gold(record) for record in records] == [["a", "b"], [], ["a"]]
    assert [texts_of(record, CONFIG) for record in records] == [("[1]",), ('{"a": 1}',), ("[x",)]
    tell_records(task, records, records, Reporter())


def test_messages(tmp_path: Path) -> None:
    said = [{"role": "user", "content": "[1]"}, {"role": "assistant", "content": "{}"}]
    (record,) = in_a_table(tmp_path, {"messages": said})
    messages = read_messages(record, CONFIG, answered=True)
    assert messages is not None and [each.content for each in messages] == ["[1]", "{}"]


def test_choices_and_a_context_of_several_texts(tmp_path: Path) -> None:
    both = in_a_table(
        tmp_path,
        {"context": ["a", "b"], "question": "[1]", "choices": ["c", "d"], "label": "1"},
        {"context": "[1]", "question": "q", "choices": ["c", "d"], "label": "c"},
    )
    MultipleChoice.from_records(both, CONFIG)
    assert [MultipleChoice.group(record, CONFIG) for record in both] == ["a\nb", "[1]"]


def test_translations(tmp_path: Path) -> None:
    records = in_a_table(tmp_path, {"translation": {"en": "a", "zh": "甲"}})
    config = TaskConfig(direction="en-zh")
    assert Translation.fits(records, CONFIG)
    assert Translation.from_records(records, config).texts(records[0]) == ("a", "甲")


def test_answers(tmp_path: Path) -> None:
    row = {"question": "q", "context": 'see [1] or ["a"]'}
    records = in_a_table(
        tmp_path,
        {**row, "answer": [{"text": "see", "start": 0}]},
        {**row, "answer": "[1]"},
        {**row, "answer": '["a"]'},
        {**row, "answer": "[]"},
    )
    assert [read_answers(record, CONFIG) for record in records] == [
        (Answer(text="see", start=0),),
        (Answer(text="[1]", start=4),),
        (Answer(text='["a"]', start=11),),
        (),
    ]


def test_a_table_without_a_header_is_told_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("a good room\t1\na bad room\t0\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        TextClassification.from_records(list(read_records(tmp_path / "a.tsv")), CONFIG)
    assert (error.value.key, error.value.values["known"]) == ("corpus.no_header", ["a good room", "1"])
