import datetime
import json
from pathlib import Path

import pytest

from yanmo.corpus.read import read_records
from yanmo.errors import InputError

FIELDS = {"tokens": ["研", "墨"], "label": "a", "nested": {"n": [1, 2.5, None, True]}}


def test_json_values_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(FIELDS) + "\n\n" + json.dumps({"text": " \u3000x\u200b"}) + "\n")
    first, second = read_records(file)
    assert first.fields == FIELDS and first.source == f"{file.as_posix()}:1"
    assert second.text("text") == " \u3000x\u200b"
    with pytest.raises(InputError, match=r"a\.jsonl:1") as caught:
        first.text("text")
    assert "tokens, label, nested" in str(caught.value)
    with pytest.raises(InputError):
        first.text("tokens")


def test_ndjson_is_jsonl(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"text": "a"}\n{"text": "b"}\n')
    assert [record.text("text") for record in read_records(tmp_path / "a.ndjson")] == ["a", "b"]


def test_tables(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'\xef\xbb\xbftext,label\r\n"say ""hi"", you",1\r\n\r\nb,\r\n')
    rows = [dict(record.fields) for record in read_records(tmp_path / "a.csv")]
    assert rows == [{"text": 'say "hi", you', "label": "1"}, {"text": "b", "label": ""}]
    (tmp_path / "a.tsv").write_text('text\tlabel\n"open\t1\n')
    assert [dict(record.fields) for record in read_records(str(tmp_path / "a.tsv"))] == [
        {"text": '"open', "label": "1"}
    ]


def test_a_table_of_a_spreadsheet_has_semicolons(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('text;label\n"eins, zwei; drei";1,5\nvier;2\n', encoding="utf-8")
    assert [dict(record.fields) for record in read_records(path)] == [
        {"text": "eins, zwei; drei", "label": "1,5"},
        {"text": "vier", "label": "2"},
    ]
    path.write_text("text,label\na;b,1\n", encoding="utf-8")
    assert [dict(record.fields) for record in read_records(path)] == [{"text": "a;b", "label": "1"}]


def test_parquet_values(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [FIELDS | {"day": datetime.date(2026, 1, 2)}] * 600
    parquet.write_table(
        pyarrow.Table.from_pylist([{**row, "nested": [[1], []]} for row in rows]), tmp_path / "a.parquet"
    )
    records = list(read_records(tmp_path / "a.parquet"))
    assert len(records) == 600 and records[-1].source.endswith(":600")
    assert records[0].fields == {
        "tokens": ["研", "墨"],
        "label": "a",
        "nested": [[1], []],
        "day": "2026-01-02",
    }


def test_classes_in_a_parquet_file_of_datasets_have_names(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    classes = {"names": ["O", "B-X"], "_type": "ClassLabel"}
    features = {"label": classes, "tags": {"feature": classes, "_type": "Sequence"}, "n": {"_type": "Value"}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    rows = [{"label": 1, "tags": [0, 1], "n": 1}, {"label": -1, "tags": [], "n": 0}]
    table = pyarrow.Table.from_pylist(rows)
    path = tmp_path / "a.parquet"
    parquet.write_table(table.replace_schema_metadata(metadata), path)
    assert [record.fields for record in read_records(path)] == [
        {"label": "B-X", "tags": ["O", "B-X"], "n": 1},
        {"label": None, "tags": [], "n": 0},
    ]
    for other in ("{", "[]", '{"info": {"features": 3}}'):
        parquet.write_table(table.replace_schema_metadata({"huggingface": other}), path)
        assert [record.fields for record in read_records(path)] == rows


def test_a_parquet_file_that_datasets_saved(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    label = datasets.ClassLabel(names=["bad", "good"])
    features = datasets.Features({"label": label, "tags": datasets.Sequence(label)})
    rows = datasets.Dataset.from_list([{"label": 1, "tags": [0, 1]}], features=features)
    rows.to_parquet(tmp_path / "a.parquet")
    (record,) = read_records(tmp_path / "a.parquet")
    assert record.fields == {"label": "good", "tags": ["bad", "good"]}


def test_what_is_no_record_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "b.jsonl").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    for path, key in (("a.txt", "records_from_text"), ("b.jsonl", "binary")):
        with pytest.raises(InputError) as caught:
            list(read_records(tmp_path / path))
        assert caught.value.key == f"corpus.{key}"
    with pytest.raises(InputError):
        list(read_records(tmp_path / "none.jsonl"))
