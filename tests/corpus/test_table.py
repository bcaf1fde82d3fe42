"""Tables as spreadsheets and pandas write them, and what is said of one without a header."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmo.corpus.document import Record
from yanmo.corpus.read import read_records
from yanmo.errors import InputError


def read(path: Path, content: str) -> list[dict[str, object]]:
    path.write_text(content, encoding="utf-8")
    return [dict(record.fields) for record in read_records(path)]


def test_a_csv_with_tabs(tmp_path: Path) -> None:
    rows = [{"text": "a, b\tc", "label": "1"}, {"text": "d;", "label": "2"}]
    assert read(tmp_path / "a.csv", 'text\tlabel\n"a, b\tc"\t1\nd;\t2\n') == rows
    assert read(tmp_path / "a.csv", "a\tb,label\nx,1\n") == [{"a\tb": "x", "label": "1"}]


def test_empty_columns_without_a_name_are_none(tmp_path: Path) -> None:
    path = tmp_path / "spam.csv"
    assert read(path, 'v1,v2,,,\nham,"a, b",,, \nspam,c,,,\n') == [
        {"v1": "ham", "v2": "a, b"},
        {"v1": "spam", "v2": "c"},
    ]
    assert read(path, ",text\n0,a\n") == [{"": "0", "text": "a"}]  # as pandas writes the index
    with pytest.raises(InputError, match=r"spam\.csv:3: .*cell 4"):
        read(path, "v1,v2,,,\nham,a,,,\nham,b,,c,\n")
    for header in (",,", "a,a,,", "a,,a"):
        with pytest.raises(InputError, match="names a column twice"):
            read(path, f"{header}\n1,2,3,4\n")


@pytest.mark.parametrize("content", ['"text,label\na,1\n', 'text,label\n"a,1\n'])
def test_a_quote_that_is_never_closed(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="unexpected end of data") as error:
        read(tmp_path / "a.csv", content)
    assert error.value.key == "corpus.bad_table"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('"He said ""hi"""', 'He said "hi"'),
        ('"""q"" first"', '"q" first'),
        ('"plain"', '"plain"'),
        ('"open', '"open'),
        ('""', '""'),
        ('"', '"'),
        ('""two"" of ""them""', '""two"" of ""them""'),
        ('"a" and ""b"', '"a" and ""b"'),
        ('a ""b""', 'a ""b""'),
    ],
)
def test_a_cell_of_a_tsv_that_was_quoted(tmp_path: Path, cell: str, expected: str) -> None:
    assert read(tmp_path / "a.tsv", f"text\tlabel\n{cell}\t1\n") == [{"text": expected, "label": "1"}]


def test_what_pandas_writes_is_read_back(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    texts = ['He said "hi"', '"', '""', '"all"', '"a" and "b"', "plain", "it's"]
    frame = pandas.DataFrame({"text": texts, "tags": [["a", "it's"]] * len(texts)})
    for name, separator in (("a.tsv", "\t"), ("a.csv", "\t"), ("b.csv", ",")):
        frame.to_csv(tmp_path / name, sep=separator, index=False)
        records = list(read_records(tmp_path / name))
        assert [record.text("text") for record in records] == texts
        assert [record.unpacked("tags") for record in records] == [["a", "it's"]] * len(texts)


@pytest.mark.parametrize(
    ("fields", "source", "key"),
    [
        ({"good room": "bad food", "0": "1"}, "a.tsv:2", "corpus.no_header"),
        ({"good room": "bad food", "-1.5": "1"}, "a.csv.gz:2", "corpus.no_header"),
        ({"good room": "bad food", "pos": "pos"}, "a.csv:2", "corpus.no_header"),
        ({"A good room.": "bad", "pos": "neg"}, "a.csv:2", "corpus.no_header"),
        ({"我们看见猫。": "我们", "pos": "neg"}, "a.csv:2", "corpus.no_header"),
        ({"good room " * 7: "bad", "pos": "neg"}, "a.csv:2", "corpus.no_header"),
        ({"review": "bad", "tweet.id": "7", "": ""}, "a.csv:2", "corpus.no_field"),
        ({"review": "bad", "0": "1"}, "a.jsonl:2", "corpus.no_field"),
        ({"review": "bad", "0": "1"}, "owner/name:2", "corpus.no_field"),
    ],
)
def test_a_table_without_a_header_is_told(fields: dict[str, str], source: str, key: str) -> None:
    with pytest.raises(InputError) as error:
        Record(fields=fields, source=source).text("context")
    assert error.value.key == key
    told = str(error.value)
    assert source in told and "--columns context=NAME" in told and len(told.splitlines()) == 3
    assert ("first line is read as column names" in told) == (key == "corpus.no_header")
