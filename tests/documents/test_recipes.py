"""Every recipe that ships runs: three steps, on a small corpus or a few labelled records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import yanmo
from yanmo.api.recipe_files import Recipe, shipped
from yanmo.corpus.builtin.storyworld import classification_records, documents, ner_records

# less text than a recipe wants: a vocabulary that it supports, batches that are not many epochs each
SMALL = {"tokenizer.vocab_size": 1500, "train.batch_tokens": 1024, "train.accumulation": 1}
PRETRAIN, FINETUNE = shipped("pretrain"), shipped("finetune")


@pytest.fixture(autouse=True)
def three_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANMO_TEST_BUDGET", "3steps")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for number, document in enumerate(documents("both", 40)):
        (folder / f"{number}.txt").write_text(document.text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def model(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT, as something to fine-tune."""
    out = tmp_path_factory.mktemp("model") / "bert"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YANMO_TEST_BUDGET", "3steps")
        return yanmo.pretrain(model="bert", preset="tiny", corpus=corpus, out=out).path


def identity(recipe: Recipe) -> str:
    return recipe.name


def test_there_are_recipes() -> None:
    assert len(PRETRAIN) >= 2 and len(FINETUNE) >= 2
    for recipe in PRETRAIN + FINETUNE:
        lines = recipe.content.splitlines()
        assert all(line.startswith("# ") for line in lines[:2]) and not lines[1].isascii(), recipe.name


@pytest.mark.parametrize("recipe", PRETRAIN, ids=identity)
def test_pretraining_recipe(recipe: Recipe, corpus: Path, tmp_path: Path) -> None:
    """In the smallest size, so that every recipe runs here."""
    result = yanmo.pretrain(
        recipe.name,
        corpus=corpus,
        out=tmp_path / "run",
        preset="tiny",
        overrides=SMALL,
    )
    assert result.steps == 3 and (result.path / "model" / "model.safetensors").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("recipe", PRETRAIN, ids=identity)
def test_pretraining_recipe_in_its_own_size(recipe: Recipe, corpus: Path, tmp_path: Path) -> None:
    result = yanmo.pretrain(recipe.name, corpus=corpus, out=tmp_path / "run", overrides=SMALL)
    assert result.steps == 3


@pytest.mark.parametrize("recipe", FINETUNE, ids=identity)
def test_finetuning_recipe(recipe: Recipe, model: Path, tmp_path: Path) -> None:
    if "task: question_answering" in recipe.content:
        answers_to_questions(recipe, model, tmp_path)
        return
    if "task: translation" in recipe.content:
        translation_recipe(recipe, tmp_path)
        return
    entities = "token_classification" in recipe.content
    make = ner_records if entities else classification_records
    files = {}
    for split, size in (("train", 32), ("dev", 8)):
        more = {} if entities else {"task": "topic"}
        records = make(language="both", split=split, size=size, **more)  # type: ignore[operator]
        files[split] = tmp_path / f"{split}.jsonl"
        lines = (json.dumps(dict(record.fields), ensure_ascii=False) for record in records)
        files[split].write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    result = yanmo.finetune(
        recipe.name, model=model, train=files["train"], dev=files["dev"], out=tmp_path / "run"
    )
    assert result.steps == 3 and result.metrics


def answers_to_questions(recipe: Recipe, model: Path, folder: Path) -> None:
    """Every document is a context; its beginning is the answer."""
    rows = [
        {
            "question": f"谁 {number}?",
            "context": document.text,
            "answers": [{"text": document.text[:3], "start": 0}],
        }
        for number, document in enumerate(documents("both", 12))
    ]
    train = folder / "train.jsonl"
    train.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    result = yanmo.finetune(recipe.name, model=model, train=train, out=folder / "run")
    assert result.steps == 3 and result.metrics.keys() == {"f1", "em"}


def translation_recipe(recipe: Recipe, folder: Path) -> None:
    """In the smallest size: the recipe has a model of its own."""
    pairs = [{"source": f"Room {number} is free.", "target": f"{number}号房空着。"} for number in range(60)]
    for split, part in (("train", pairs[:50]), ("dev", pairs[50:])):
        lines = (json.dumps(pair, ensure_ascii=False) for pair in part)
        (folder / f"{split}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    result = yanmo.finetune(
        recipe.name,
        train=folder / "train.jsonl",
        dev=folder / "dev.jsonl",
        out=folder / "run",
        overrides={"preset": "tiny", "tokenizer.vocab_size": 90},
    )
    assert result.steps == 3 and set(result.metrics) == {"bleu", "chrf"}
