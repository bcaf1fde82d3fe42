"""Data sets of the hub: told from paths, read with the names of their classes, refused with advice."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from yanmo.corpus.hub import hub_records, is_hub_id
from yanmo.errors import InputError, MissingExtra


class Rows:
    """As `datasets.Dataset`: rows, and what each column is."""

    def __init__(self) -> None:
        label = {"names": ["bad", "good"], "_type": "ClassLabel"}
        features = {
            "text": {"dtype": "string", "_type": "Value"},
            "label": label,
            "tags": {"feature": label, "_type": "List"},
            "both": [label],
        }
        self.features = SimpleNamespace(to_dict=lambda: features)
        self.rows = [
            {"text": "a", "label": 1, "tags": [0, 1], "both": [1]},
            {"text": "b", "label": -1, "tags": [], "both": [0]},
        ]

    def __iter__(self) -> Iterator[dict[str, object]]:
        return iter(self.rows)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("owner/name", True),
        ("owner/name:validation", True),
        ("owner/name/part:train[:10%]", True),
        ("owner/data.v2", True),
        ("name", False),
        ("owner/train.jsonl", False),
        ("owner/train.csv.gz", False),
        ("owner/squad.json", False),
        ("here/train", False),
        ("a/b/c/d", False),
    ],
)
def test_what_may_be_an_id(given: str, expected: bool, tmp_path, monkeypatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    assert is_hub_id(given) == expected


def test_classes_come_by_their_names(monkeypatch) -> None:
    asked: list[tuple[object, ...]] = []

    def load_dataset(*arguments: object, split: str) -> Rows:
        asked.append((*arguments, split))
        return Rows()

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset))
    records = list(hub_records("owner/name", split="train"))
    assert [record.fields for record in records] == [
        {"text": "a", "label": "good", "tags": ["bad", "good"], "both": ["good"]},
        {"text": "b", "label": None, "tags": [], "both": ["bad"]},
    ]
    assert records[1].source == "owner/name:2"
    list(hub_records("owner/name/part:test", split="train"))
    assert asked == [("owner/name", None, "train"), ("owner/name", "part", "test")]


def test_without_a_network_it_says_how_to_go_on(monkeypatch) -> None:
    def load_dataset(*arguments: object, split: str) -> Rows:
        raise ConnectionError("Couldn't reach the Hub")

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset))
    with pytest.raises(InputError) as error:
        list(hub_records("owner/name", split="train"))
    assert error.value.key == "corpus.no_hub"
    assert "Couldn't reach" in str(error.value) and "--train train.parquet" in str(error.value)


def test_without_the_library_it_names_the_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtra) as error:
        list(hub_records("owner/name", split="train"))
    assert "pip install -e '.[hub]'" in str(error.value)


def test_the_library_itself(tmp_path, monkeypatch) -> None:
    """`datasets` reads a folder of files as it reads a data set of the hub."""
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])}
    )
    rows = datasets.Dataset.from_list(
        [{"text": "a", "label": 1}, {"text": "b", "label": 0}], features=features
    )
    monkeypatch.setattr(datasets, "load_dataset", lambda *arguments, split: rows)
    found = [record.fields for record in hub_records("owner/name", split="train")]
    assert json.loads(json.dumps(found)) == [{"text": "a", "label": "good"}, {"text": "b", "label": "bad"}]
