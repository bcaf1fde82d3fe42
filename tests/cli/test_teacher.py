"""A bigger model teaches a smaller one."""

from __future__ import annotations

import json

import numpy as np
import pytest

import yanmo

TRAINED = ("train.batch_tokens=256", "train.evaluations=1", "train.precision=fp32")


@pytest.fixture
def student(run, bert, files, tmp_path):
    def call(*argv, task="text_classification", train=files.classes, model=bert, budget="2steps"):
        return run(
            "finetune", task, "--model", model, "--train", train, "--budget", budget, "--out", tmp_path / "student",
            *TRAINED, *argv,
        )  # fmt: skip

    return call


@pytest.fixture(scope="session")
def tagger(bert, files, tmp_path_factory):
    from yanmo.cli import main

    out = tmp_path_factory.mktemp("teacher") / "tagger"
    arguments = [
        "finetune",
        "token_classification",
        "--model",
        bert,
        "--train",
        files.entities,
        "--budget",
        "2steps",
    ]
    assert main([*map(str, arguments), "--out", str(out), *TRAINED]) == 0
    return out


def test_classes_with_another_tokenizer_and_unlabelled_texts(run, student, classifier, gpt, files, tmp_path):
    more = tmp_path / "more.txt"
    more.write_text("第91家酒店很好\n\n第92家酒店很差\n", encoding="utf-8")
    ran = student(
        "--teacher",
        classifier,
        "--unlabelled",
        more,
        "teacher.temperature=4",
        "--dev",
        files.classes_dev,
        model=gpt,
    )
    assert ran.code == 0, ran.err
    assert "on 42 texts (2 of them without labels)" in ran.err
    kept = np.load(tmp_path / "student" / "teacher.npy")
    assert kept.shape == (42, 2)
    texts = [json.loads(line)["text"] for line in files.classes.read_text("utf-8").splitlines()]
    asked = run("predict", classifier, *texts[:2], "--json").json["predictions"]
    temperature = yanmo.load(str(classifier)).task.temperature
    for row, one in zip(kept / temperature, asked, strict=False):
        chances = np.exp(row) / np.exp(row).sum()
        assert chances == pytest.approx([one["scores"][name] for name in sorted(one["scores"])], abs=1e-4)
    lineage = json.loads((tmp_path / "student" / "manifest.json").read_text("utf-8"))["inputs"]
    assert {"teacher", "teacher_sha256", "model_sha256", str(more)} <= lineage.keys()
    assert run("predict", tmp_path / "student", "第1家酒店很好").code == 0


def test_tags_with_the_same_tokenizer(student, tagger, files, tmp_path):
    ran = student(
        "--teacher", tagger, "--max-length", "16", task="token_classification", train=files.entities
    )
    assert ran.code == 0, ran.err  # windows of 16 tokens learn from a teacher that saw the whole text
    assert np.load(tmp_path / "student" / "teacher.npy").shape[1] == 3


def test_what_does_not_fit_is_refused(student, classifier, tagger, gpt, files, tmp_path, language):
    other = tmp_path / "other.jsonl"
    rows = [{"text": str(number), "label": "xy"[number % 2]} for number in range(8)]
    other.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    odd = tmp_path / "odd.jsonl"
    rows = [{"text": f"x²y {n}", "entities": [{"start": 0, "end": 3, "label": "LOC"}]} for n in range(4)]
    odd.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text('{"source": "a", "target": "b"}\n{"source": "c", "target": "d"}\n', encoding="utf-8")
    cases = [
        (student("--teacher", tagger), ("token_classification", "text_classification")),
        (student("--teacher", classifier, train=other), ("x", "y", "好")),
        (
            student("--teacher", classifier, task="text_generation", train=pairs, model=gpt),
            ("text_classification",),
        ),
        (student("--teacher", tagger, task="token_classification", train=odd, model=gpt), ("odd.jsonl:",)),
        (student("--teacher", tmp_path / "none"), ("none",)),
        (student("--unlabelled", other), ("teacher.model",)),
    ]
    for ran, words in cases:
        assert ran.code == 2 and "Traceback" not in ran.err
        assert ran.err[ran.err.index("✗") :].count("\n") == 3
        for word in words:
            assert word in ran.err
        assert not (tmp_path / "student").exists()


def test_unlabelled_texts_have_the_encoding_that_was_named(student, classifier, files, tmp_path):
    more, train, dev = (tmp_path / name for name in ("more.txt", "train.jsonl", "dev.jsonl"))
    more.write_text("第91家酒店很好\n第92家酒店很差\n", encoding="utf-16-le")  # which tells nobody what it is
    for path, source in ((train, files.classes), (dev, files.classes_dev)):
        path.write_text(source.read_text("utf-8"), encoding="utf-16-le")
    words = ("--teacher", classifier, "--unlabelled", more, "--dev", dev, "--encoding", "utf-16-le")
    ran = student(*words, train=train)
    assert ran.code == 0, ran.err
    assert "on 42 texts (2 of them without labels)" in ran.err
