"""`yanmo plan` on the command line."""

from __future__ import annotations

import pytest

from yanmo.api import plan_machines


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(plan_machines, "GLANCE", 0.0)
    monkeypatch.setattr(plan_machines, "LOOK", 0.0)


def test_a_table_in_both_languages(run, files, language):
    ran = run("plan", "--corpus", files.corpus, "--budget", "1m", "--preset", "tiny")
    assert ran.code == 0, ran.err
    assert ("16 核 CPU 服务器" if language == "zh" else "16-core CPU server") in ran.out
    assert "yanmo pretrain --model bert --preset tiny --vocab-size" in ran.out
    assert "--out runs/planned train.batch_tokens=" in ran.out


def test_the_command_has_what_the_plan_was_given(run, files):
    given = ("--unit", "block", "--encoding", "utf-8", "max_length=64", "tokenizer.vocab_size=150")
    ran = run("plan", "bert_mini_zh", "--corpus", files.corpus, "--budget", "1m", "--preset", "tiny", *given)
    assert ran.code == 0, ran.err
    said = " ".join(ran.out.split())
    assert "yanmo pretrain bert_mini_zh --model bert" in said
    assert " ".join(given) in said


def test_a_size_that_does_not_fit_is_named(run, files, tmp_path, language, monkeypatch):
    monkeypatch.setattr(plan_machines, "total_memory", lambda: 2**20)
    words = ("--corpus", files.corpus, "--budget", "2steps", "--preset")
    said = (
        "tiny 规模超出可用内存" if language == "zh" else "the tiny network does not fit into the memory there"
    )
    assert said in " ".join(run("plan", *words, "tiny").out.split())
    ran = run("pretrain", *words, "auto", "--out", tmp_path / "run", "train.evaluations=0")
    assert said in " ".join(ran.err.split())


def test_json(run, files):
    ran = run(
        "plan",
        "--corpus",
        files.corpus,
        "--budget",
        "2ep",
        "--task",
        "text_generation",
        "--preset",
        "tiny",
        "--json",
    )
    assert ran.code == 0, ran.err
    found = ran.json
    assert found["model"] == "gpt2"
    assert [each["machine"] for each in found["machines"]] == ["here", "cpu16", "h100"]
    assert found["machines"][0]["epochs"] == pytest.approx(2.0)
    assert found["assumptions"][0]["matmul_rate"] > 0


def test_pretrain_follows_it(run, files, tmp_path):
    ran = run("pretrain", "--corpus", files.corpus, "--preset", "auto", "--budget", "2steps", "--out", tmp_path / "run",
              "train.evaluations=1", "--json")  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["steps"] == 2
    config = (tmp_path / "run" / "config.yaml").read_text(encoding="utf-8")
    assert "preset: tiny" in config
    assert "objective: mlm\n" in config


@pytest.mark.parametrize(
    "words, hint",
    [
        (("plan",), "--corpus"),
        (("plan", "--corpus", "x.txt", "--task", "translation"), "yanmo finetune translation"),
        (("plan", "--corpus", "x.txt", "--task", "text_clasification"), "text_classification"),
        (("plan", "--corpus", "nothing-there.txt"), "nothing-there.txt"),
        (("plan", "one", "two", "--corpus", "x.txt"), "two"),
    ],
)
def test_bad_input(run, words, hint):
    ran = run(*words)
    assert ran.code == 2
    assert hint in ran.err
    assert "Traceback" not in ran.err
