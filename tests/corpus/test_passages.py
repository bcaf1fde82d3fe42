"""Passages: nothing lost, whole sentences, cited with the right line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmo.corpus.document import Document
from yanmo.corpus.passages import SIZE, passages
from yanmo.corpus.read import CorpusConfig, read_raw
from yanmo.corpus.statistics import CorpusReport


def document(text: str, source: str = "notes.txt:1") -> Document:
    return Document(text=text, id="1", source=source)


@given(
    st.lists(
        st.sampled_from(["今天下雨。", "It rained all day. ", "\n\n", "一" * 700, "x" * 900, " "]),
        max_size=40,
    )
)
def test_nothing_is_lost_and_none_is_too_long(parts: list[str]) -> None:
    text = "".join(parts)
    found = list(passages(document(text)))
    end = 0
    for one in found:
        assert one.text == text[one.start : one.end]
        assert text[end : one.start].strip() == ""
        assert len(one.text) + 2 * one.text.count("一") <= SIZE + text.count(" ") + text.count("\n")
        end = one.end
    assert text[end:].strip() == ""


def test_sentences_stay_whole() -> None:
    text = "This sentence has about fifty characters in it, yes. " * 30
    found = list(passages(document(text)))
    assert len(found) == 3
    assert all(one.text.startswith("This") and one.text.endswith("yes.") for one in found)
    chinese = list(passages(document("这句话一共有十个字。" * 45)))
    assert [len(one.text) for one in chinese] == [210, 210, 30]  # nine characters count as three letters each


@pytest.mark.parametrize("file", ["a.txt", "a.log"])
def test_the_line_is_that_of_the_file(tmp_path: Path, file: str) -> None:
    lines = [f"Line {number} says something about number {number}." for number in range(1, 60)]
    path = tmp_path / file
    path.write_text("\n".join(lines), encoding="utf-8")
    raw = read_raw(CorpusConfig(paths=(str(path),), unit="file"), CorpusReport())
    found = [one for each in raw for one in passages(each)]
    assert len(found) > 2
    for one in found:
        name, line = one.source.rsplit(":", 1)
        assert Path(name).name == file
        assert lines[int(line) - 1] == one.text.split("\n")[0]


def test_a_record_is_cited_as_a_whole() -> None:
    (one,) = passages(document("First line.\nSecond line.", "rows.jsonl:7"))
    assert one.source == "rows.jsonl:7"
    first, second = passages(document("\n".join(["x " * 250] * 2), "rows.jsonl.gz:7"))
    assert first.source == second.source == "rows.jsonl.gz:7"
