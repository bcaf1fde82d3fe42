import gzip
import json
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from yanmo.api.corpus import corpus_stats
from yanmo.config import build, digest
from yanmo.corpus.document import Document
from yanmo.corpus.read import CorpusConfig, clean, read_corpus, read_raw
from yanmo.corpus.statistics import CorpusReport
from yanmo.errors import ConfigError, InputError, YanmoError

DATA = Path(__file__).parents[3] / "shared" / "data" / "pretrain"


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def texts(report: CorpusReport | None = None, **settings: object) -> list[str]:
    return [document.text for document in read_corpus(build(CorpusConfig, settings), report)]


def fails(key: str, **settings: object) -> YanmoError:
    with pytest.raises(YanmoError) as caught:
        texts(**settings)
    assert caught.value.key == key
    assert len(str(caught.value).splitlines()) == 3
    return caught.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    write(folder / "b.txt", "alpha line\n\nbeta line\n\ngamma line\n")
    write(folder / "a.md", "# Title\n\nBody.")
    write(folder / "sub" / "c.jsonl.gz", '{"text": "研墨"}\n\n{"text": "第二"}\n')
    write(folder / "sub" / "d.csv", 'id,text\n1,"one, two\nthree"\n2,four\n')
    write(folder / "sub" / "e.tsv", 'text\tn\nsaid "hi\t1\n')
    write(folder / ".hidden.txt", "hidden")
    write(folder / ".git" / "x.txt", "hidden")
    return folder


def test_a_folder_is_read_in_order_with_sources(folder: Path) -> None:
    report = CorpusReport()
    documents = list(read_corpus(CorpusConfig(paths=(str(folder),)), report))
    assert [document.text for document in documents] == [
        "# Title\n\nBody.", "alpha line", "beta line", "gamma line",
        "研墨", "第二", "one, two\nthree", "four", 'said "hi',
    ]  # fmt: skip
    ends = [document.source.removeprefix(folder.as_posix() + "/") for document in documents]
    assert ends[:4] == ["a.md:1", "b.txt:1", "b.txt:3", "b.txt:5"]
    assert ends[4:] == ["sub/c.jsonl.gz:1", "sub/c.jsonl.gz:3", "sub/d.csv:2", "sub/d.csv:4", "sub/e.tsv:2"]
    assert len({document.id for document in documents}) == len(documents)
    assert (report.files, dict(report.units)) == (5, {"file": 1, "block": 1, "record": 3})
    assert dict(report.encodings) == {"utf-8": 5}
    assert (report.documents_read, report.documents, report.longest) == (9, 9, 14)


def test_links_are_followed_and_lead_nowhere_twice(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path.with_name(f"{tmp_path.name} elsewhere")
    elsewhere.mkdir()
    (elsewhere / "far.txt").write_text("A text behind a link.", encoding="utf-8")
    (folder / "link").symlink_to(elsewhere, target_is_directory=True)
    (elsewhere / "back").symlink_to(folder, target_is_directory=True)
    found = texts(paths=str(folder), deduplicate="none")
    assert found.count("A text behind a link.") == 1
    assert len(found) == len(set(found))


def test_patterns_and_overlapping_paths_read_each_file_once(folder: Path) -> None:
    paths = [f"{folder}/*.txt", f"{folder}/**/*.csv", str(folder / "b.txt")]
    assert texts(paths=paths) == ["alpha line", "beta line", "gamma line", "one, two\nthree", "four"]


def test_a_file_with_another_ending_is_text_when_it_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "notes.log", "one note")
    write(tmp_path / "a.txt", "a text")
    assert texts(paths=[str(file)]) == texts(paths=[f"{tmp_path}/*.log"]) == ["one note"]
    report = CorpusReport()
    assert texts(report, paths=[str(tmp_path)]) == ["a text"]
    assert report.skipped == {file.as_posix(): "format"}


@pytest.mark.parametrize("unit", ["file", "line", "block"])
def test_the_unit_can_be_set(folder: Path, unit: str) -> None:
    found = texts(paths=[str(folder / "b.txt")], unit=unit)
    assert len(found) == (1 if unit == "file" else 3)


def test_gb18030_is_read_and_named(tmp_path: Path) -> None:
    text = "我们今天去学校读书，老师说这个问题很重要。"
    write(tmp_path / "a.txt", text.encode("gb18030"))
    write(tmp_path / "b.txt", b"\xef\xbb\xbf" + text.encode() + b"!")
    report = CorpusReport()
    assert texts(report, paths=str(tmp_path)) == [text, text + "!"]
    assert dict(report.encodings) == {"gb18030": 1, "utf-8-sig": 1}


