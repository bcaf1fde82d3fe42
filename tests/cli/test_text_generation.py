"""Fine-tuning to write, asking, measuring, talking, and every option of generate, from the command line."""

from __future__ import annotations

import io
import json
import sys

import pytest


def written(path, records):
    path.write_text(
        "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), encoding="utf-8"
    )
    return path


def refused(ran, *words):
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert len(ran.err[ran.err.index("✗") :].rstrip("\n").split("\n")) == 3
    for word in words:
        assert word in ran.err


TUNE = (
    "--budget",
    "2steps",
    "train.batch_tokens=512",
    "train.evaluations=1",
    "train.precision=fp32",
    "--json",
)


@pytest.fixture(scope="session")
def chat_run(gpt, tmp_path_factory):
    from contextlib import redirect_stderr, redirect_stdout

    from yanmo.cli import main

    folder = tmp_path_factory.mktemp("chat")
    records = [
        {"prompt": f"第{number}天去哪里?", "completion": f"去了London, 第{number}天。"}
        for number in range(24)
    ]
    train = written(folder / "train.jsonl", records)
    out, err = io.StringIO(), io.StringIO()
    words = ("finetune", "text_generation", "--model", gpt, "--train", train, "--out", folder / "run", *TUNE)
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(word) for word in words])
    assert code == 0, err.getvalue()
    return folder / "run", json.loads(out.getvalue()), train


@pytest.fixture
def say(run, monkeypatch):
    """`yanmo chat` with these lines piped in."""

    def say(*argv, lines):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return run("chat", *argv)

    return say


def test_a_chat_without_standard_input_ends(run, chat_run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    ran = run("chat", chat_run[0])
    assert ran.code == 0 and ran.out == "", ran.err


def test_finetune_measures_loss_and_samples(chat_run):
    out, result, _ = chat_run
    assert set(result["metrics"]) == {
        "loss", "perplexity", "bits_per_byte", "distinct_1", "distinct_2", "copied_5",
    }  # fmt: skip
    assert 0 < result["metrics"]["distinct_1"] <= 1
    settings = json.loads((out / "model/tokenizer_config.json").read_text(encoding="utf-8"))
    assert "assistant" in settings["chat_template"]
    config = json.loads((out / "model/config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["GPT2LMHeadModel"]


def test_evaluate_gives_the_same_numbers(run, chat_run, tmp_path):
    out, result, train = chat_run
    ran = run("evaluate", out, train, "--json")
    assert ran.code == 0, ran.err
    assert set(ran.json["metrics"]) == set(result["metrics"])
    shown = run("evaluate", out, train)
    assert "bits per byte" in shown.out
    assert "%" in shown.out


def test_evaluate_names_the_rule_that_cuts_conversations(run, chat_run, tmp_path):
    folder, _, _ = chat_run
    turns = [
        {"role": "user" if number % 2 == 0 else "assistant", "content": "第一天去哪里?" * 8}
        for number in range(40)
    ]
    ran = run("evaluate", folder, written(tmp_path / "long.jsonl", [{"messages": turns}]))
    assert ran.code == 0, ran.err
    assert "oldest_turns" in ran.err


def test_evaluate_measures_a_pretrained_model_on_texts(run, gpt, tmp_path):
    texts = written(
        tmp_path / "texts.jsonl", [{"text": "第1天我们去了北京。"}, {"text": "Everyone was happy."}]
    )
    ran = run("evaluate", gpt, texts, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["metrics"]["bits_per_byte"] > 0
    assert "copied_5" not in ran.json["metrics"]


def test_predict_answers_texts_and_records(run, chat_run, tmp_path):
    out, _, train = chat_run
    ran = run("predict", out, "第3天去哪里?", "--json")
    assert ran.code == 0, ran.err
    (one,) = ran.json["predictions"]
    assert one["text"] == "第3天去哪里?"
    records = run("predict", out, "--file", train, "--json")
    assert records.code == 0, records.err
    assert records.json["predictions"][3] == one
    (tmp_path / "questions.txt").write_text("第3天去哪里?\n", encoding="utf-8")
    assert run("predict", out, "--file", tmp_path / "questions.txt", "--json").json["predictions"] == [one]
    assert one["text"] in run("predict", out, "第3天去哪里?").out


@pytest.mark.parametrize(
    "options",
    [
        ("--greedy",),
        ("--temperature", "0.7", "--top-k", "5", "--top-p", "0.9", "--min-p", "0.05", "--seed", "2"),
        ("--num-beams", "3", "--length-penalty", "0.5", "--early-stopping", "true"),
        ("--num-beams", "2", "--early-stopping", "never", "--num-return-sequences", "2"),
        ("--repetition-penalty", "1.3", "--no-repeat-ngram-size", "2", "--stop", "。", "--stop", "x"),
        ("--num-return-sequences", "3"),
    ],
)
def test_generate_takes_every_option(run, gpt, options):
    ran = run("generate", gpt, "On day", "第3天", "--max-new-tokens", "5", *options, "--json")
    assert ran.code == 0, ran.err
    each = (
        int(options[options.index("--num-return-sequences") + 1])
        if "--num-return-sequences" in options
        else 1
    )
    found = ran.json["generations"]
    assert [one["prompt"] for one in found] == ["On day"] * each + ["第3天"] * each
    assert all(one["score"] < 0 for one in found)


def test_a_stream_is_the_same_text(run, gpt):
    words = ("generate", gpt, "On day", "--max-new-tokens", "8", "--seed", "5")
    whole = run(*words, "--json").json["generations"][0]["text"]
    assert run(*words, "--stream").out == f"On day{whole}\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--num-beams", "0"), ("num_beams", "0")),
        (("--num-beams", "2", "--top-p", "0.5"), ("top_p",)),
        (("--greedy", "--temperature", "0.5"), ("temperature",)),
        (("--greedy", "--num-return-sequences", "2"), ("2",)),
        (("--length-penalty", "2"), ("length_penalty",)),
        (("--num-beams", "2", "--stream"), ("beams",)),
        (("--early-stopping", "soon"), ("soon", "never")),
        (("--max-new-tokens", "0"), ("max_new_tokens",)),
    ],
)
def test_options_that_do_not_fit(run, gpt, options, words):
    refused(run("generate", gpt, "On day", *options), *words)


