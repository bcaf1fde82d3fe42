"""Columns under the names that tasks know."""

from __future__ import annotations

import pytest

from yanmo.corpus.document import Record


@pytest.mark.parametrize(
    ("fields", "columns", "expected"),
    [
        ({"review": "a", "stars": 1}, {"text": "review", "label": "stars"}, {"text": "a", "label": 1}),
        ({"review": "a", "id": 7}, {"text": "review", "label": "stars"}, {"text": "a", "id": 7}),
        ({"text": "a", "label": 1}, {"text": "review", "label": "stars"}, {"text": "a", "label": 1}),
        ({"review": "a", "text": "b"}, {"text": "review"}, {"text": "a"}),
        (
            {"title": "a", "text": "b"},
            {"text": "title", "text_pair": "text"},
            {"text": "a", "text_pair": "b"},
        ),
        ({"label": "a", "text": 1}, {"text": "label", "label": "text"}, {"text": "a", "label": 1}),
        ({"body": "a"}, {"text": "body", "text_pair": "body"}, {"text": "a", "text_pair": "a"}),
        ({"text": "a"}, {}, {"text": "a"}),
    ],
)
def test_renamed(fields, columns, expected) -> None:
    record = Record(fields=fields, source="reviews.csv:3").renamed(columns)
    assert record.fields == expected
    assert record.source == "reviews.csv:3"
    if "label" not in columns.values():
        assert record.renamed(columns) == record  # twice is once


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('["a", 1]', ["a", 1]),
        (' {"a": [1]}', {"a": [1]}),
        ("[1] Smith 2020", "[1] Smith 2020"),
        ("[" * 100_000, "[" * 100_000),
        ("7", "7"),
        ("['a', 'b']", ["a", "b"]),
        ("['a','b']\n", ["a", "b"]),
        (" {'text': ['Rome'], 'answer_start': [3]}", {"text": ["Rome"], "answer_start": [3]}),
        ('[None, True, 1.5, "it\'s"]', [None, True, 1.5, "it's"]),
        ("[(0, 2, 'PER')]", [[0, 2, "PER"]]),
        ("['EU' 'rejects']", "['EU' 'rejects']"),  # of NumPy: Python would make one word of two
        ("[0 1]", "[0 1]"),
        ("{'a', 'b'}", "{'a', 'b'}"),
        ("['\\d', b'a']", "['\\d', b'a']"),
        ("{'text': array(['Rome'])}", "{'text': array(['Rome'])}"),
        ("[" * 100_000 + "]", "[" * 100_000 + "]"),
        ([1], [1]),
    ],
)
def test_a_list_that_a_table_holds_as_text(value, expected) -> None:
    record = Record(fields={"a": value}, source="rows.csv:3")
    assert record.unpacked("a") == expected
    assert record.unpacked("b") is None