def test_parquet(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"n": [1, 2], "text": ["one", "二"]}), tmp_path / "a.parquet")
    write(tmp_path / "b.parquet.gz", (tmp_path / "a.parquet").read_bytes().replace(b"two", b"two"))
    report = CorpusReport()
    assert texts(report, paths=str(tmp_path)) == ["one", "二"]
    assert report.dropped == {"duplicate": 2}
    fails("corpus.no_field", paths=[str(tmp_path)], text_field="body")
    fails("corpus.bad_parquet", paths=[str(write(tmp_path / "c.parquet", b"PAR1 broken"))])


def test_binary_files_are_named_skipped_or_refused(tmp_path: Path) -> None:
    image = write(tmp_path / "x.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    write(tmp_path / "noise", bytes(range(256)) * 20)
    write(tmp_path / "empty.txt", "")
    write(tmp_path / "y.txt", "text with a \x00 inside")
    report = CorpusReport()
    assert texts(report, paths=[str(tmp_path)]) == ["text with a  inside"]
    assert [Path(path).name for path in report.skipped] == ["empty.txt", "noise", "x.txt"]
    assert any("x.txt" in line for line in report.warnings())
    fails("corpus.binary", paths=[str(tmp_path)], binary="refuse")
    fails("corpus.binary", paths=[str(image)])


def test_wrong_paths_and_empty_folders(tmp_path: Path) -> None:
    fails("corpus.empty_folder", paths=[str(tmp_path)])
    fails("corpus.no_path", paths=[str(tmp_path / "none")])
    fails("corpus.no_path", paths=[f"{tmp_path}/*.txt"])
    write(tmp_path / "a.txt", " \n\u200b\n")
    assert "empty" in str(fails("corpus.no_documents", paths=[str(tmp_path)]))
    broken = write(tmp_path / "b.txt.gz", "some text " * 1000)
    broken.write_bytes(broken.read_bytes()[:-20])
    fails("corpus.unreadable", paths=[str(broken)])


@pytest.mark.parametrize(
    ("name", "content", "key", "line"),
    [
        ("a.jsonl", '{"text": "x"}\n{"body": "y", "label": 1}\n', "corpus.no_field", 2),
        ("a.jsonl", '{"text": "x"}\n\n{"text": 3}\n', "corpus.field_no_text", 3),
        ("a.jsonl", '{"text": null}\n', "corpus.field_no_text", 1),
        ("a.jsonl", '{"text": "x"}\nplain words\n', "corpus.bad_json", 2),
        ("a.jsonl", '["text"]\n', "corpus.bad_json", 1),
        ("a.jsonl", "[" * 100_000, "corpus.bad_json", 1),
        ("a.csv", "id,body\n1,x\n", "corpus.no_field", 2),
        ("a.csv", "id,text\n1,x\n2,y,z\n", "corpus.bad_table", 3),
        ("a.csv", 'id,text\n1,"x" y\n', "corpus.bad_table", 2),
        ("a.csv", "text,text\n1,x\n", "corpus.bad_table", 1),
        ("a.tsv", "id\ttext\n1\n", "corpus.bad_table", 2),
    ],
)
def test_bad_records_are_named_with_file_and_line(
    tmp_path: Path, name: str, content: str, key: str, line: int
) -> None:
    file = write(tmp_path / name, content)
    error = fails(key, paths=[str(file)])
    assert error.values["source"] == f"{file.as_posix()}:{line}"
    if key == "corpus.no_field":
        assert "body" in str(error)


def test_bad_settings_are_config_errors(folder: Path) -> None:
    for settings in ({"paths": []}, {"paths": ["x"], "encoding": "utf-88"}, {"paths": ["x"], "unit": "page"}):
        with pytest.raises(ConfigError):
            build(CorpusConfig, settings)
    fails("corpus.no_records", paths=[str(folder)], unit="record")


def test_filters_say_what_they_dropped(tmp_path: Path) -> None:
    rows = [
        "研墨是一个项目，用来训练语言模型。",
        "An English text of some length.",
        "短",
        "哈" * 40,
        "很长" + "的文本内容" * 30,
    ]
    rows.append(rows[0])
    write(tmp_path / "a.jsonl", "".join(json.dumps({"text": row}) + "\n" for row in rows))
    report = CorpusReport()
    found = texts(
        report, paths=[str(tmp_path)], min_characters=5, max_characters=100, script="zh", max_repetition=0.5
    )
    assert found == rows[:1]
    assert report.dropped == {"script": 1, "short": 1, "repetition": 1, "long": 1, "duplicate": 1}
    assert len(texts(paths=[str(tmp_path)], deduplicate="none")) == 6


def test_clean_is_pure_and_travels_to_workers() -> None:
    config = CorpusConfig(paths=("x",), drop_stop_words=True)
    document = Document(text="The\r\nend\x00 of it ", id="1", source="x:1")
    copy, settings = pickle.loads(pickle.dumps((document, config)))
    assert clean(copy, settings) == clean(document, config) == Document(text="end", id="1", source="x:1")
    assert clean(Document(text=" \u200b", id="1", source="x:1"), config) is None
    assert digest(config) == digest(settings)


def test_the_report_counts_the_parts_of_a_corpus(folder: Path) -> None:
    whole = corpus_stats(CorpusConfig(paths=(str(folder),)))
    parts = [
        corpus_stats(CorpusConfig(paths=(str(path),)))
        for path in (folder / "a.md", folder / "b.txt", folder / "sub")
    ]
    assert sum((part.scripts for part in parts), Counter()) == whole.scripts
    assert sum(part.documents for part in parts) == whole.documents
    assert whole.sentences > 8 and whole.scripts.total() == whole.characters
    json.dumps(whole.to_json())


def test_the_report_speaks_both_languages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = corpus_stats(CorpusConfig(paths=(str(folder),)))
    for language, head in (("en", "documents kept"), ("zh", "保留文档")):
        monkeypatch.setenv("YANMO_LANG", language)
        assert (head, "9") in report.rows()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read there")
def test_memory_stays_flat(tmp_path: Path) -> None:
    line = "我们今天去学校读书，老师说这个问题很重要。 The quick brown fox jumps over the lazy dog.\n"
    file = tmp_path / "big.txt"
    with file.open("w") as stream:
        for number in range(300_000):
            stream.write(f"{number} {line}")
    script = (
        "import sys; from yanmo.corpus.read import CorpusConfig, read_corpus\n"
        'peak = lambda: int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])\n'
        "before = peak()\n"
        "count = sum(1 for _ in read_corpus(CorpusConfig(paths=(sys.argv[1],), unit=sys.argv[2])))\n"
        "print(count, (peak() - before) // 1024)"
    )
    for unit, documents in (("line", 300_000), ("file", 25)):
        done = subprocess.run(
            [sys.executable, "-c", script, str(file), unit], capture_output=True, text=True, check=True
        )
        count, megabytes = map(int, done.stdout.split())
        assert count == documents or unit == "file"
        assert megabytes < 40  # the file has 38 MB and its text 72 MB in memory


@pytest.mark.data
def test_real_corpora_are_read_whole() -> None:
    if not DATA.is_dir():
        pytest.skip("../shared/data is not there")
    for name, script in (("en_childes", "latin"), ("zh_dialogue", "han")):
        path = DATA / name / "train.jsonl.gz"
        report = corpus_stats(CorpusConfig(paths=(str(path),), deduplicate="none"))
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            assert report.documents == sum(1 for _ in stream)
        assert report.scripts[script] > 0.6 * report.characters
        assert 5 < report.characters / report.sentences < 100


def test_read_raw_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", json.dumps({"text": " raw \x00\ud800 "}) + "\n")
    assert [d.text for d in read_raw(CorpusConfig(paths=(str(tmp_path),)), CorpusReport())] == [
        " raw \x00\ud800 "
    ]
    assert texts(paths=[str(tmp_path)]) == ["raw \ufffd"]


def test_reading_stops_at_the_first_error_and_not_before(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", '{"text": "x"}\nbroken\n')
    stream = read_corpus(CorpusConfig(paths=(str(tmp_path),)))
    assert next(stream).text == "x"
    with pytest.raises(InputError):
        next(stream)


@pytest.mark.parametrize("name", ["storyworld", "storyworld:zh", "storyworld:en", "python_docs"])
def test_built_in_corpora_are_read_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def documents(asked: str) -> Iterator[Document]:
        yield Document(text=f" {asked} ", id="1", source=f"{asked}:1")

    monkeypatch.setattr("yanmo.corpus.builtin.builtin_documents", documents, raising=False)
    report = CorpusReport()
    assert texts(report, paths=[name]) == [name]
    assert dict(report.units) == {"builtin": 1}


def test_the_unit_is_found_though_the_first_block_leaves_the_encoding_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yanmo.corpus.files.BLOCK_BYTES", 200)
    lines = ["A" * 190, *(f"第{number}天，我们去学校读书。" for number in range(9))]
    path = tmp_path / "late.txt"
    path.write_bytes("\n".join(lines).encode("gb18030"))
    config = CorpusConfig(paths=(str(path),))
    assert [document.text for document in read_corpus(config)] == lines
