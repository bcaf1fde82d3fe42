"""Translation from pairs to files, through the commands."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from safetensors.torch import load_file

from yanmo.cli import main

PAIRS = [(f"We saw {count} cats.", f"我们看见了{count}只猫。") for count in range(10, 50)]


@pytest.fixture(scope="session")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    for name, part in (("train", PAIRS[:32]), ("dev", PAIRS[32:])):
        lines = (json.dumps({"translation": {"en": en, "zh": zh}}, ensure_ascii=False) for en, zh in part)
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    rows = "".join(f"{en}\t{zh}\n" for en, zh in PAIRS[:8])
    (folder / "pairs.tsv").write_text("source\ttarget\n" + rows, encoding="utf-8")
    return folder


def arguments(pairs, out, *more):
    return (
        "finetune", "translation", "--model", "transformer", "--preset", "tiny", "--train", pairs / "train.jsonl",
        "--dev", pairs / "dev.jsonl", "--direction", "en-zh", "--budget", "2steps", "--out", out,
        "train.batch_tokens=512", "train.evaluations=1", "train.precision=fp32", *more,
    )  # fmt: skip


@pytest.fixture(scope="session")
def translator(pairs, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "en-zh"
    assert main([str(word) for word in arguments(pairs, out)]) == 0
    return out


def test_the_run_says_how_it_was_measured(run, pairs, translator):
    ran = run(*arguments(pairs, translator))
    assert ran.code == 0 and "tok:zh" in ran.out and f"yanmo translate {translator}" in ran.out
    again = run(*arguments(pairs, translator, "--json"))
    assert set(again.json["metrics"]) == {"bleu", "chrf"}
    assert again.json["signatures"].keys() == {"bleu", "chrf"}
    results = json.loads((translator / "results.json").read_text("utf-8"))
    assert "version:" in results["signatures"]["chrf"]
    config = json.loads((translator / "model" / "config.json").read_text("utf-8"))
    assert config["architectures"] == ["MarianMTModel"] and "id2label" not in config


def test_a_file_stays_line_by_line(run, translator, tmp_path):
    source, target = tmp_path / "source.txt", tmp_path / "target.txt"
    source.write_text("We saw 11 cats.\n\n  \nWe saw 12 cats.", encoding="utf-8")
    ran = run("translate", translator, source, "--out", target)
    assert ran.code == 0, ran.err
    lines = target.read_text("utf-8").split("\n")
    assert len(lines) == 5 and lines[1] == lines[2] == lines[4] == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.txt", "target.txt"]
    shown = run("translate", translator, source)
    assert shown.out == target.read_text("utf-8")
    counted = run("translate", translator, source, "--out", target, "--json")
    assert counted.json == {"out": str(target), "count": 4}


def test_a_file_in_a_named_encoding(run, translator, tmp_path):
    path = tmp_path / "source.txt"
    path.write_text("Grüße aus Köln.\n", encoding="cp1252")
    assert run("translate", translator, path, "--out", tmp_path / "a.txt", "--encoding", "cp1252").code == 0
    (tmp_path / "same.txt").write_text("Grüße aus Köln.\n", encoding="utf-8")
    assert run("translate", translator, tmp_path / "same.txt", "--out", tmp_path / "b.txt").code == 0
    assert (tmp_path / "a.txt").read_bytes() == (tmp_path / "b.txt").read_bytes()


def test_texts_and_json(run, translator):
    ran = run("translate", translator, "We saw 11 cats.", "-5 cats", "--beams", "2", "--json")
    assert ran.code == 0, ran.err
    assert [each["text"] for each in ran.json["translations"]] == ["We saw 11 cats.", "-5 cats"]
    one = run("translate", translator, "We saw 11 cats.", "--beams", "1", "--length-penalty", "0.6")
    assert one.code == 0 and one.out.count("\n") == 1


def test_predict_and_evaluate(run, pairs, translator):
    ran = run("predict", translator, "We saw 11 cats.", "--json")
    assert ran.code == 0 and set(ran.json["predictions"][0]) == {"text", "translation", "score"}
    for name in ("dev.jsonl", "pairs.tsv"):
        ran = run("predict", translator, "--file", pairs / name, "--json")
        assert ran.code == 0, ran.err
        assert ran.json["predictions"][0]["text"].startswith("We saw")
        ran = run("evaluate", translator, pairs / name, "--json")
        assert ran.code == 0, ran.err
        assert set(ran.json["metrics"]) == {"bleu", "chrf"} and "tok:zh" in ran.json["signatures"]["bleu"]
    ran = run("evaluate", translator, pairs / "dev.jsonl", "--direction", "zh-en")
    assert ran.code == 0 and "tok:13a" in ran.out


SUITE = """# Cats.
# 猫。
task: translation
language: en
source: my own
licence: mine
folder: .
splits:
  test: {{file: dev.jsonl, records: 8, sha256: {hash}}}
