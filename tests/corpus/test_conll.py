"""Words with tags in columns become records of `tokens` and `tags`, and a text never does."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from yanmo.corpus.files import source_file
from yanmo.corpus.read import CorpusConfig, CorpusReport, read_corpus, read_records
from yanmo.errors import InputError

CONLL_2003 = """-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O

-DOCSTART- -X- -X- O

Peter NNP B-NP B-PER
"""
FOUND = [(["EU", "rejects"], ["B-ORG", "O"], 3), (["Peter"], ["B-PER"], 8)]
CHINESE = "我\tO\n\u3000\tO\n \tO\n来\tO\n\n\n张\tB-PER.NAM\n三\tI-PER.NAM"
ENDINGS = (".conll", ".bio", ".IOB", ".iob2", ".bmes", ".txt", ".tsv", ".train", "")


def read(path: Path) -> list[tuple[object, object, int]]:
    return [
        (record.fields["tokens"], record.fields["tags"], int(record.source.removeprefix(f"{path}:")))
        for record in read_records(path)
    ]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("separator", [" ", "\t", "   "])
def test_sentences_are_records(tmp_path: Path, ending: str, separator: str) -> None:
    path = tmp_path / f"eng{ending}"
    path.write_text(CONLL_2003.replace(" ", separator), encoding="utf-8")
    assert read(path) == FOUND


@pytest.mark.parametrize(
    "content", [CONLL_2003.strip(), CONLL_2003.replace("\n", "\r\n"), CONLL_2003 + "\n \n"]
)
def test_ends_of_lines_and_of_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.conll.gz").write_bytes(gzip.compress(content.encode()))
    assert read(tmp_path / "a.conll.gz") == FOUND


def test_blanks_are_tokens_where_a_file_has_them(tmp_path: Path) -> None:
    path = tmp_path / "a.bio"
    for content in (CHINESE, CHINESE.replace("\t", " ")):
        path.write_text(content, encoding="utf-8")
        assert read(path) == [
            (["我", "\u3000", " ", "来"], ["O"] * 4, 1),
            (["张", "三"], ["B-PER.NAM", "I-PER.NAM"], 7),
        ]


def test_a_token_of_a_file_with_tabs_may_hold_a_blank(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("1 000\tB-X\nkm \tO\n", encoding="utf-8")
    assert read(tmp_path / "a.conll") == [(["1 000", "km "], ["B-X", "O"], 1)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("# newdoc\n\n# id = 7\n# text = a O\na\tB-X\n", [(["a"], ["B-X"], 5)]),
        ("# id 7 domain=en\na _ _ B-X\n", [(["a"], ["B-X"], 2)]),
        ("# O\n1 B-X\n\n# 2\n# O\n", [(["#", "1"], ["O", "B-X"], 1), (["#", "#"], ["2", "O"], 4)]),
    ],
)
def test_comments_stand_before_a_sentence(
    tmp_path: Path, content: str, expected: list[tuple[list[str], list[str], int]]
) -> None:
    (tmp_path / "a.conll").write_text(content, encoding="utf-8")
    assert read(tmp_path / "a.conll") == expected


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("a O\nb B-X\n\nc\n", 4, "its columns are 1, not 2"),
        ("a X O\nb O\n", 2, "its columns are 2, not 3"),
        ("a O\n# id = 7\nb O\n", 2, "its columns are 4, not 2"),
        ("alone\nalone\n", 1, "its columns are 1, not 2"),
        ("# sent 1\n1\tA\tB-X\tO\n2\tb\tO\tO\n", 2, "numbers the words"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, content: str, line: int, reason: str) -> None:
    (tmp_path / "a.iob").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=reason) as error:
        read(tmp_path / "a.iob")
    assert error.value.key == "corpus.bad_columns"
    assert f"a.iob:{line}:" in str(error.value)
    assert len(str(error.value).splitlines()) == 3


def test_a_broken_line_of_a_text_file_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a O\nb B-X\n\n" * 30 + "c\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.txt:91:"):
        read(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "content",
    [
        "Plan A\nPlan O\n",
        "O\nB-X\n",
        "Vitamin O\nGroup O\n",  # no entity
        "a O\nb B-X\nand so it ends\n",  # one of three
        "vitamin B-12\nThis one is as good as vitamin B-12\n",
        "EU ORG\nrejects O\n",
        "",
    ],
)
def test_what_may_be_a_text_is_no_such_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.txt").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read(tmp_path / "a.txt")
    assert error.value.key == "corpus.records_from_text"


@pytest.mark.parametrize(
    "content", ["token\ttag\na\tB-X\n", "text\tlabel\nbad room\tB-X\n", "a room\tB-X\nb room\tO\n"]
)
def test_a_table_stays_a_table(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.tsv").write_text(content, encoding="utf-8")
    (record,) = read_records(tmp_path / "a.tsv")
    assert list(record.fields) == content.partition("\n")[0].split("\t")


def test_a_text_file_stays_plain_and_a_folder_gives_no_tags(tmp_path: Path) -> None:
    for name in ("a.txt", "b.conll", "c.bio"):
        (tmp_path / name).write_text(CONLL_2003, encoding="utf-8")
    assert source_file(tmp_path / "a.txt").format == "text"
    report = CorpusReport()
    documents = list(read_corpus(CorpusConfig(paths=(str(tmp_path),)), report))
    assert {document.source.rpartition(":")[0] for document in documents} == {f"{tmp_path}/a.txt"}
    assert set(report.skipped.values()) == {"format"} and len(report.skipped) == 2
    with pytest.raises(InputError, match="tokens, tags"):
        list(read_corpus(CorpusConfig(paths=(f"{tmp_path}/b.conll",))))
