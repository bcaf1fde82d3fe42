"""A tiny network learns a few questions by heart, in Chinese and English, and answers them from its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import yanmo
from yanmo.config import build
from yanmo.errors import ConfigError
from yanmo.interop.huggingface import save_model
from yanmo.models.bert import Bert
from yanmo.models.gpt2 import Gpt2
from yanmo.models.learner import Learner
from yanmo.tasks.config import AnswerConfig, TaskConfig
from yanmo.tokenizers import TokenizerConfig, train

SIZES = {"hidden_size": 64, "num_layers": 2, "num_heads": 2, "intermediate_size": 128, "max_positions": 64}
OVERRIDES = {"train.batch_tokens": 512, "train.evaluations": 2, "train.precision": "fp32", "dropout": 0.0}
PEOPLE = ("小明", "小红", "老王", "Anna", "Peter", "Mary")
PLACES = ("北京", "上海", "广州", "Paris", "London", "Rome")


def row(number: int, *, known: bool = True) -> dict[str, Any]:
    """Where somebody lives; or, of somebody else, no answer. Every second context is longer than a window."""
    person, place = PEOPLE[number % 6], PLACES[(number * 5 + 1) % 6]
    asked = person if known else PEOPLE[(number + 1) % 6]
    more = "天气很好，" * 12 if number % 2 else ""
    if number % 6 < 3:
        context = f"{more}{person}今年住在{place}，{'天气很好，' * (number % 4)}很高兴。"
        question = f"{asked}住在哪里？"
    else:
        context = f"{more}{person} lives in {place} now, {'the weather is fine, ' * (number % 3)}happily."
        question = f"Where does {asked} live?"
    start = context.index(place)
    return {
        "id": f"q{number}{known}",
        "question": question,
        "context": context,
        "answers": [{"text": place, "start": start}] if known else [],
    }


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Random weights of both families, with tokenizers of their own."""
    folder = tmp_path_factory.mktemp("models")
    texts = [f"{each['question']} {each['context']}" for each in map(row, range(12))] * 5
    found = {}
    for model, kind, size in ((Bert, "wordpiece", 120), (Gpt2, "byte_bpe", 300)):
        tokenizer = train(texts, TokenizerConfig(kind=kind, vocab_size=size, character_coverage=1))
        config = build(model.Config, {"vocab_size": tokenizer.vocab_size, **SIZES})
        save_model(folder / kind, Learner.build(model, config, {}, seed=1), tokenizer)
        found[model.family] = str(folder / kind)
    return found


def test_questions_are_learnt_by_heart_and_answered_in_both_languages(
    models: Mapping[str, str], tmp_path: Path
) -> None:
    rows = [row(number) for number in range(6)]
    data = write(tmp_path / "train.jsonl", rows)
    dev = write(tmp_path / "dev.jsonl", [*rows, row(6)])
    result = yanmo.finetune(
        "question_answering", model=models["encoder"], train=data, dev=dev, out=tmp_path / "run", budget="80steps",
        overrides={**OVERRIDES, "optim": {"lr": 2e-3}},
    )  # fmt: skip
    assert set(result.metrics) == {"f1", "em"}
    model = yanmo.load(str(result.path))
    predictions = model.predict([{key: each[key] for key in ("question", "context")} for each in rows])
    for each, prediction in zip(rows, predictions, strict=True):
        (gold,) = each["answers"]
        told = prediction.to_json()
        assert (told["answer"], told["start"]) == (gold["text"], gold["start"])
        assert each["context"][told["start"] : told["end"]] == gold["text"]
        assert 0.5 < told["score"] <= 1
    assert yanmo.evaluate(str(result.path), data).metrics == {"f1": 1.0, "em": 1.0}
    config = json.loads((result.path / "model" / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["BertForQuestionAnswering"]
    assert "task_specific_params" not in config  # every training question has an answer


def test_no_answer_is_learnt_and_its_threshold_is_kept(models: Mapping[str, str], tmp_path: Path) -> None:
    rows = [row(number, known=known) for number in range(6) for known in (True, False)]
    data = write(tmp_path / "train.jsonl", rows)
    dev = write(tmp_path / "dev.jsonl", [*rows, row(6)])
    result = yanmo.finetune(
        "question_answering", model=models["encoder"], train=data, dev=dev, out=tmp_path / "run", budget="150steps",
        overrides={**OVERRIDES, "optim": {"lr": 2e-3}},
    )  # fmt: skip
    config = json.loads((result.path / "model" / "config.json").read_text(encoding="utf-8"))
    model = yanmo.load(str(result.path))
    assert model.task.values == config["task_specific_params"]["question_answering"]
    assert set(model.task.values) == {"null_threshold"}
    scores = yanmo.evaluate(str(result.path), data).metrics
    assert set(scores) == {"f1", "em", "f1_answerable", "accuracy_unanswerable"}
    assert scores["f1"] == 1.0
    always = TaskConfig(answers=AnswerConfig(null_threshold=99.0))
    never = yanmo.evaluate(str(result.path), data, settings=always)
    assert (never.metrics["f1_answerable"], never.metrics["accuracy_unanswerable"]) == (1.0, 0.0)
    assert yanmo.evaluate(str(result.path), dev).metrics == pytest.approx(result.metrics)


def test_a_decoder_is_refused_and_the_family_that_fits_is_named(
    models: Mapping[str, str], tmp_path: Path
) -> None:
    data = write(tmp_path / "train.jsonl", [row(number) for number in range(6)])
    with pytest.raises(ConfigError) as error:
        yanmo.finetune("question_answering", model=models["decoder"], train=data, out=tmp_path / "run")
    assert error.value.key == "models.no_head"
    assert "bert (an encoder)" in str(error.value)
    assert not (tmp_path / "run").exists()


def test_other_forms_of_the_same_set(models: Mapping[str, str], tmp_path: Path) -> None:
    """SQuAD's own file, and a table, give the run that the rows give."""
    rows = [row(number) for number in range(6)]
    paragraphs = [
        {
            "context": each["context"],
            "qas": [
                {
                    "id": each["id"],
                    "question": each["question"],
                    "answers": [
                        {"text": one["text"], "answer_start": one["start"]} for one in each["answers"]
                    ],
                }
            ],
        }
        for each in rows
    ]
    nested = tmp_path / "train.json"
    nested.write_text(
        json.dumps({"data": [{"title": "t", "paragraphs": paragraphs}]}, ensure_ascii=False), encoding="utf-8"
    )
    table = tmp_path / "train.tsv"
    lines = ["question\tcontext\tanswer\tstart"]
    lines += [
        "\t".join(
            [each["question"], each["context"], each["answers"][0]["text"], str(each["answers"][0]["start"])]
        )
        for each in rows
    ]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = [
        yanmo.finetune(
            "question_answering", model=models["encoder"], train=path, out=tmp_path / path.suffix[1:], budget="2steps",
            overrides=OVERRIDES,
        ).metrics
        for path in (write(tmp_path / "train.jsonl", rows), nested, table)
    ]  # fmt: skip
    assert found[0] == found[1] == found[2]


def test_the_baseline_without_pretraining(models: Mapping[str, str], tmp_path: Path) -> None:
    data = write(tmp_path / "train.jsonl", [row(number) for number in range(6)])
    result = yanmo.finetune(
        "question_answering", model=models["encoder"], train=data, out=tmp_path / "run", budget="1steps",
        overrides={**OVERRIDES, "random_weights": True},
    )  # fmt: skip
    assert "random_weights: true" in (result.path / "config.yaml").read_text(encoding="utf-8")
    assert set(result.metrics) == {"f1", "em"}