metric: bleu
settings: {{"direction": "en-zh"}}
"""


@pytest.fixture(scope="session")
def decoder(pairs, gpt, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "en-zh-gpt"
    assert main([str(word) for word in decoder_arguments(pairs, gpt, out)]) == 0
    return out


def decoder_arguments(pairs, gpt, out):
    words = [gpt if word == "transformer" else word for word in arguments(pairs, out)]
    words[1] = "text_generation"
    del words[4:6]  # the size is that of the model
    return words


def test_a_decoder_learns_a_direction_and_is_measured_by_bleu(run, pairs, gpt, decoder):
    assert f"yanmo translate {decoder}" in run(*decoder_arguments(pairs, gpt, decoder)).out
    results = json.loads((decoder / "results.json").read_text("utf-8"))
    assert results["metric"] == "loss" and "tok:zh" in results["signatures"]["bleu"]
    assert {"perplexity", "bleu", "chrf", "rouge_l"} <= results["metrics"].keys()
    on_the_way = [json.loads(line) for line in (decoder / "metrics.jsonl").read_text("utf-8").splitlines()]
    assert not any("bleu" in str(line) for line in on_the_way)  # writing takes longer than learning
    again = run("evaluate", decoder, pairs / "dev.jsonl", "--json")
    assert again.json["metrics"]["bleu"] == pytest.approx(results["metrics"]["bleu"])
    shown = run("evaluate", decoder, pairs / "pairs.tsv")
    assert "ROUGE-L" in shown.out and "BLEU|" in shown.out


def test_a_decoder_and_a_translator_meet_on_a_suite(run, pairs, translator, decoder, tmp_path):
    digest = hashlib.sha256((pairs / "dev.jsonl").read_bytes()).hexdigest()
    (tmp_path / "cats.yaml").write_text(SUITE.format(hash=digest), encoding="utf-8")
    ran = run("evaluate", decoder, tmp_path / "cats.yaml", "--data", pairs, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["interval"]["metric"] == "bleu"
    ran = run("compare", translator, decoder, tmp_path / "cats.yaml", "--data", pairs, "--json")
    assert ran.code == 0 and ran.json["metric"] == "bleu"


def test_a_decoder_translates_line_by_line(run, pairs, decoder, gpt, tmp_path):
    source, target = tmp_path / "source.txt", tmp_path / "target.txt"
    source.write_text("We saw 11 cats.\n\nWe saw 12 cats.\nWe saw 11 cats.\n", encoding="utf-8")
    ran = run("translate", decoder, source, "--out", target)
    assert ran.code == 0, ran.err
    lines = target.read_text("utf-8").split("\n")
    assert len(lines) == 5 and lines[1] == "" and lines[0] == lines[3]
    ran = run("translate", decoder, pairs / "dev.jsonl", "--beams", "2", "--length-penalty", "0.5", "--json")
    assert ran.code == 0 and ran.json["translations"][0]["text"] == PAIRS[32][0]
    assert run("translate", gpt, "a").code == 2  # it continues texts, and never learnt to answer
    source.write_text(f"We saw 11 cats.\n{'We saw 12 cats. ' * 400}\n", encoding="utf-8")
    ran = run("translate", decoder, source, "--json")
    assert ran.code == 0, ran.err
    assert [one.get("cut") for one in ran.json["translations"]] == [None, True]


def refused(ran, language, *words):
    assert ran.code == 2, ran.err
    assert ran.out == "" and "Traceback" not in ran.err
    mistake = ran.err[ran.err.index("✗") :].rstrip("\n").split("\n")
    assert len(mistake) == 3
    for part in mistake:
        assert bool(re.search("[一-鿿]", part)) == (language == "zh") or "✗" in part, part
    for word in words:
        assert word in ran.err


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"translation": {"en": "", "zh": "猫"}}, "en"),
        ({"translation": {"en": 3, "zh": "猫"}}, "en"),
        ({"translation": {"en": "cat"}}, "zh"),
        ({"en": "cat"}, "zh"),
        ({"en": "cat", "zh": 3}, "zh"),
    ],
)
def test_a_bad_pair_is_refused_and_nothing_is_left(run, pairs, tmp_path, language, row, word):
    file = tmp_path / "bad.jsonl"
    good = (pairs / "train.jsonl").read_text("utf-8")
    file.write_text(good + json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    argv = [file if word == pairs / "train.jsonl" else word for word in arguments(pairs, tmp_path / "run")]
    refused(run(*argv), language, "bad.jsonl:33")
    assert not (tmp_path / "run").exists()


def test_a_direction_of_nameless_columns_is_refused(run, pairs, tmp_path, language):
    argv = [
        pairs / "pairs.tsv" if word == pairs / "train.jsonl" else word
        for word in arguments(pairs, tmp_path / "run")
    ]
    del argv[argv.index("--dev") : argv.index("--dev") + 2]
    refused(run(*argv), language, "pairs.tsv:2", "--columns en=source zh=target")
    ran = run(*argv, "--columns", "en=source", "zh=target")
    assert ran.code == 0, ran.err


def test_what_does_not_fit_is_refused(run, pairs, translator, bert, files, tmp_path, language):
    out = tmp_path / "run"
    with_bert = [bert if word == "transformer" else word for word in arguments(pairs, out)]
    del with_bert[4:6]
    refused(run(*with_bert), language, "transformer")
    fresh_bert = ["bert" if word == "transformer" else word for word in arguments(pairs, out)]
    refused(run(*fresh_bert), language, "transformer")
    classes = (
        "finetune",
        "text_classification",
        "--model",
        "transformer",
        "--train",
        files.classes,
        "--out",
        out,
    )
    refused(run(*classes), language, "transformer")
    pretrain = ("pretrain", "--model", "transformer", "--corpus", files.corpus, "--out", out)
    refused(run(*pretrain, "--objective", "mlm"), language, "denoise")
    refused(run(*pretrain, "--tokenizer", "wordpiece"), language, "unigram")
    refused(run(*arguments(pairs, out, "tokenizer.kind=wordpiece")), language, "unigram")
    refused(run("translate", translator, "a", "--beams", "0"), language, "0")
    refused(run("translate", translator, "a", "--beams", "2000"), language, "1024")
    refused(run("translate", translator, "a", "--length-penalty", "nan"), language, "length_penalty")
    refused(run("translate", translator, tmp_path / "none.txt"), language, "none.txt")
    refused(run("translate", translator, "a b", "--out", tmp_path / "x.txt"), language)
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    gone = tmp_path / "gone" / "x.txt"
    refused(run("translate", translator, tmp_path / "a.txt", "--out", gone), language, "gone")
    refused(run("translate", translator, tmp_path / "a.txt", "--out", tmp_path), language, str(tmp_path))
    refused(run("translate", translator, tmp_path / "a.txt", "--out", tmp_path / "a.txt"), language, "a.txt")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "a"
    refused(run("translate", translator, "a", "--length-penalty", "1000"), language, "length_penalty")
    refused(run("translate", bert, "a"), language)
    vectors = tmp_path / "vectors.npy"
    refused(run("encode", translator, tmp_path / "a.txt", "--out", vectors), language, "yanmo translate")
    assert not vectors.exists()
    assert not out.exists()


def test_a_text_that_is_too_long_is_cut_and_said(run, translator):
    ran = run("translate", translator, "We saw 11 cats. " * 200, "--beams", "1", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["translations"][0]["cut"] and "only a part" in ran.err


def test_from_plain_text_to_a_translator(run, pairs, files, tmp_path):
    base, out = tmp_path / "base", tmp_path / "en-zh"
    pretrain = (
        "pretrain", "--model", "transformer", "--preset", "tiny", "--corpus", files.corpus, "--budget", "2steps",
        "--out", base, "train.batch_tokens=512", "train.precision=fp32",
    )  # fmt: skip
    ran = run(*pretrain)
    assert ran.code == 0 and f"yanmo finetune translation --model {base}" in ran.out, ran.err
    assert "perplexity" in run(*pretrain, "--json").json["metrics"]
    config = json.loads((base / "model" / "config.json").read_text("utf-8"))
    assert config["architectures"] == ["MarianMTModel"]
    argv = ["finetune", "translation", "--model", base, *arguments(pairs, out)[6:], "--lr", "1e-9", "--json"]
    ran = run(*argv)
    assert ran.code == 0 and "bleu" in ran.json["metrics"], ran.err
    before, after = ((folder / "model" / "tokenizer.json").read_text("utf-8") for folder in (base, out))
    assert before == after
    before, after = (load_file(folder / "model" / "model.safetensors") for folder in (base, out))
    assert before.keys() == after.keys()
    assert all((value - after[name]).abs().max() < 1e-6 for name, value in before.items())
