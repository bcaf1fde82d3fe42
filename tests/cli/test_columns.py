"""Columns of any name, and the task that they tell."""

from __future__ import annotations

import gzip
import json

import pytest

from yanmo.api.guess import check_columns
from yanmo.errors import ConfigError
from yanmo.tasks.config import TaskConfig

ROWS = [
    {"review": f"第{number}家酒店{'很好' if number % 2 else '很差'}", "stars": "5" if number % 2 else "1"}
    for number in range(20)
]


@pytest.fixture
def finetune(run, bert, tmp_path):
    def call(train, *argv, out="run"):
        return run(
            "finetune", "--model", bert, "--train", train, "--budget", "1steps", "--out", tmp_path / out,
            "--max-length", "32", "train.batch_tokens=256", "train.evaluations=1", "train.precision=fp32", *argv,
        )  # fmt: skip

    return call


def write(path, rows):
    """The rows in the format of the ending."""
    name = path.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pytest.importorskip("pyarrow").Table.from_pylist(rows), path)
        return path
    if name.endswith(".jsonl"):
        content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    else:
        delimiter = "," if name.endswith(".csv") else "\t"
        lines = [delimiter.join(rows[0]), *(delimiter.join(map(str, row.values())) for row in rows)]
        content = "\n".join(lines) + "\n"
    data = content.encode()
    path.write_bytes(gzip.compress(data) if path.name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.tsv.gz", "a.jsonl.gz", "a.parquet"])
def test_columns_are_mapped_in_every_format_and_tell_the_task(run, finetune, tmp_path, name):
    train = write(tmp_path / name, ROWS)
    ran = finetune(train, "--columns", "text=review", "label=stars")
    assert ran.code == 0, ran.err
    assert "Task: text_classification, as the columns say (text, label)" in ran.err
    assert "Classes: 1 " in ran.err  # of 20 records 2 are held back
    if name == "a.csv":
        predicted = run("predict", tmp_path / "run", "--file", train, "--json").json["predictions"]
        assert [one["text"] for one in predicted] == [row["review"] for row in ROWS]
        assert run("evaluate", tmp_path / "run", train, "--json").json["count"] == 20


def test_usual_names_of_published_sets_need_no_columns(run, finetune, tmp_path):
    rows = [{"idx": str(n), "sentence": row["review"], "label": row["stars"]} for n, row in enumerate(ROWS)]
    train = write(tmp_path / "a.tsv", rows)
    ran = finetune(train)
    assert ran.code == 0, ran.err
    assert "Task: text_classification" in ran.err
    predicted = run("predict", tmp_path / "run", "--file", train, "--json").json["predictions"]
    assert [one["text"] for one in predicted] == [row["sentence"] for row in rows]
    assert run("evaluate", tmp_path / "run", train, "--json").json["count"] == 20
    wrong = finetune(train, "text_classification", "--columns", "text=review", out="other")
    assert wrong.code == 2 and "review" in wrong.err  # nothing takes the place of a column that was named


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("multiple_choice", ("context", "answer")),
        ("question_answering", ("is_impossible", "start")),
        (
            "text_generation",
            ("instruction", "input", "output", "source", "target", "response", "conversations"),
        ),
    ],
)
def test_every_column_that_a_task_reads_can_be_mapped(task, names):
    check_columns(task, TaskConfig(columns=dict.fromkeys(names, "x")))
    with pytest.raises(ConfigError):
        check_columns(task, TaskConfig(columns={"stars": "x"}))


def test_records_without_a_label_are_not_scored(run, finetune, tmp_path):
    rows = [{"text": f"第{n}天", "label": str(n % 2)} for n in range(12)]
    train = write(tmp_path / "a.jsonl", [*rows, {"text": "?", "label": None}])
    ran = finetune(train, "text_classification")
    assert ran.code == 0 and "1 of 13 records have no label" in ran.err
    for verb in (("evaluate", tmp_path / "run"), ("compare", tmp_path / "run", tmp_path / "run")):
        measured = run(*verb, train, "--json")
        assert measured.json["count"] == 12
        assert measured.err.count("1 of 13 records have no label") == 1


