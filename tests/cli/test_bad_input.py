"""A user's mistake: three parts in the user's language, no traceback, exit code 2, and nothing left behind."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest


def refused(ran, language, *words, code=2):
    """The error has its three parts, in the language, and says all of `words`."""
    assert ran.code == code
    assert ran.out == ""
    assert "Traceback" not in ran.err
    mistake = ran.err[ran.err.index("✗") :].rstrip("\n").split("\n")
    given, allowed, advice = mistake
    assert given.startswith("✗ ")
    assert allowed.startswith("  ")
    assert advice.startswith("→ ")
    for part in mistake:
        assert bool(re.search("[一-鿿]", part)) == (language == "zh"), part
    for word in words:
        assert word in ran.err


@pytest.fixture
def pretrain(run, files, tmp_path):
    def call(*argv, corpus=files.corpus):
        return run(
            "pretrain",
            "--preset",
            "tiny",
            "--budget",
            "1steps",
            "--corpus",
            corpus,
            "--out",
            tmp_path / "run",
            *argv,
        )

    return call


@pytest.fixture
def finetune(run, files, bert, tmp_path):
    def call(*argv, train=files.classes, task="text_classification"):
        return run(
            "finetune",
            task,
            "--model",
            bert,
            "--train",
            train,
            "--budget",
            "1steps",
            "--out",
            tmp_path / "run",
            *argv,
        )

    return call


def test_empty_folder(pretrain, tmp_path, language):
    (tmp_path / "empty").mkdir()
    refused(pretrain(corpus=tmp_path / "empty"), language, "empty")
    assert not (tmp_path / "run").exists()


def test_too_little_text_then_enough(pretrain, tmp_path, language):
    path = tmp_path / "texts.txt"
    path.write_text("Short.\n", encoding="utf-8")
    refused(pretrain(corpus=path), language)
    path.write_text("First we went out. Then we came back.\n" * 50, encoding="utf-8")
    assert pretrain("corpus.deduplicate=none", corpus=path).code == 0


def test_binary_file_in_a_folder(pretrain, tmp_path, language):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "picture.txt").write_bytes(b"\x89PNG\x00\x01" * 100)
    refused(pretrain("corpus.binary=refuse", corpus=tmp_path / "texts"), language, "picture.txt")


def test_wrong_encoding(pretrain, tmp_path, language):
    path = tmp_path / "gb.txt"
    path.write_bytes("中文文本".encode("gb18030") * 20)
    refused(pretrain("corpus.encoding=utf-8", corpus=path), language, "gb.txt", "utf-8")


def test_record_without_the_text_field(pretrain, tmp_path, language):
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "One two three."}\n{"words": "x"}\n', encoding="utf-8")
    refused(pretrain(corpus=path), language, "texts.jsonl:2", "words")
    refused(pretrain("--text-field", "body", corpus=path), language, "texts.jsonl:1", "body")
    assert not (tmp_path / "run").exists()  # so the next try is free to set something else


def test_broken_record(finetune, tmp_path, language):
    path = tmp_path / "train.jsonl"
    path.write_text('{"text": "好", "label": "a"}\n{"text": \n', encoding="utf-8")
    refused(finetune(train=path), language, "train.jsonl:2")


def test_truncated_gzip(pretrain, tmp_path, language):
    path = tmp_path / "texts.txt.gz"
    path.write_bytes(gzip.compress(b"text " * 5000)[:-20])
    refused(pretrain(corpus=path), language, "texts.txt.gz")


def test_label_unseen_in_train(finetune, tmp_path, language):
    dev = tmp_path / "dev.jsonl"
    dev.write_text('{"text": "新", "label": "middling"}\n', encoding="utf-8")
    train = tmp_path / "train.jsonl"
    train.write_text('{"text": "好", "label": "a"}\n{"text": "坏", "label": "b"}\n', encoding="utf-8")
    refused(finetune("--dev", dev, train=train), language, "dev.jsonl:1", "middling")


def test_no_label_field(finetune, tmp_path, language):
    train = tmp_path / "train.jsonl"
    train.write_text('{"text": "好", "mark": "a"}\n{"text": "坏", "mark": "b"}\n', encoding="utf-8")
    refused(finetune(train=train), language, "train.jsonl:1", "mark", "--columns")


def test_dev_that_is_train(finetune, files, language):
    refused(finetune("--dev", files.classes), language, "40")


def test_some_of_dev_in_train_is_counted(finetune, files, tmp_path):
    dev = tmp_path / "dev.jsonl"
    lines = files.classes.read_text(encoding="utf-8").splitlines()[:2]
    dev.write_text("\n".join([*lines, '{"text": "新的", "label": "好"}']) + "\n", encoding="utf-8")
    ran = finetune("--dev", dev)
    assert ran.code == 0, ran.err
    assert "2 of 3" in ran.err


def test_blank_rows_and_stray_lists_are_counted(finetune, tmp_path):
    train = tmp_path / "train.jsonl"
    rows = [{"text": f"第{number}天", "label": str(number % 2)} for number in range(8)]
    rows += [{"text": " ", "label": "0"}, {"text": "天", "label": ["0", "1"]}]
    train.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    ran = finetune("--dev", train.with_name("dev.jsonl"), train=train)
    assert ran.code == 2
    train.with_name("dev.jsonl").write_text('{"text": "新", "label": "1"}\n', encoding="utf-8")
    ran = finetune("--dev", train.with_name("dev.jsonl"), train=train)
    assert ran.code == 0, ran.err
    assert "train.jsonl:9" in ran.err
    assert "1 of 11 records hold a list" in ran.err and "train.jsonl:10" in ran.err


def test_long_rows_are_cut_and_counted(finetune, tmp_path):
    train = tmp_path / "train.jsonl"
    rows = [{"text": f"第{number}天" * 40, "label": str(number % 2)} for number in range(8)]
    train.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    ran = finetune("--max-length", "32", train=train)
    assert ran.code == 0, ran.err
    assert re.search(r"\d+ of \d+ texts are longer than 32 tokens .* head_tail", ran.err)


def test_vocabulary_larger_than_the_text_supports(pretrain, tmp_path, language):
    refused(pretrain("--vocab-size", "50000"), language, "50000")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--preset", "minni"), ("minni", "mini")),
        (("train.sed=3",), ("train.sed", "seed")),
        (("corpus.script=klingon",), ("corpus.script",)),
        (("train.batch_tokens=many",), ("train.batch_tokens",)),
        (("--budget", "0"), ("0",)),
        (("--budget", "5M"), ("5M", "Mtok")),
        (("--model", "brt"), ("brt", "bert")),
        (("--objective", "mln"), ("mln", "mlm")),
        (("--objective", "clm"), ("clm", "bert", "mlm")),
        (("--tokenizer", "word_piece"), ("word_piece", "wordpiece")),
        (("tokenizer.kind=bpe",), ("bpe", "byte_bpe")),
        (("--max-length", "600"), ("600", "512")),
        (("bert_mini_zz",), ("bert_mini_zz", "bert_mini_zh")),
        (("missing.yaml",), ("missing.yaml",)),
        (("text_classification",), ("text_classification", "finetune")),
        (("bert_mini_zh", "gpt2_mini_zh"), ("bert_mini_zh", "gpt2_mini_zh")),
        (("train.seed = 3",), ("train.seed = 3",)),
        (("--corpus", "/nowhere/at-all"), ("/nowhere/at-all",)),
        (("--seed", "three"), ("three", "--seed")),
        (("--presett", "tiny"), ("--presett", "--preset")),
        (("--seed",), ("--seed",)),
        (("--budget", "-5m"), ("--budget=",)),
        (("model.layers=0",), ("“model”",)),
        (("--model", "bert", "model.layers=0"), ("model.layers=0",)),
        (("--vocab-size", "-1"), ("“tokenizer.vocab_size”",)),
        (("train=3",), ("“train”",)),
    ],
)
def test_what_does_not_exist_or_fit(run, files, tmp_path, language, words, expected):
    given = dict(zip(words[::2], words[1::2], strict=False)) if words[0].startswith("--") else {}
    usual = {"--preset": "tiny", "--corpus": files.corpus, "--budget": "1steps", "--out": tmp_path / "run"}
    flags = [word for flag, value in usual.items() if flag not in given for word in (flag, value)]
    refused(run("pretrain", *flags, *words), language, *expected)
    assert not (tmp_path / "run").exists()


def test_pretrain_without_a_corpus_or_out(run, tmp_path, language):
    refused(run("pretrain", "--out", tmp_path / "run"), language, "--corpus")
    refused(run("pretrain", "--corpus", "texts"), language, "--out")


def test_finetune_needs_a_model_and_records(run, bert, files, tmp_path, language):
    out = ("--out", tmp_path / "run")
    refused(run("finetune", "text_classification", "--train", files.classes, *out), language, "--model")
    refused(run("finetune", "text_classification", "--model", bert, *out), language, "--train")
    refused(
        run("finetune", "text_clasification", "--model", bert, "--train", files.classes, *out),
        language, "text_classification",
    )  # fmt: skip
    refused(
        run("finetune", "text_classification", "--model", bert, "--train", "none.jsonl", *out),
        language,
        "none.jsonl",
    )
    refused(
        run("finetune", "text_classification", "--model", bert, "--train", files.classes, *out, "optim.clip=2"),
        language, "optim.clip", "--lr",
    )  # fmt: skip


def test_path_that_cannot_be_written(run, files, tmp_path, language):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    ran = run(
        "pretrain",
        "--preset",
        "tiny",
        "--budget",
        "1steps",
        "--corpus",
        files.corpus,
        "--out",
        tmp_path / "file/run",
    )
    refused(ran, language, "--out")


def test_what_answers_nothing(run, files, bert, classifier, gpt, tmp_path, language):
    """Each of these would give no answer, one to another question, or one after the work was done."""
    (tmp_path / "empty.txt").touch()
    (tmp_path / "folder").mkdir()
    texts = files.corpus / "texts.txt"
    refused(run("encode", bert, texts, "--out", tmp_path / "folder"), language, "folder")
    refused(run("similar", bert, " ", "--in", texts), language)
    refused(run("predict", classifier, "--file", tmp_path / "empty.txt"), language, "empty.txt")
    refused(run("predict", classifier, "--file", files.corpus), language, "texts")
    refused(run("generate", gpt, "a", "--temperature", "inf"), language, "temperature")
    refused(run("generate", gpt, "a", "--num-beams", "100000"), language, "num_beams")
    refused(run("tokenizer", "train", "--corpus", texts, "--out", texts / "x"), language, "--out")
    plan = ("--corpus", texts, "--budget", "1m", "--model", "bert", "--task", "text_generation")
    refused(run("plan", *plan), language, "bert", "gpt2")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["empty.txt", "folder"]


def test_columns_and_reports_of_an_evaluation(run, files, classifier, tmp_path):
    ran = run("evaluate", classifier, files.classes_dev, "--columns", "text=words", "--json")
    assert ran.json["error"]["code"] == "guess.no_column"
    (tmp_path / "folder").mkdir()
    ran = run("evaluate", classifier, files.classes_dev, "--report", tmp_path / "folder", "--json")
    assert ran.json["error"]["code"] == "report.cannot_write"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_goes_nowhere():
    """A full disk and a closed stream end a command with one line and a code."""
    command = f"{shlex.quote(sys.executable)} -m yanmo recipes"
    full = subprocess.run(f"{command} > /dev/full", shell=True, capture_output=True, text=True, check=False)
    assert full.returncode == 1 and full.stderr.startswith("✗ ") and "Traceback" not in full.stderr
    closed = subprocess.run(f"{command} >&-", shell=True, capture_output=True, text=True, check=False)
    assert closed.returncode == 1 and "Traceback" not in closed.stderr
    read = f"set -o pipefail; {command} | head -c 1"
    assert subprocess.run(["bash", "-c", read], capture_output=True, check=False).returncode in (0, 141)


def test_folder_of_another_configuration(run, files, bert, language):
    ran = run("pretrain", "--preset", "tiny", "--budget", "3steps", "--corpus", files.corpus, "--out", bert)
    refused(ran, language, "3steps")


def test_folder_with_other_files(run, files, tmp_path, language):
    (tmp_path / "thesis.txt").write_text("x", encoding="utf-8")
    ran = run(
        "pretrain", "--preset", "tiny", "--budget", "1steps", "--corpus", files.corpus, "--out", tmp_path
    )
    refused(ran, language, "--out")
    tokenizer = run("tokenizer", "train", "--corpus", files.corpus, "--out", tmp_path)
    refused(tokenizer, language, "--out")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_untrained_heads_do_not_answer(run, bert, gpt, classifier, language):
    refused(run("predict", bert, "很好"), language, "finetune")
    refused(run("fill-mask", gpt, "a [MASK]"), language, "bert")
    refused(run("generate", classifier, "a"), language, "gpt2")


def test_texts_that_do_not_fit_the_command(run, bert, classifier, language):
    refused(run("fill-mask", bert, "no mask"), language, "[MASK]")
    refused(run("fill-mask", bert), language)
    refused(run("predict", classifier), language, "--file")
    refused(run("predict", classifier, "--file", "none.txt"), language, "none.txt")
    refused(run("fill-mask", bert, "[MASK]", "--top", "0"), language, "--top")


def test_unknown_command_and_recipe(run, language):
    refused(run("pretain"), language, "pretain", "pretrain")
    refused(run("tokenizer", "reprot"), language, "reprot", "report")
    refused(run("recipes", "bert_mini"), language, "bert_mini")
    refused(run("recipes", "a", "b"), language, "b")
    refused(run("doctor", "--preset", "tiny"), language, "--corpus")


def test_no_such_model(run, tmp_path, language):
    refused(run("predict", tmp_path / "none", "a"), language, "none")


def test_errors_are_objects_with_json(run, files, tmp_path, language):
    ran = run("pretrain", "--preset", "minni", "--corpus", files.corpus, "--out", tmp_path / "run", "--json")
    assert ran.code == 2
    error = ran.json["error"]
    assert error["code"] == "errors.unknown_name"
    assert error["exit_code"] == 2
    assert all(error[part] for part in ("given", "allowed", "advice"))
    assert "minni" in error["given"]
    assert ran.err  # people see it too
    parsed = run("pretrain", "--nonsense", "--json")
    assert parsed.json["error"]["code"] == "cli.unknown_option"


@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        ("settings.direction=enxx", "en-zh"),
        ("adapt.freeze=top", "embeddings"),
        ("train.precision=fp16", "bf16"),
    ],
)
def test_a_value_of_a_form_is_shown_by_examples(run, bert, files, tmp_path, setting, shown):
    ran = run(
        "finetune",
        "text_classification",
        "--model",
        bert,
        "--train",
        files.classes,
        "--out",
        tmp_path / "r",
        setting,
    )
    assert ran.code == 2
    assert shown in ran.err
    assert "^" not in ran.err


@pytest.mark.parametrize(
    ("words", "named"),
    [(["--direction", "en-zh"], "direction"), (["settings.answers.stride=16"], "answers")],
)
def test_a_setting_of_another_task_is_refused(run, bert, files, tmp_path, words, named):
    out = tmp_path / "r"
    ran = run(
        "finetune", "text_classification", "--model", bert, "--train", files.classes, "--out", out, *words
    )
    assert ran.code == 2
    assert f"settings.{named}" in ran.err
    assert ("translation" if named == "direction" else "question_answering") in ran.err
    assert not out.exists()


def test_a_text_that_the_system_refuses_is_not_blamed_on_the_folder(run, language, tmp_path):
    out = tmp_path / "tokenizer"
    ran = run("tokenizer", "train", "--corpus", "x" * 300, "--out", out)
    refused(ran, language, "x" * 300)
    assert str(out) not in ran.err and not out.exists()


@pytest.mark.parametrize(
    "argv",
    [
        ("quickstart", "--out", "{file}/x"),
        ("corpus", "stats", "x" * 300),
        ("fill-mask", "x" * 300, "a"),
        ("corpus", "stats", "~nobody-of-that-name/x"),
    ],
    ids=["below a file", "too long", "too long a model", "nobody's home"],
)
def test_a_path_that_the_system_refuses(run, language, files, argv):
    refused(run(*(word.format(file=files.classes) for word in argv)), language)


def test_a_tokenizer_of_another_family_is_refused_before_the_corpus_is_encoded(pretrain, tmp_path):
    ran = pretrain("--model", "bert", "--tokenizer", "byte_bpe", "--vocab-size", "300")
    refused(ran, "en", "[CLS]", "[SEP]", "byte_bpe")
    assert not list(tmp_path.glob("run/**/tokens*"))
    assert "okenising the corpus" not in ran.err
