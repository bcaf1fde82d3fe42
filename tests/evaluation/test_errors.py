"""Where a classification goes wrong, and how a report shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from yanmo.corpus.document import JsonValue, Record
from yanmo.evaluation.error_report import error_sections
from yanmo.evaluation.errors import Errors, errors_of
from yanmo.evaluation.report import Examples, Report, Table, render
from yanmo.evaluation.run_report import run_report
from yanmo.metrics.entities import Entity
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.text_classification import ClassPrediction, TextClassification
from yanmo.tasks.text_generation import TextGeneration
from yanmo.tasks.token_classification import EntityPrediction, TokenClassification


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANMO_LANG", "en")


def records(*fields: dict[str, JsonValue]) -> list[Record]:
    return [Record(fields=each, source="set.jsonl:1") for each in fields]


def said(label: str, sure: float, text: str = "t") -> ClassPrediction:
    other = "b" if label == "a" else "a"
    return ClassPrediction(
        text=text, labels=(label,), scores={label: sure, other: 1 - sure}, multi_label=False
    )


def classes() -> Errors:
    given = records(*({"text": f"t{number}", "label": "aabb"[number]} for number in range(4)))
    task = TextClassification.from_records(given, TaskConfig())
    found = errors_of(
        task, given, [said("a", 0.9), said("b", 0.6, "t1"), said("a", 0.8, "t2"), said("b", 0.7)]
    )
    assert found is not None
    return found


def test_the_matrix_counts_and_the_surest_errors_come_first() -> None:
    errors = classes()
    assert (errors.labels, errors.matrix) == (("a", "b"), ((1, 1), (1, 1)))
    assert [(one.text, one.gold, one.predicted, one.confidence) for one in errors.examples] == [
        ("t2", "b", "a", 0.8),
        ("t1", "a", "b", 0.6),
    ]
    assert [(one.kind, one.gold, one.predicted, one.correct) for one in errors.kinds] == [
        ("a", 2, 2, 1),
        ("b", 2, 2, 1),
    ]
    assert Errors.model_validate_json(errors.model_dump_json(exclude_defaults=True)) == errors


def test_confidence_is_that_of_the_calibrated_model() -> None:
    given = records({"text": "t", "label": "b"}, {"text": "t", "label": "a"})
    task = replace(TextClassification.from_records(given, TaskConfig()), temperature=2.0)
    errors = errors_of(task, given, [said("a", 0.9), said("a", 0.9)])
    assert errors is not None
    assert errors.examples[0].confidence == pytest.approx(0.75)  # 3 : 1 where 9 : 1 was


def test_several_labels_have_no_matrix() -> None:
    given = records({"text": "t", "labels": ["a", "b"]}, {"text": "u", "labels": []})
    task = TextClassification.from_records(given, TaskConfig())
    found = ClassPrediction(text="t", labels=("a",), scores={"a": 0.9, "b": 0.1}, multi_label=True)
    errors = errors_of(task, given, [found, replace(found, labels=())])
    assert errors is not None
    assert errors.matrix == ()
    assert [(one.gold, one.predicted) for one in errors.examples] == [("a, b", "a")]


def test_errors_of_entities_are_of_four_kinds() -> None:
    text = "姚明和李娜去了北京大学和上海"
    gold = [(0, 2, "PER"), (3, 5, "PER"), (7, 11, "ORG"), (12, 14, "LOC")]
    found = [(0, 2, "PER"), (7, 9, "LOC"), (12, 13, "LOC"), (2, 3, "PER")]
    given = records(
        {"text": text, "entities": [dict(zip(("start", "end", "label"), each, strict=True)) for each in gold]}
    )
    task = TokenClassification.from_records(given, TaskConfig())
    entities = tuple(Entity(start=start, end=end, kind=kind) for start, end, kind in found)
    errors = errors_of(task, given, [EntityPrediction(text=text, entities=entities, scores=(1.0,) * 4)])
    assert errors is not None and errors.entities
    table = {one.kind: one for one in errors.kinds}
    assert (table["PER"].gold, table["PER"].predicted, table["PER"].correct) == (2, 2, 1)
    assert (table["PER"].missed, table["PER"].extra) == (1, 1)
    assert (table["ORG"].gold, table["ORG"].confused, table["ORG"].predicted) == (1, 1, 0)
    assert (table["LOC"].border, table["LOC"].predicted) == (1, 2)
    shown = {one.gold: one.predicted for one in errors.examples}
    assert shown["ORG: 北京大学"] == "LOC: 北京"
    assert shown["PER: 李娜"] == "–"
    assert any("【李娜】" in one.text for one in errors.examples)


def test_other_tasks_have_none() -> None:
    task = TextGeneration.from_records(records({"text": "a"}), TaskConfig())
    assert errors_of(task, records({"text": "a"}), []) is None


def test_a_report_shows_matrix_table_and_errors() -> None:
    matrix, table, examples = error_sections(classes())
    assert isinstance(matrix, Table) and matrix.rows == (("a", 1, 1), ("b", 1, 1))
    assert isinstance(table, Table) and table.rows[0][4:] == ("50.00 %", "50.00 %", "50.00 %")
    assert isinstance(examples, Examples) and examples.items[0].result == "predicted a, is b"
    page = render(Report(title="r", sections=(matrix, table, examples)))
    assert "Which classes are confused" in page and "80.00 %" in page


def test_many_classes_are_listed_by_their_confusions() -> None:
    labels = tuple(f"c{number:02}" for number in range(30))
    rows = tuple(tuple(5 if (i, j) == (3, 7) else int(i == j) for j in range(30)) for i in range(30))
    (table,) = error_sections(Errors(count=35, labels=labels, matrix=rows))
    assert isinstance(table, Table) and table.rows == (("c03", "c07", 5),)


def test_the_report_of_a_run_has_them(tmp_path: Path) -> None:
    (tmp_path / "errors.json").write_text(classes().model_dump_json(exclude_defaults=True))
    titles = [section.title for section in run_report(tmp_path).sections]
    assert "Which classes are confused" in titles and "Errors" in titles


def test_that_there_is_no_error_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANMO_LANG", "en")
    given = records({"text": "t", "labels": ["a"]})
    task = TextClassification.from_records(given, TaskConfig())
    errors = errors_of(
        task, given, [ClassPrediction(text="t", labels=("a",), scores={"a": 0.9}, multi_label=True)]
    )
    assert errors is not None
    (table,) = error_sections(errors)
    assert table.note == "All 1 held-out records are right."
