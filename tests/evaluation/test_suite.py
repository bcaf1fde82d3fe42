"""Suites: data files about labelled sets, and where the records are looked for."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from yanmo import registry, tasks
from yanmo.errors import ConfigError, InputError
from yanmo.evaluation import suite as suites
from yanmo.evaluation.splits import PARTS
from yanmo.evaluation.suite import Suite, content_hash, find, is_suite, shipped

DATA = Path(__file__).parents[3] / "shared" / "data"
MINE = """# Reviews of my shop.
# 本店评论。
task: text_classification
language: en
source: mine
licence: none
folder: reviews
splits:
  train: {{file: train.jsonl, sha256: {train}, records: 20}}
  dev: {{file: dev.jsonl, sha256: {dev}, records: 6}}
metric: accuracy
also_in_train: seen
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A suite of one's own beside its data, train packed."""
    folder = tmp_path / "reviews"
    folder.mkdir()
    hashes = {}
    for part, count in (("train", 20), ("dev", 6)):
        lines = [
            json.dumps({"text": f"{part} {number}", "label": number % 2, "seen": number < 2})
            for number in range(count)
        ]
        plain = folder / f"{part}.jsonl"
        plain.write_text("\n".join(lines) + "\n", encoding="utf-8")
        hashes[part] = content_hash(plain)
        if part == "train":
            with gzip.open(folder / "train.jsonl.gz", "wb") as packed:
                packed.write(plain.read_bytes())
            plain.unlink()
    path = tmp_path / "mine.yaml"
    path.write_text(MINE.format(**hashes), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", shipped())
def test_every_suite_is_whole(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = find(name)
    assert suite.task in registry.names(tasks)
    assert suite.source and suite.licence and suite.reported() in PARTS
    assert not Path(suite.folder).is_absolute()
    monkeypatch.setenv("YANMO_LANG", "en")
    english = suite.summary
    monkeypatch.setenv("YANMO_LANG", "zh")
    assert english.isascii() and not suite.summary.isascii()


def test_every_kind_of_task_has_suites() -> None:
    kinds = {find(name).task for name in shipped()}
    assert len(kinds) >= 6 and kinds <= set(registry.names(tasks))
    assert {find(name).language for name in shipped()} == {"zh", "en"}


@pytest.mark.data
@pytest.mark.parametrize("name", shipped())
def test_the_files_are_those_that_the_suite_names(name: str) -> None:
    suite = find(name)
    if not suite.is_there(DATA):
        pytest.skip(f"{suite.folder} is not in {DATA}")
    for part, split in suite.splits.items():
        assert content_hash(suite.file(part, DATA)) == split.sha256
        if split.records < 5000:
            assert len(suite.read(part, DATA)) == split.records


def test_missing_parts_follow_from_the_others(mine: Path) -> None:
    suite = find(mine)
    assert (suite.name, suite.reported()) == ("mine", "dev")
    splits = suite.complete(mine.parent)
    assert (len(splits.train), len(splits.dev), len(splits.test)) == (18, 2, 4)
    assert splits.taken_from == {"test": "dev", "dev": "train"}
    assert [one.text("text") for one in suite.test(mine.parent)] == [
        f"dev {number}" for number in range(2, 6)
    ]


def test_packed_and_plain_files_have_one_hash(mine: Path) -> None:
    suite = find(mine)
    assert content_hash(suite.file("train", mine.parent)) == suite.splits["train"].sha256


def test_a_missing_file_is_named(mine: Path, tmp_path: Path) -> None:
    suite = find(mine)
    (mine.parent / "reviews" / "dev.jsonl").unlink()
    assert not suite.is_there(mine.parent)
    with pytest.raises(InputError) as error:
        suite.test(mine.parent)
    assert error.value.key == "suites.no_file"
    assert "dev.jsonl" in str(error.value)


def test_names_files_and_mistakes_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_suite("en_sst2") and is_suite("mine.yaml")
    assert not is_suite("test.jsonl")
    with pytest.raises(ConfigError) as error:
        find("en_sst22")
    assert "en_sst2" in error.value.values["suggestion"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "en_sst2").write_text("records of mine")
    assert not is_suite("en_sst2"), "a file of that name was meant"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("metrik: f1", "errors.unknown_key"),
        ("language: fr", "errors.bad_value"),
        ("task: talk", "errors.unknown_name"),
    ],
)
def test_a_file_that_is_no_suite_is_refused(mine: Path, change: str, key: str) -> None:
    kept = [line for line in mine.read_text().splitlines() if not line.startswith(change.split(":")[0])]
    mine.write_text("\n".join([*kept, change]), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        find(mine)
    assert error.value.key == key


@pytest.mark.parametrize("name", [name for name in shipped() if find(name).task == "question_answering"])
def test_answers_of_a_suite_are_scored_by_the_script_of_its_references(name: str) -> None:
    """Not by what each question looks like: a Chinese set has questions that are mostly Latin letters."""
    assert find(name).settings.answers.metric == ("cmrc" if name == "zh_cmrc2018" else "squad")


def test_suites_are_data_files_of_the_package() -> None:
    assert len(shipped()) >= 20
    assert all(isinstance(suites.find(name), Suite) for name in shipped()[:2])
