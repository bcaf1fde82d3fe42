"""Answers from a corpus: found, read and cited."""

from __future__ import annotations

import json
import re

import pytest

PLACES = ("北京", "上海", "London", "Paris", "广州", "Berlin", "北京", "上海", "London", "Paris")
ROWS = [
    {
        "question": f"第{number}天去了哪里？",
        "context": f"第{number}天我们去了{place}。大家都很高兴。",
        "answers": [{"text": place, "start": 7}],
    }
    for number, place in enumerate(PLACES)
]


def refused(ran, *words):
    assert ran.code == 2, ran.out
    assert "Traceback" not in ran.err
    assert len(ran.err[ran.err.index("✗") :].rstrip("\n").split("\n")) == 3
    for word in words:
        assert word in ran.err


@pytest.fixture(scope="session")
def reader(bert, tmp_path_factory):
    from yanmo.api.verbs import finetune

    folder = tmp_path_factory.mktemp("reader")
    lines = (json.dumps(row, ensure_ascii=False) for row in ROWS)
    (folder / "qa.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    finetune(
        "question_answering", model=bert, train=folder / "qa.jsonl", out=folder / "run", budget="2steps",
        overrides={"train.batch_tokens": 512, "train.evaluations": 1, "train.precision": "fp32"},
    )  # fmt: skip
    return folder / "run"


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "diary.txt").write_text("\n\n第一天我们去了北京。\n", encoding="utf-8")
    (folder / "sea.txt").write_text("第二天我们去看了大海。\n", encoding="utf-8")
    (folder / "notes.md").write_text("# Notes\n\nThe first ship left in spring.\n", encoding="utf-8")
    return folder


def test_an_answer_is_cited(run, reader, corpus):
    asked = ("answer", "--corpus", corpus, "--model", reader, "谁看了大海？")
    ran = run(*asked, "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["question"], ran.json["read"]) == ("谁看了大海？", 1)
    (found,) = ran.json["answers"]
    assert found["source"].endswith("sea.txt:1")
    assert found["passage"] == "第二天我们去看了大海。"
    assert found["passage"][found["start"] : found["end"]] == found["text"] != ""
    assert found["relevance"] == 1.0
    assert found["score"] == pytest.approx(found["probability"])
    shown = run(*asked)
    assert shown.code == 0, shown.err
    assert found["text"] in shown.out and "sea.txt:1" in shown.out


def test_a_corpus_in_a_named_encoding(run, reader, corpus):
    for path in corpus.iterdir():
        path.write_bytes(path.read_text(encoding="utf-8").encode("big5", errors="ignore"))
    asked = ("answer", "--corpus", corpus, "--model", reader, "大海", "--json")
    assert run(*asked).code == 2
    ran = run(*asked, "--encoding", "big5")
    assert ran.code == 0, ran.err
    assert "大海" in ran.json["answers"][0]["passage"]
    assert run(*asked, "--encoding", "big55").json["error"]["code"] == "corpus.bad_encoding_name"


def test_the_best_first_and_no_more_than_asked_for(run, reader, corpus):
    asked = ("answer", "我们去了哪里？", "--model", reader, "--corpus", corpus)
    answers = run(*asked, "--json").json["answers"]
    places = {one["source"].rsplit("/", 1)[1] for one in answers}
    assert len(answers) == 2 and places == {"diary.txt:3", "sea.txt:1"}
    assert answers[0]["score"] >= answers[1]["score"] > 0
    for one in answers:
        assert one["score"] == pytest.approx(one["probability"] * one["relevance"])
    assert run(*asked, "--json", "--top", "1").json["answers"] == answers[:1]
    assert run(*asked, "--json", "--read", "1").json["read"] == 1


def test_vectors_may_find_the_passages(run, reader, bert, corpus):
    ran = run(
        "answer", "--corpus", corpus, "--model", reader, "--retriever", bert, "when?", "--json", "--top", "9"
    )
    assert ran.code == 0, ran.err
    assert ran.json["read"] == ran.json["passages"] == len(ran.json["answers"])
    assert all(0 <= one["relevance"] <= 1 for one in ran.json["answers"])


def test_nothing_in_common_is_no_mistake(run, reader, corpus, language):
    ran = run("answer", "--corpus", corpus, "--model", reader, "xyz", "--json")
    assert (ran.code, ran.json["answers"], ran.json["read"]) == (0, [], 0)
    shown = run("answer", "--corpus", corpus, "--model", reader, "xyz")
    assert bool(re.search("[一-鿿]", shown.out)) == (language == "zh")


def test_what_is_refused(run, reader, classifier, corpus, tmp_path):
    where = ("--corpus", corpus, "--model")
    refused(run("answer", *where, classifier, "x"), "question_answering")
    refused(run("answer", *where, reader, " "), "yanmo answer")
    refused(run("answer", *where, reader, "x", "--top", "0"), "--top")
    refused(run("answer", *where, reader, "x", "--read", "0"), "--read")
    refused(run("answer", "--corpus", tmp_path / "gone", "--model", reader, "x"), "gone")
    (tmp_path / "blank.txt").write_text("\n \n", encoding="utf-8")
    refused(run("answer", "--corpus", tmp_path / "blank.txt", "--model", reader, "x"), "blank.txt")