def test_settings_and_the_task_may_follow_the_columns(finetune, tmp_path):
    train = write(tmp_path / "a.csv", ROWS)
    ran = finetune(train, "--columns", "text=review", "label=stars", "train.seed=3", "text_classification")
    assert ran.code == 0, ran.err
    config = (tmp_path / "run" / "config.yaml").read_text("utf-8")
    assert "seed: 3" in config and "text: review" in config
    assert "as the columns say" not in ran.err


def test_pairs_with_scores_need_no_word_of_their_task(finetune, tmp_path):
    rows = [{"text_a": f"第{n}天", "text_b": f"第{n + 1}天", "score": f"{n % 5}.5"} for n in range(12)]
    ran = finetune(write(tmp_path / "pairs.csv", rows), "--json")
    assert ran.code == 0, ran.err
    assert ran.json["task"] == "sentence_similarity"
    assert ran.json["metric"] == "spearman"


@pytest.mark.parametrize(
    ("rows", "argv", "words"),
    [
        (ROWS, (), ("review", "stars", "text + label", "--columns")),
        ([{"text": "a"}], (), ("sentence_similarity", "text_generation")),
        ([{"text_a": "a", "text_b": "b", "label": "1"}], (), ("sentence_similarity", "text_classification")),
        (ROWS, ("--columns", "text=reviw", "label=stars"), ("reviw", "review")),
        (ROWS, ("text_classification", "--columns", "text=review", "lable=stars"), ("lable", "label")),
        (ROWS, ("text_classification", "--columns", "text=review"), ("a.csv:2", "stars", "--columns label=")),
    ],
)
def test_what_is_not_clear_is_said(finetune, tmp_path, language, rows, argv, words):
    ran = finetune(write(tmp_path / "a.csv", rows), *argv)
    assert ran.code == 2 and "Traceback" not in ran.err
    assert ran.err[ran.err.index("✗") :].count("\n") == 3
    for word in words:
        assert word in ran.err
    assert not (tmp_path / "run").exists()


def test_strongly_unbalanced_classes_are_told(finetune, tmp_path):
    rows = [{"text": f"第{number}天", "label": "rare" if number < 2 else "common"} for number in range(40)]
    ran = finetune(write(tmp_path / "a.csv", rows))
    assert ran.code == 0, ran.err
    assert "“rare”" in ran.err and "macro F1" in ran.err
    balanced = finetune(
        write(tmp_path / "b.csv", ROWS), "--columns", "text=review", "label=stars", out="other"
    )
    assert "unbalanced" not in balanced.err


def test_a_finished_run_remembers_its_columns(run, finetune, tmp_path):
    train = write(tmp_path / "a.csv", ROWS)
    arguments = ("--columns", "text=review", "label=stars")
    assert finetune(train, *arguments).code == 0
    assert "already finished" in finetune(train, *arguments).err
    canonical = write(tmp_path / "b.jsonl", [{"text": "很好", "label": "5"}, {"text": "很差", "label": "1"}])
    assert run("evaluate", tmp_path / "run", canonical, "--json").json["count"] == 2


def test_a_finished_run_whose_file_has_changed_says_so(finetune, tmp_path):
    arguments = ("--columns", "text=review", "label=stars")
    train = write(tmp_path / "a.csv", ROWS)
    assert finetune(train, *arguments).code == 0
    write(train, ROWS[:12])
    again = finetune(train, *arguments)
    assert again.code == 0
    assert "already finished" in again.err and "a.csv" in again.err and "another --out" in again.err
    write(train, ROWS)
    assert "another --out" not in finetune(train, *arguments).err


def test_a_wrong_column_is_never_replaced_by_one_of_the_usual_name(finetune, tmp_path, language):
    rows = [{"text": f"t{n}", "title": f"第{n}", "label": f"{n % 2}", "标签": f"{n % 3}"} for n in range(9)]
    ran = finetune(write(tmp_path / "a.csv", rows), "--columns", "text=titel", "label=标签")
    assert ran.code == 2
    listed = "、" if language == "zh" else ", "
    assert all(
        word in ran.err for word in ("titel", "title", listed.join(("text", "title", "label", "标签")))
    )
    assert not (tmp_path / "run").exists()
