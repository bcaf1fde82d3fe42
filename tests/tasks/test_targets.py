"""Scores, labels or nothing; never a mixture."""

from collections.abc import Callable

import pytest

from yanmo.corpus.document import Record
from yanmo.errors import ConfigError, InputError
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.targets import LABELLED, are_labelled, class_name, order, positive_of, read_targets

NewRecord = Callable[..., Record]


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        ([{"score": 0}, {"score": 5}], "score", (0.0, 5.0)),
        ([{"score": "0.5"}, {"score": "3"}], "score", (0.5, 3.0)),
        ([{"label": 1}, {"label": 2.5}], "score", (1.0, 2.5)),
        ([{"label": "3.8"}, {"label": "5"}], "score", (3.8, 5.0)),
        ([{"label": 1}, {"label": 0}], "label", ("1", "0")),
        ([{"label": "1"}, {"label": "0"}], "label", ("1", "0")),
        ([{"label": True}, {"label": False}], "label", ("true", "false")),
        ([{"label": 0.0}, {"label": 1.0}, {"label": 2.0}], "label", ("0", "1", "2")),
        ([{"label": "0.0"}, {"label": "1.0"}], "label", ("0", "1")),
        ([{"label": float(n)} for n in range(4)], "score", (0.0, 1.0, 2.0, 3.0)),
        ([{"label": 0.0}, {"label": 5.0}, {"label": 3.0}], "score", (0.0, 5.0, 3.0)),
        ([{"score": 0.0}, {"score": 1.0}], "score", (0.0, 1.0)),
        ([{"is_duplicate": "1"}, {"is_duplicate": "0"}], "label", ("1", "0")),
        ([{"gold_label": "entailment"}, {"gold_label": "neutral"}], "label", ("entailment", "neutral")),
        ([{"label": "entailment"}, {"label": "neutral"}], "label", ("entailment", "neutral")),
        ([{"label": "1"}, {"label": "2"}, {"label": "other"}], "label", ("1", "2", "other")),
        ([{"id": 1}, {"id": 2}], "none", ()),
    ],
)
def test_what_is_read(
    record: NewRecord, values: list[dict[str, object]], kind: str, read: tuple[object, ...]
) -> None:
    targets = read_targets([record(**fields) for fields in values], TaskConfig())
    assert (targets.kind, targets.values) == (kind, read)


def test_a_named_field_counts_alone(record: NewRecord) -> None:
    records = [record(label="x", gold="a"), record(label="y", gold="b")]
    assert read_targets(records, TaskConfig(label_field="gold")).labels == ["a", "b"]
    with pytest.raises(InputError) as error:
        read_targets([record(label="x")], TaskConfig(label_field="gold"))
    assert error.value.key == "tasks.no_label"


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ([{"label": "x"}, {"label": 1}], "pairs.mixed_labels"),
        ([{"label": 0.5}, {"label": "x"}], "pairs.mixed_labels"),
        ([{"label": 1}, {"label": "1"}], "pairs.mixed_labels"),
        ([{"label": "1"}, {"label": "0"}, {"label": "good"}], "pairs.mixed_labels"),
        ([{"label": "0"}, {"label": "1"}, {"label": "2"}, {"label": "good"}], "pairs.mixed_labels"),
        ([{"label": "0.5"}, {"label": "good"}], "pairs.mixed_labels"),
        ([{"label": True}, {"label": "yes"}], "pairs.mixed_labels"),
        ([{"label": True}, {"label": 1}], "pairs.mixed_labels"),
        ([{"label": 1}, {"label": 0}, {"label": "1"}], "pairs.mixed_labels"),
        ([{"label": "x"}, {}], "tasks.no_label"),
        ([{"score": "high"}], "pairs.bad_score"),
        ([{"score": float("nan")}], "pairs.bad_score"),
        ([{"label": None}], "tasks.bad_label"),
        ([{"label": ["a", "b"]}], "tasks.bad_label"),
        ([{"label": ""}], "tasks.bad_label"),
    ],
)
def test_what_is_refused_names_file_and_line(values: list[dict[str, object]], key: str) -> None:
    records = [Record(fields=fields, source=f"set.jsonl:{line}") for line, fields in enumerate(values, 1)]
    with pytest.raises(InputError) as error:
        read_targets(records, TaskConfig())
    assert error.value.key == key
    assert f"set.jsonl:{len(values)}" in str(error.value)
    assert len(str(error.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("labels", "left_out"),
    [
        (["a", None, "b"], [1]),
        (["1", "", "0", " "], [1, 3]),  # the cells of a table
        ([0, 1, 2, -1, 2], [3]),
        (["0", "1", "2", "-1"], [3]),
        ([-1, 0, 1], []),  # negative, neutral, positive
        ([-1, 1], []),
        ([-2, -1, 0, 1, 2], []),
        (["-1", "0", "1", "2", "other"], []),
        ([0, 0.5, 2, -1], []),
        ([["x"], [], None], [2]),
    ],
)
def test_records_without_a_label(record: NewRecord, labels: list[object], left_out: list[int]) -> None:
    marks = are_labelled([record(label=label) for label in labels], TaskConfig(), LABELLED)
    assert [place for place, mark in enumerate(marks) if not mark] == left_out


def test_what_counts_as_no_label_depends_on_field_and_model(record: NewRecord) -> None:
    records = [record(score=-1), record(score=0), record(score=2), record(id=3)]
    assert all(are_labelled(records, TaskConfig(), LABELLED))
    test = [record(label=-1), record(label=0)]
    assert are_labelled(test, TaskConfig(), LABELLED, ("0", "1", "2")) == [False, True]
    assert are_labelled(test, TaskConfig(), LABELLED, ("-1", "0", "1", "2")) == [True, True]
    disputed = [record(label=label) for label in ("entailment", "-", "neutral")]
    assert are_labelled(disputed, TaskConfig(), LABELLED) == [True, False, True]
    assert all(are_labelled([record(label=label) for label in "+-?"], TaskConfig(), LABELLED))
    named = [record(label=None, gold="a"), record(label="b", gold=None)]
    assert are_labelled(named, TaskConfig(label_field="gold"), LABELLED) == [True, False]


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        (("0", "1"), "1"),
        (("entailment", "not_entailment"), "entailment"),
        (("不同", "相似"), "相似"),
        (("a", "b"), "b"),
    ],
)
def test_which_label_is_of_texts_that_belong_together(labels: tuple[str, ...], positive: str) -> None:
    assert positive_of(labels, None) == positive
    assert positive_of(labels, labels[0]) == labels[0]
    with pytest.raises(ConfigError) as error:
        positive_of(labels, "nothing")
    assert error.value.values["name"] == "nothing"


def test_labels_that_are_numbers_stand_in_their_order_before_words() -> None:
    assert sorted(["word", "10", "2", "a"], key=order) == ["2", "10", "a", "word"]


def test_a_class_has_no_space_around() -> None:
    assert class_name(" HUM\t") == "HUM"
    assert class_name(" 1.0 ") == "1"