def test_a_prompt_longer_than_the_model(run, gpt, chat_run, language):
    ran = run("generate", gpt, "On day 3 we " * 400)
    assert ran.code == 2
    ran = run("generate", gpt, "On day", "On day 3 we " * 400, "--stream")
    assert (ran.code, ran.out) == (2, "")
    assert "✗" in ran.err
    asked = run("predict", chat_run[0], "On day 3 we " * 400, "--json")
    assert asked.code == 0 and asked.json["predictions"][0]["cut"], asked.err
    assert "oldest_turns" in asked.err
    both = run("generate", gpt, "On day", "--stream", "--json")
    assert both.json["error"]["code"] == "cli.stream_or_json"


def test_chat_answers_line_by_line(say, chat_run):
    out, *_ = chat_run
    ran = say(
        out, "--max-new-tokens", "6", lines=["第3天?", "", "/what", "/reset", "第3天?", "/quit", "not read"]
    )
    assert ran.code == 0, ran.err
    answers = ran.out.split("\n")
    assert len(answers) >= 3
    assert "/what" in ran.err
    assert "forgotten" in ran.err
    once = say(out, "--max-new-tokens", "6", lines=["第3天?"])
    assert ran.out == once.out * 2  # after /reset the same again
    greedy = say(out, "--greedy", "--max-new-tokens", "6", "--system", "Be brief.", lines=["第3天?"])
    assert greedy.code == 0, greedy.err
    told = say(out, "--json", "--max-new-tokens", "6", lines=["第3天?", "/reset", "第3天?"])
    assert [json.loads(line) for line in told.out.splitlines()] == [
        {"message": "第3天?", "answer": once.out.removesuffix("\n")}
    ] * 2


def test_chat_in_the_users_language(say, chat_run, language):
    ran = say(chat_run[0], "--max-new-tokens", "2", lines=["/reset", "x" * 3000])
    assert ran.code == 2, "what was piped in has no answer"
    assert ("对话已清空" if language == "zh" else "The conversation is forgotten") in ran.err
    assert ("请缩短" if language == "zh" else "Give a shorter one") in ran.err
    assert ran.out == ""
    told = say(chat_run[0], "--json", "--max-new-tokens", "2", lines=["x" * 3000, "第3天?"])
    refusal, answer = [json.loads(line) for line in told.out.splitlines()]
    assert told.code == refusal["error"]["exit_code"] == 2 and "answer" in answer


def test_chat_needs_a_model_that_has_learnt_it(say, bert, gpt, chat_run):
    refused(say(gpt, lines=["a"]), "text_generation")
    refused(say(bert, lines=["a"]), "gpt2")
    refused(say(chat_run[0], "--greedy", "--top-p", "0.5", lines=["a"]), "top_p")


def test_bad_records_and_models(run, bert, gpt, tmp_path, language):
    out = ("--out", tmp_path / "run", "--budget", "1steps")
    bad = written(tmp_path / "bad.jsonl", [{"source": "a", "target": "b"}, {"source": "a", "target": " "}])
    ran = run("finetune", "text_generation", "--model", gpt, "--train", bad, *out)
    assert (ran.code, "bad.jsonl:2" in ran.err, "target" in ran.err) == (2, True, True)
    empty = written(
        tmp_path / "empty.jsonl", [{"prompt": "a", "completion": " "}, {"prompt": "b", "completion": ""}]
    )
    ran = run("finetune", "text_generation", "--model", gpt, "--train", empty, *out)
    assert (ran.code, "empty.jsonl:1" in ran.err, "completion" in ran.err) == (2, True, True)
    assert not (tmp_path / "run").exists()
    good = written(tmp_path / "good.jsonl", [{"text": "a"}, {"text": "b"}])
    ran = run("finetune", "text_generation", "--model", bert, "--train", good, *out)
    assert (ran.code, "gpt2" in ran.err) == (2, True)
    long = written(tmp_path / "long.jsonl", [{"text": f"On day {number} " * 60} for number in range(9)])
    ran = run("finetune", "text_generation", "--model", gpt, "--train", long, "--max-length", "64", *out)
    assert ran.code == 0, ran.err
    assert "head" in ran.err


def test_the_best_step_has_the_lowest_loss():
    from yanmo.api.finetune import TaskEvaluator
    from yanmo.tasks.config import TaskConfig
    from yanmo.tasks.text_generation import TextGeneration

    task = TextGeneration(labels=(), config=TaskConfig())
    evaluator = TaskEvaluator(task=task, records=(), encoded=(), encoder=None, metric=task.metric_on(()))
    assert (evaluator.metric, evaluator.higher_is_better) == ("loss", False)
