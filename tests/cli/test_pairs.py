"""Pairs, similarity and vectors from the command line, and what is said when they do not fit."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import yanmo

QUICK = {"train.batch_tokens": 256, "train.evaluations": 1, "train.precision": "fp32"}
PLACES = ("北京", "上海", "London", "Paris", "广州", "Berlin")


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def rows(**labels: object) -> list[dict[str, object]]:
    """24 pairs, every second about one place; each label is made of the number of its row."""
    return [
        {
            "text_a": f"第{number}天我们去了{PLACES[number % 6]}",
            "text_b": f"{PLACES[(number + number % 2) % 6]}的第{number}天",
            **{name: make(number) for name, make in labels.items()},  # type: ignore[operator]
        }
        for number in range(24)
    ]


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("pairs") / "pairs.jsonl", rows(label=lambda number: number % 2))


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("texts") / "texts.txt"
    path.write_text("我们去了北京\n\nWe went to Paris\n" + "很长的一天" * 20 + "\n好\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def similarity(bert: Path, labelled: Path) -> Path:
    out = bert.parent / "similarity"
    yanmo.finetune(
        "sentence_similarity", model=bert, train=labelled, out=out, budget="2steps", overrides=QUICK
    )
    return out


@pytest.fixture(scope="module")
def inference(bert: Path, labelled: Path) -> Path:
    out = bert.parent / "inference"
    yanmo.finetune(
        "text_classification", model=bert, train=labelled, out=out, budget="2steps", overrides=QUICK
    )
    return out


def test_a_pair_gets_a_class(run, inference):
    ran = run("predict", inference, "--pair", "我们去了北京", "-5 degrees", "--json")
    assert ran.code == 0, ran.err
    (found,) = ran.json["predictions"]
    assert (found["text"], found["text_pair"]) == ("我们去了北京", "-5 degrees")
    assert found["label"] in ("0", "1")
    shown = run("predict", inference, "--pair", "我们去了北京", "北京很大")
    assert "我们去了北京" in shown.out and "北京很大" in shown.out and "%" in shown.out


def test_a_file_of_pairs_is_answered_in_its_order(run, inference, similarity, labelled):
    for model in (inference, similarity):
        ran = run("predict", model, "--file", labelled, "--json")
        assert ran.code == 0, ran.err
        assert [each["text"] for each in ran.json["predictions"]] == [row["text_a"] for row in rows()]


def test_pairs_are_evaluated(run, inference, similarity, labelled):
    ran = run("evaluate", inference, labelled, "--json")
    assert set(ran.json["metrics"]) == {"accuracy", "macro_f1", "matthews", "ece"}
    ran = run("evaluate", similarity, labelled, "--json")
    assert set(ran.json["metrics"]) == {"accuracy", "f1", "precision", "recall", "threshold"}
    assert "threshold" in run("evaluate", similarity, labelled).out


def test_a_similarity_model_gives_a_number_and_a_label(run, similarity):
    ran = run("predict", similarity, "--pair", "我们去了北京", "北京很大", "--json")
    assert ran.code == 0, ran.err
    (found,) = ran.json["predictions"]
    assert -1 <= found["similarity"] <= 1
    assert found["label"] in ("0", "1")
    shown = run("predict", similarity, "--pair", "我们去了北京", "北京很大")
    assert found["label"] in shown.out


@pytest.mark.parametrize("kind", ["bert", "gpt", "similarity", "inference"])
def test_every_text_gets_a_vector(run, request, texts, tmp_path, kind):
    model = request.getfixturevalue(kind)
    out = tmp_path / "new" / "vectors.npy"
    ran = run("encode", model, texts, "--out", out, "--precision", "fp32", "--json")
    assert ran.code == 0, ran.err
    vectors = np.load(out)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, ran.json["width"]) == (4, 128)
    assert ran.json["count"] == 4
    loaded = yanmo.load(str(model))
    given = [line for line in texts.read_text(encoding="utf-8").splitlines() if line]
    np.testing.assert_allclose(vectors, loaded.encode(given), atol=1e-6)
    for batch_tokens in (1, 130, 100_000):
        np.testing.assert_allclose(vectors, loaded.encode(given, batch_tokens=batch_tokens), atol=1e-5)
    alone = np.concatenate([loaded.encode([each]) for each in given])
    np.testing.assert_allclose(vectors, alone, atol=1e-5)
    assert [path.name for path in out.parent.iterdir()] == ["vectors.npy"]


def test_vectors_in_bf16_point_the_same_way(run, similarity, texts, tmp_path):
    found = []
    for precision in ("fp32", "bf16"):
        out = tmp_path / f"{precision}.npy"
        ran = run("encode", similarity, texts, "--out", out, "--normalize", "--precision", precision)
        assert ran.code == 0, ran.err
        found.append(np.load(out))
    assert ((found[0] * found[1]).sum(axis=1) > 0.999).all()
    assert not np.array_equal(*found)


def test_vectors_of_length_one(run, similarity, texts, tmp_path):
    ran = run("encode", similarity, texts, "--out", tmp_path / "vectors.npy", "--normalize")
    assert ran.code == 0, ran.err
    assert "128" in ran.out
    assert np.linalg.norm(np.load(tmp_path / "vectors.npy"), axis=1) == pytest.approx(1)
    assert yanmo.load(str(similarity)).encode([]).shape == (0, 128)


def test_encode_reads_the_usual_names_of_texts_and_those_that_are_named(run, similarity, tmp_path):
    for name in ("text", "review", "body"):
        (tmp_path / f"{name}.csv").write_text(f"{name},stars\na good room,5\n很好,4\n", encoding="utf-8")
        named = ("--text-field", name) if name == "body" else ()
        ran = run("encode", similarity, tmp_path / f"{name}.csv", "--out", tmp_path / f"{name}.npy", *named)
        assert ran.code == 0, ran.err
    vectors = [np.load(tmp_path / f"{name}.npy") for name in ("text", "review", "body")]
    assert np.array_equal(vectors[0], vectors[1]) and np.array_equal(vectors[0], vectors[2])


def test_encode_says_how_many_texts_were_cut(run, similarity, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("我们去了北京\n" + 1000 * "北京" + "\n", encoding="utf-8")
    ran = run("encode", similarity, path, "--out", tmp_path / "v.npy", "--json")
    assert (ran.code, ran.json["cut"]) == (0, 1), ran.err
    room = str(yanmo.load(str(similarity)).encoder.room)
    assert room in ran.err and "head" in ran.err


def test_records_are_encoded_by_their_field(run, similarity, labelled, tmp_path):
    ran = run("encode", similarity, labelled, "--text-field", "text_b", "--out", tmp_path / "v.npy", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["count"] == 24


def test_texts_in_a_named_encoding(run, similarity, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("這家酒店很好\n\n天氣很冷\n", encoding="big5")
    ran = run("similar", similarity, "天氣很冷", "--in", path, "--encoding", "big5", "--json")
    assert ran.code == 0, ran.err
    assert {each["text"] for each in ran.json["results"]} == {"這家酒店很好", "天氣很冷"}
    ran = run("encode", similarity, path, "--out", tmp_path / "v.npy", "--encoding", "big5", "--json")
    assert (ran.code, ran.json["count"]) == (0, 2)
    assert run("encode", similarity, path, "--out", tmp_path / "w.npy", "--encoding", "big55").code == 2


def test_the_nearest_text_is_the_same_text(run, similarity, texts):
    ran = run("similar", similarity, "我们去了北京", "--in", texts, "--top", "2", "--json")
    assert ran.code == 0, ran.err
    first, second = ran.json["results"]
    assert (first["text"], first["index"]) == ("我们去了北京", 0)
    assert first["similarity"] == pytest.approx(1, abs=1e-5)
    assert second["similarity"] <= first["similarity"]
    shown = run("similar", similarity, "我们去了北京", "--in", texts)
    assert shown.out.splitlines()[0].split() == ["1.0000", "我们去了北京"]
    assert len(shown.out.splitlines()) == 4


def test_random_weights_are_the_baseline(run, bert, labelled, tmp_path):
    ran = run(
        "finetune", "sentence_similarity", "--model", bert, "--train", labelled, "--random-weights", "--budget",
        "1steps", "--out", tmp_path / "run", "--json", "train.batch_tokens=256",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "accuracy" in ran.json["metrics"]


@pytest.mark.parametrize(
    ("settings", "label", "metric"),
    [
        (("settings.similarity.encoder=cross",), lambda number: number / 4, "spearman"),
        (("settings.similarity.loss=softmax",), lambda number: "abc"[number % 3], "accuracy"),
        (("settings.similarity.pooling=cls",), lambda number: number / 4, "spearman"),
        ((), None, "recall_at_1"),
    ],
)
def test_every_way_trains_and_answers(run, bert, tmp_path, settings, label, metric):
    train = write(tmp_path / "train.jsonl", rows(**({} if label is None else {"label": label})))
    ran = run(
        "finetune", "sentence_similarity", "--model", bert, "--train", train, "--budget", "2steps", "--out",
        tmp_path / "run", "--json", "train.batch_tokens=256", "train.evaluations=1", *settings,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert metric in ran.json["metrics"]
    asked = run("predict", tmp_path / "run", "--pair", "我们去了北京", "北京很大", "--json")
    assert asked.code == 0, asked.err
    assert run("evaluate", tmp_path / "run", train, "--json").code == 0


def test_texts_alone_train_simcse(run, bert, texts, tmp_path):
    lines = [{"text": f"第{number}天我们去了{PLACES[number % 6]}"} for number in range(20)]
    train = write(tmp_path / "train.jsonl", list(lines))
    dev = write(tmp_path / "dev.jsonl", rows(score=lambda number: number / 4))
    for given, metric in (((), "spread"), (("--dev", dev), "spearman")):
        out = tmp_path / metric
        ran = run(
            "finetune", "sentence_similarity", "--model", bert, "--train", train, *given, "--budget", "2steps",
            "--out", out, "--json", "train.batch_tokens=256", "train.evaluations=1",
        )  # fmt: skip
        assert ran.code == 0, ran.err
        assert metric in ran.json["metrics"]
        assert run("similar", out, "北京", "--in", texts).code == 0


def refused(ran, language, *words):
    """Three parts, in the language, that say all of `words`."""
    assert (ran.code, ran.out) == (2, "")
    mistake = ran.err[ran.err.index("✗") :].rstrip("\n").split("\n")
    assert len(mistake) == 3, ran.err
    for part in mistake:
        assert bool(re.search("[一-鿿]", part)) == (language == "zh"), part
    for word in words:
        assert word in ran.err


@pytest.mark.parametrize("task", ["text_classification", "sentence_similarity"])
def test_bad_pairs_name_file_and_line(run, bert, tmp_path, language, task):
    good = {"text_a": "甲", "text_b": "乙", "label": "x"}
    other = {"text_a": "乙", "text_b": "丙", "label": "y"}
    for bad, words in (
        ({"text_a": "甲", "label": "y"}, ("train.jsonl:3", "text_b")),
        ({"text_a": "", "text_b": "乙", "label": "y"}, ("train.jsonl:3", "text_a")),
        ({"text_a": "甲", "text_b": "丁", "label": 3}, ("train.jsonl:3", "train.jsonl:1", "3")),
    ):
        train = write(tmp_path / "train.jsonl", [good, other, bad])
        dev = write(tmp_path / "dev.jsonl", [{**other, "text_a": "丁"}, {**good, "text_a": "戊"}])
        ran = run(
            "finetune", task, "--model", bert, "--train", train, "--dev", dev, "--budget", "1steps", "--out",
            tmp_path / "run",
        )  # fmt: skip
        refused(ran, language, *words)
        assert not (tmp_path / "run").exists()


def test_what_does_not_fit_the_model(
    run, bert, classifier, inference, similarity, labelled, tmp_path, language
):
    refused(run("predict", inference, "一段文本"), language, "--pair")
    refused(run("predict", similarity, "一段文本"), language, "--pair")
    refused(run("predict", classifier, "--pair", "甲", "乙"), language, "text_pair")
    refused(run("predict", similarity, "--pair", "甲", ""), language, "text_pair")
    refused(run("predict", similarity, "甲", "--pair", "甲", "乙"), language, "--pair")
    refused(run("encode", bert, "none.txt", "--out", tmp_path / "v.npy"), language, "none.txt")
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    refused(run("encode", bert, tmp_path / "empty.txt", "--out", tmp_path / "v.npy"), language, "empty.txt")
    refused(run("similar", similarity, "甲", "--in", labelled, "--top", "0"), language, "--top")
    assert not (tmp_path / "v.npy").exists()


def test_a_cross_encoder_has_no_vectors(run, bert, labelled, texts, tmp_path, language):
    out = tmp_path / "cross"
    yanmo.finetune(
        "sentence_similarity", model=bert, train=labelled, out=out, budget="1steps",
        overrides={**QUICK, "settings.similarity.encoder": "cross"},
    )  # fmt: skip
    refused(run("encode", out, texts, "--out", tmp_path / "v.npy"), language, "cross", "--pair")
    refused(run("similar", out, "甲", "--in", texts), language, "cross")


def test_a_wrong_loss_says_which_fit(run, bert, labelled, tmp_path, language):
    train = write(tmp_path / "train.jsonl", rows(score=lambda number: number / 4))
    command = ("finetune", "sentence_similarity", "--model", bert, "--out", tmp_path / "run")
    refused(
        run(*command, "--train", train, "settings.similarity.loss=softmax"), language, "softmax", "regression"
    )
    refused(
        run(*command, "--train", train, "settings.similarity.loss=sofmax"),
        language,
        "settings.similarity.loss",
    )
    refused(
        run(*command, "--train", labelled, "settings.similarity.positive_label=2"), language, "2", "0", "1"
    )
