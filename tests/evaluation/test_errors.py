"""Where a model goes wrong, and how a report shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from yanmo.corpus.document import JsonValue, Record
from yanmo.evaluation.error_report import error_sections
from yanmo.evaluation.errors import Errors, errors_of
from yanmo.evaluation.report import Examples, Report, Table, render
from yanmo.evaluation.run_report import run_report
from yanmo.metrics.entities import Entity
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.generated import TextLoss
from yanmo.tasks.multiple_choice import ChoicePrediction, MultipleChoice
from yanmo.tasks.question_answering import AnswerPrediction, Candidate, QuestionAnswering
from yanmo.tasks.sentence_similarity import SentenceSimilarity
from yanmo.tasks.similarity_scores import SimilarityPrediction
from yanmo.tasks.task import Task, TaskPrediction
from yanmo.tasks.text_classification import ClassPrediction, TextClassification
from yanmo.tasks.text_generation import TextGeneration
from yanmo.tasks.token_classification import EntityPrediction, TokenClassification
from yanmo.tasks.translation import Translation, TranslationPrediction


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


def test_nothing_is_shown_where_no_record_is_right_or_wrong() -> None:
    given = records({"text": "a"}, {"text": "b"})
    losses = [TextLoss(nats=float(number), tokens=1, num_bytes=1) for number in (1, 9)]
    assert errors_of(TextGeneration.from_records(given, TaskConfig()), given, losses) is None
    pairs = records({"anchor": "a", "positive": "b"}, {"anchor": "c", "positive": "d"})
    found = [
        SimilarityPrediction(
            texts=texts, similarity=0.5, vectors=(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
        )
        for texts in (("a", "b"), ("c", "d"))
    ]
    assert errors_of(SentenceSimilarity.from_records(pairs, TaskConfig()), pairs, found) is None


def shown(
    task: Task, given: list[Record], predictions: Sequence[TaskPrediction]
) -> list[tuple[str, str, str]]:
    errors = errors_of(task, given, predictions)
    assert errors is not None and errors.scored == len(given)
    return [(one.text, one.gold, one.predicted) for one in errors.examples]


def test_the_worst_answers_are_shown_in_their_context() -> None:
    said = ("London", "in London", "")
    given = records(
        *({"question": f"q{n}", "context": "She lives in London.", "answers": ["London"]} for n in range(3))
    )
    task = replace(QuestionAnswering.from_records(given, TaskConfig()), fitted_threshold=0.0)
    found = [
        AnswerPrediction(
            question=f"q{n}",
            context="She lives in London.",
            answer=None,
            candidates=(Candidate(text=text, start=13, end=19, score=0.5),) if text else (),
            no_answer=0.1,
        )
        for n, text in enumerate(said)
    ]
    assert shown(task, given, found) == [
        ("q2\nShe lives in 【London】.", "London", "–"),
        ("q1\nShe lives in 【London】.", "London", "in London"),
    ]


def test_wrong_choices_are_shown_with_all_choices() -> None:
    given = records(*({"question": "q", "choices": ["a", "b"], "label": n} for n in range(2)))
    found = [ChoicePrediction(question="q", choices=("a", "b"), index=0, scores=(0.7, 0.3)) for _ in given]
    assert shown(MultipleChoice.from_records(given, TaskConfig()), given, found) == [
        ("q\n· a\n· b", "b", "a")
    ]


def test_translations_are_ordered_by_their_own_chrf() -> None:
    given = records(*({"source": f"s{n}", "target": "the red house"} for n in range(3)))
    said = ("the red house", "xyz", "the red horse")
    found = [
        TranslationPrediction(text=f"s{n}", translation=words, score=0.0) for n, words in enumerate(said)
    ]
    assert shown(Translation.from_records(given, TaskConfig()), given, found) == [
        ("s1", "the red house", "xyz"),
        ("s2", "the red house", "the red horse"),
    ]


def test_written_answers_are_ordered_as_translations_are() -> None:
    given = records(*({"source": f"s{n}", "target": "the red house"} for n in range(3)))
    said = ("the red house", "xyz", "the red horse")
    found = [TextLoss(nats=1.0, tokens=1, num_bytes=1, generated=words) for words in said]
    assert shown(TextGeneration.from_records(given, TaskConfig()), given, found) == [
        ("s1", "the red house", "xyz"),
        ("s2", "the red house", "the red horse"),
    ]


def test_scores_of_pairs_are_ordered_by_their_distance() -> None:
    given = records(*({"text": f"a{n}", "text_pair": "b", "score": n * 2.5} for n in range(3)))
    task = SentenceSimilarity.from_records(given, TaskConfig())
    found = [
        SimilarityPrediction(texts=(f"a{n}", "b"), similarity=0.5, score=score)
        for n, score in enumerate((1.0, 2.5, 1.0))
    ]
    assert shown(task, given, found) == [("a2\n⇄ b", "5.0", "1.00"), ("a0\n⇄ b", "0.0", "1.00")]


def test_labels_of_pairs_have_a_matrix_by_the_threshold_that_was_chosen() -> None:
    given = records(*({"text": f"a{n}", "text_pair": "b", "label": "ny"[n % 2]} for n in range(4)))
    task = replace(SentenceSimilarity.from_records(given, TaskConfig()), positive="y", threshold=0.5)
    found = [
        SimilarityPrediction(texts=(f"a{n}", "b"), similarity=value)
        for n, value in enumerate((0.1, 0.9, 0.8, 0.7))
    ]
    errors = errors_of(task, given, found)
    assert errors is not None
    assert (errors.labels, errors.matrix) == (("n", "y"), ((1, 1), (0, 2)))
    assert [(one.text, one.gold, one.predicted) for one in errors.examples] == [("a2\n⇄ b", "n", "y")]


def test_few_of_many_records_are_scored_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    chrf = Translation.own_score
    monkeypatch.setattr(
        Translation, "own_score", lambda *given: asked.append(given[1].source) or chrf(*given)
    )
    given = [Record(fields={"source": "s", "target": "t"}, source=str(n)) for n in range(3000)]
    found = [TranslationPrediction(text="s", translation="u", score=0.0) for _ in given]
    errors = errors_of(Translation.from_records(given, TaskConfig()), given, found)
    assert errors is not None and (errors.count, errors.scored, len(errors.examples)) == (3000, 500, 20)
    assert len(asked) == 500 and (asked[0], asked[-1]) == ("0", "2999")
    (section,) = error_sections(errors)
    assert isinstance(section, Examples) and "500 of 3000" in section.note


def test_a_report_shows_matrix_table_and_errors() -> None:
    matrix, table, examples = error_sections(classes())
    assert isinstance(matrix, Table) and matrix.rows == (("a", 1, 1), ("b", 1, 1))
    assert isinstance(table, Table) and table.rows[0][4:] == ("50.00 %", "50.00 %", "50.00 %")
    assert isinstance(examples, Examples) and examples.items[0].result == "predicted a, is b"
    page = render(Report(title="r", sections=(matrix, table, examples)))
    assert "Which classes are confused" in page and "80.00 %" in page


def test_of_many_classes_the_commonest_confusions_are_kept() -> None:
    """A matrix of thousands of classes would be hundreds of megabytes, and nobody could read it."""
    names = [f"c{number:02}" for number in range(30)]
    given = records(*({"text": "t", "label": name} for name in [*names, *["c03"] * 5, "c09", "c09"]))
    task = TextClassification.from_records(given, TaskConfig())
    found = [*names, *["c07"] * 5, "c03", "c03"]
    errors = errors_of(
        task,
        given,
        [
            ClassPrediction(text="t", labels=(name,), scores=dict.fromkeys(names, 0.1), multi_label=False)
            for name in found
        ],
    )
    assert errors is not None and errors.matrix == ()
    assert [(one.gold, one.predicted, one.count) for one in errors.confusions] == [
        ("c03", "c07", 5),
        ("c09", "c03", 2),
    ]
    assert Errors.model_validate_json(errors.model_dump_json(exclude_defaults=True)) == errors
    table, *_ = error_sections(errors)
    assert isinstance(table, Table) and table.rows == (("c03", "c07", 5), ("c09", "c03", 2))
    assert table.title == "Which classes are confused"


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
