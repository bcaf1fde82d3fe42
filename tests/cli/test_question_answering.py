"""Questions on the command line: asked one at a time, from files, and asked wrongly."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

import yanmo
from yanmo.tasks.config import TaskConfig

PLACES = ("北京", "上海", "London", "Paris", "广州", "Berlin", "北京", "上海", "London", "Paris")
ROWS = [
    {
        "id": str(number),
        "question": f"第{number}天去了哪里？",
        "context": f"第{number}天我们去了{place}。大家都很高兴。",
        "answers": [{"text": place, "start": 7}],
    }
    for number, place in enumerate(PLACES)
]


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def refused(ran, language, *words):
    """Three parts, in the language, that say all of `words`."""
    assert ran.code == 2, ran.err
    assert "Traceback" not in ran.err
    mistake = ran.err[ran.err.index("✗") :].rstrip("\n").split("\n")
    assert len(mistake) == 3
    for part in mistake:
        assert bool(re.search("[一-鿿]", re.sub("[“「].*?[”」]", "", part))) == (language == "zh"), part
    for word in words:
        assert word in ran.err


@pytest.fixture(scope="session")
def rows(tmp_path_factory):
    return write(tmp_path_factory.mktemp("rows") / "qa.jsonl", ROWS)


@pytest.fixture(scope="session")
def reader(bert, rows):
    from yanmo.api.verbs import finetune

    out = bert.parent / "reader"
    finetune(
        "question_answering", model=bert, train=rows, out=out, budget="2steps",
        overrides={"train.batch_tokens": 512, "train.evaluations": 1, "train.precision": "fp32"},
    )  # fmt: skip
    return out


def test_finetune_says_how_to_ask(run, bert, rows, tmp_path):
    ran = run(
        "finetune", "question_answering", "--model", bert, "--train", rows, "--budget", "1steps", "--out",
        tmp_path / "run", "train.batch_tokens=512", "settings.answers.stride=16",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "exact match" in ran.out
    assert "--question" in ran.out
    assert "stride: 16" in (tmp_path / "run" / "config.yaml").read_text(encoding="utf-8")


def test_a_question_is_answered_from_a_file_and_from_words(run, reader, tmp_path):
    context = "第一天我们去了北京。\n\n  On day 2 we went to Paris."
    (tmp_path / "trip.txt").write_text(context, encoding="utf-8")
    asked = ("predict", reader, "--question", "去了哪里？", "--context")
    ran = run(*asked, tmp_path / "trip.txt", "--json")
    assert ran.code == 0, ran.err
    (found,) = ran.json["predictions"]
    assert found["question"] == "去了哪里？"
    assert context[found["start"] : found["end"]] == found["answer"] != ""
    assert 0 < found["score"] <= 1
    assert len(found["candidates"]) == 5
    assert run(*asked, context, "--json").json == ran.json
    shown = run(*asked, tmp_path / "trip.txt")
    assert shown.code == 0, shown.err
    assert found["answer"] in shown.out.replace("\n  ", " ") or "\n" in found["answer"]
    assert f"[{found['start']}, {found['end']})" in shown.out
    assert "%" in shown.out


def test_rows_are_answered_and_measured(run, reader, rows):
    ran = run("predict", reader, "--file", rows, "--json")
    assert ran.code == 0, ran.err
    predictions = ran.json["predictions"]
    assert [(each["id"], each["question"]) for each in predictions] == [
        (row["id"], row["question"]) for row in ROWS
    ]
    for row, each in zip(ROWS, predictions, strict=True):
        assert row["context"][each["start"] : each["end"]] == each["answer"]
    measured = run("evaluate", reader, rows, "--json")
    assert measured.code == 0, measured.err
    assert measured.json["count"] == 10
    assert set(measured.json["metrics"]) == {"f1", "em"}


def test_no_answer_is_shown_as_such(capsys, monkeypatch):
    from yanmo.cli.prediction import show_answer
    from yanmo.tasks.question_answering import AnswerPrediction, Candidate

    best = Candidate(text="北京", start=4, end=6, score=0.25)
    given = {"question": "去哪？", "context": "我们\n去[北京]了", "candidates": (best,), "no_answer": 0.5}
    show_answer(AnswerPrediction(answer=None, **given))
    assert capsys.readouterr().out == "(no answer)  50.0 %  去哪？\n"
    best = Candidate(text="[北京]", start=4, end=8, score=0.25)
    show_answer(AnswerPrediction(answer=best, **given))
    assert capsys.readouterr().out == "[北京]  25.0 %  [4, 8)\n  我们 去[北京]了\n"


def test_what_cannot_be_asked(run, reader, classifier, tmp_path, language):
    refused(run("predict", reader, "--question", "谁？"), language, "--context")
    refused(run("predict", reader, "--context", "有人。"), language, "--question")
    refused(run("predict", reader, "有人。"), language, "--context")
    refused(run("predict", reader, "有人。", "--question", "谁？", "--context", "有人。"), language, "--file")
    refused(run("predict", reader, "--question", "谁？", "--context", "missing.txt"), language, "missing.txt")
    refused(run("predict", reader, "--question", " ", "--context", "有人。"), language, "question")
    refused(run("predict", reader, "--question", "谁？", "--context", ""), language, "context")
    refused(run("predict", reader, "--question", "谁" * 600, "--context", "有人。"), language, "600")
    refused(run("predict", classifier, "--question", "谁？", "--context", "有人。"), language, "text")
    (tmp_path / "rows.jsonl").write_text('{"question": "谁？"}\n', encoding="utf-8")
    refused(run("predict", reader, "--file", tmp_path / "rows.jsonl"), language, "rows.jsonl:1", "context")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"answers": [{"text": "南京", "start": 7}]}, "南京"),
        ({"answers": [{"text": "北京", "start": 2}]}, "2"),
        ({"answers": 3}, "answers"),
        ({"question": ""}, "question"),
        ({"context": "   "}, "context"),
        ({"context": None}, "context"),
        ({"question": "谁" * 300}, "300"),
    ],
)
def test_bad_records_name_file_and_line(run, bert, tmp_path, language, row, said):
    path = write(tmp_path / "qa.jsonl", [ROWS[1], {**ROWS[0], **row}])
    ran = run(
        "finetune", "question_answering", "--model", bert, "--train", path, "--budget", "1steps", "--out",
        tmp_path / "run",
    )  # fmt: skip
    refused(ran, language, "qa.jsonl:2", said)
    assert not (tmp_path / "run").exists()


def test_a_decoder_cannot_point_at_an_answer(run, gpt, rows, tmp_path, language):
    ran = run("finetune", "question_answering", "--model", gpt, "--train", rows, "--out", tmp_path / "run")
    refused(ran, language, "bert (an encoder)" if language == "en" else "bert（编码器）")


def test_a_reader_from_elsewhere_may_find_no_answer(run, reader, tmp_path):
    """A directory of `transformers` says nothing of a threshold, and its own default is 0."""
    transformers = pytest.importorskip("transformers")
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    shutil.copytree(reader / "model", ours)
    words = transformers.AutoTokenizer.from_pretrained(ours)(
        ROWS[0]["question"], ROWS[0]["context"], return_tensors="pt"
    )
    with torch.no_grad():
        summary = transformers.AutoModel.from_pretrained(ours)(**words).last_hidden_state[0, 0]
    weights = load_file(ours / "model.safetensors")
    weights["qa_outputs.weight"][:] = 10 * summary / summary.norm()  # [CLS] is likelier than any other place
    save_file(weights, ours / "model.safetensors", metadata={"format": "pt"})
    shutil.copytree(ours, theirs)
    config = json.loads((theirs / "config.json").read_text(encoding="utf-8"))
    config.pop("finetuning_task")
    assert "task_specific_params" not in config
    (theirs / "config.json").write_text(json.dumps(config), encoding="utf-8")
    asked = write(tmp_path / "asked.jsonl", [*ROWS, {**ROWS[0], "id": "none", "answers": []}])
    always = TaskConfig.model_validate({"answers": {"null_threshold": 1e9}})
    for folder, settings, expected in ((theirs, None, 1.0), (theirs, always, 0.0), (ours, None, 0.0)):
        found = yanmo.evaluate(str(folder), asked, settings=settings)
        assert found.metrics["accuracy_unanswerable"] == expected, folder
    assert yanmo.evaluate(str(theirs), write(tmp_path / "all.jsonl", ROWS)).metrics.keys() == {"f1", "em"}
