"""Recipes, flags and overrides become one configuration."""

from __future__ import annotations

import json

import pytest
import yaml

import yanmo
from yanmo import models, registry
from yanmo.api.guess import check_columns
from yanmo.api.recipe_files import find, read, shipped
from yanmo.api.recipes import (
    as_overrides,
    resolve_corpus,
    resolve_finetune,
    resolve_pretrain,
    resolve_tokenizer,
)
from yanmo.api.reporter import Reporter
from yanmo.api.usual_optim import usual_optim
from yanmo.api.verbs import start_pretrain
from yanmo.config import build, dump
from yanmo.errors import ConfigError, YanmoError
from yanmo.messages import LANGUAGES
from yanmo.models.backbone import Backbone
from yanmo.tasks.config import TaskConfig
from yanmo.tokenizers import TokenizerConfig

PRETRAIN = [recipe.name for recipe in shipped("pretrain")]
FINETUNE = [recipe.name for recipe in shipped("finetune")]


@pytest.fixture(autouse=True)
def _uncapped(monkeypatch):
    monkeypatch.delenv("YANMO_TEST_BUDGET", raising=False)


@pytest.fixture
def train_file(tmp_path):
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps({"text": "a", "label": "b"}), encoding="utf-8")
    return str(path)


@pytest.fixture
def model_folder(tmp_path):
    folder = tmp_path / "some-model"
    folder.mkdir()
    (folder / "config.json").write_text("{}", encoding="utf-8")
    return str(folder)


def test_the_shipped_ones_are_there():
    assert {"bert_tiny_zh", "bert_mini_zh", "bert_base_en", "gpt2_base_en", "gpt2_mini_storyworld"} <= set(
        PRETRAIN
    )
    assert {"text_classification", "token_classification_bert_base"} <= set(FINETUNE)
    assert len({*PRETRAIN, *FINETUNE}) == len(shipped())


@pytest.mark.parametrize("name", PRETRAIN)
def test_pretraining_recipes_resolve(name):
    flags = {} if "storyworld" in name else {"corpus": ["texts"]}
    config = resolve_pretrain(name, flags)
    assert build(type(config), yaml.safe_load(dump(config))) == config
    model = registry.find(models, Backbone, config.model)
    assert name == "_".join([config.model, config.preset, name.split("_")[-1]])
    assert config.sequence_length(model, config.max_positions) <= config.max_positions
    if isinstance(config.tokenizer, TokenizerConfig):
        assert config.tokenizer.kind == {"encoder": "wordpiece", "decoder": "byte_bpe"}[model.family]


@pytest.mark.parametrize("name", FINETUNE)
def test_fine_tuning_recipes_resolve(name, train_file, model_folder):
    config = resolve_finetune(name, {"model": model_folder, "train": train_file})
    assert build(type(config), yaml.safe_load(dump(config))) == config
    assert name.startswith(config.task)


@pytest.mark.parametrize("recipe", shipped(), ids=lambda recipe: recipe.name)
def test_each_says_what_it_is_for_in_both_languages_and_how_it_is_called(recipe, monkeypatch):
    lines = recipe.content.splitlines()
    assert lines[0].isascii()
    assert any("一" <= char <= "鿿" for char in lines[1])
    assert lines[2].startswith(f"# yanmo {recipe.verb} {recipe.name} ")
    for language, line in zip(LANGUAGES, lines, strict=False):
        monkeypatch.setenv("YANMO_LANG", language)
        assert f"# {recipe.summary}" == line


def test_flags_stand_above_the_recipe_and_overrides_above_both():
    config = resolve_pretrain(
        "bert_mini_zh", {"corpus": ["a", "b"], "preset": "tiny", "seed": 1, "budget": "1h"}, ["train.seed=3"]
    )
    assert config.preset == "tiny"
    assert config.train.seed == 3
    assert config.train.budget == "1h"
    assert config.corpus.paths == ("a", "b")
    assert config.train.batch_tokens == 4096


@pytest.mark.parametrize(("model", "kind"), [("bert", "wordpiece"), ("gpt2", "byte_bpe")])
def test_a_vocabulary_size_keeps_the_usual_kind(model, kind):
    config = resolve_pretrain(None, {"model": model, "corpus": ["a"], "vocab_size": 500})
    assert config.tokenizer == TokenizerConfig(kind=kind, vocab_size=500)
    chosen = resolve_pretrain(
        None, {"model": model, "corpus": ["a"], "vocab_size": 500, "tokenizer": "unigram"}
    )
    assert chosen.tokenizer == TokenizerConfig(kind="unigram", vocab_size=500)
    assert resolve_pretrain(None, {"model": model, "corpus": ["a"]}).tokenizer is None


def test_a_tokenizer_that_is_taken(model_folder):
    config = resolve_pretrain("gpt2_base_en", {"corpus": ["a"], "tokenizer": model_folder})
    assert config.tokenizer == model_folder
    with pytest.raises(ConfigError, match="trained or taken"):
        resolve_pretrain(None, {"corpus": ["a"], "tokenizer": model_folder, "vocab_size": 500})


def test_going_on_from_a_model_takes_its_size_and_tokenizer(model_folder):
    config = resolve_pretrain("gpt2_base_en", {"corpus": ["a"], "model": model_folder})
    assert config.tokenizer is None
    for flags in ({"preset": "tiny"}, {"vocab_size": 500}):
        with pytest.raises(ConfigError, match="those of that model"):
            resolve_pretrain(None, {"corpus": ["a"], "model": model_folder, **flags})


def test_a_rate_keeps_the_usual_optimiser(train_file, model_folder):
    flags = {"model": model_folder, "train": train_file}
    assert resolve_finetune("text_classification", flags).optim is None
    optim = resolve_finetune("text_classification", {**flags, "lr": 0.001}).optim
    assert optim is not None
    assert (optim.name, optim.lr, optim.weight_decay, optim.betas) == ("adamw", 0.001, 0.01, (0.9, 0.999))


def test_a_model_that_is_gone_on_from_has_its_own_optimiser(model_folder):
    flags = {"corpus": ["a"], "model": model_folder}
    for recipe in (None, "gpt2_base_en"):  # whose rates are for random weights
        assert resolve_pretrain(recipe, flags).optim is None
        optim = resolve_pretrain(recipe, flags, ["optim.lr=0.0001"]).optim
        assert optim is not None
        assert (optim.name, optim.lr, optim.weight_decay) == ("adamw", 0.0001, 0.01)
    muon = resolve_pretrain(None, flags, ["optim.name=muon"]).optim
    assert muon is not None and muon.name == "muon"
    assert usual_optim(model_folder, 768).name == "adamw"
    assert usual_optim("gpt2", 768).name == "muon"


def test_a_recipe_s_own_model_is_not_looked_for_where_another_is_given(tmp_path, model_folder):
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("model: runs/gone\noptim: {name: adamw, lr: 0.0002}\n", encoding="utf-8")
    optim = resolve_pretrain(str(recipe), {"corpus": ["a"], "model": model_folder}).optim
    assert optim is not None and optim.lr == 0.0002  # that of learned weights is kept


def test_the_languages_of_a_direction_are_columns_too():
    settings = {"direction": "en-zh", "columns": {"en": "english", "zh": "chinese"}}
    check_columns("translation", build(TaskConfig, settings))
    with pytest.raises(ConfigError, match="“fr”"):
        check_columns("translation", build(TaskConfig, {**settings, "columns": {"fr": "french"}}))


def test_a_guessed_task_takes_its_recipe(tmp_path, model_folder):
    path = tmp_path / "entities.jsonl"
    path.write_text(json.dumps({"tokens": ["a"], "tags": ["B-x"]}), encoding="utf-8")
    flags = {"model": model_folder, "train": str(path)}
    guessed, named = (resolve_finetune(name, flags) for name in (None, "token_classification"))
    assert guessed == named


def test_an_architecture_alone_cannot_be_fine_tuned(train_file):
    with pytest.raises(ConfigError, match="Pretrain one first"):
        resolve_finetune("text_classification", {"model": "bert", "train": train_file})


def test_a_run_s_own_configuration_is_a_recipe(tmp_path):
    config = resolve_pretrain("bert_tiny_zh", {"corpus": ["a"]})
    path = tmp_path / "config.yaml"
    path.write_text(f"verb: pretrain\n{dump(config)}", encoding="utf-8")
    assert resolve_pretrain(str(path), {}) == config
    with pytest.raises(ConfigError, match="recipe for `yanmo pretrain`"):
        read(str(path), "finetune")


def test_the_test_budget_caps(monkeypatch):
    class Notes(Reporter):
        told: list[str] = []  # noqa: RUF012

        def note(self, message):
            self.told.append(message)

    monkeypatch.setenv("YANMO_TEST_BUDGET", "3steps")
    reporter = Notes()
    assert resolve_pretrain(None, {"corpus": ["a"]}, reporter=reporter).train.budget == "3steps"
    assert "3steps" in reporter.told[0]
    assert resolve_pretrain(None, {"corpus": ["a"], "budget": "2steps"}).train.budget == "2steps"


def test_overrides_of_python_are_those_of_the_command_line():
    overrides = as_overrides({"train.seed": 3, "corpus": {"unit": "line"}, "tokenizer.lowercase": True})
    config = resolve_pretrain(None, {"corpus": ["a"]}, overrides)
    assert (config.train.seed, config.corpus.unit) == (3, "line")
    assert config.corpus.paths == ("a",)
    assert config.tokenizer == TokenizerConfig(kind="wordpiece", lowercase=True)


def test_corpus_and_tokenizer_settings():
    corpus = resolve_corpus({"paths": ["a"], "unit": None}, ["min_characters=5"])
    assert (corpus.paths, corpus.min_characters, corpus.unit) == (("a",), 5, "auto")
    assert resolve_tokenizer({"kind": "unigram"}, ["han_run=2"]).han_run == 2
    for call in (lambda: resolve_corpus({}), lambda: resolve_tokenizer({"kind": "unigran"})):
        with pytest.raises(YanmoError):
            call()


def test_unknown_recipes_name_the_nearest():
    with pytest.raises(ConfigError, match="bert_mini_zh”\\?"):
        find("bert_mini_hz")
    with pytest.raises(ConfigError, match="token_classification”\\?"):
        resolve_finetune("token_clasification", {})


def test_a_recipe_may_adapt_its_vocabulary_to_a_small_corpus(tmp_path):
    """Its run is a recipe that does so too; a size that the user names is still refused."""
    corpus = tmp_path / "corpus.txt"
    days = [f"第{day}天我们去学校读书，老师说这个问题很重要。" for day in range(60)]
    corpus.write_text("\n\n".join(days), encoding="utf-8")
    flags = {"corpus": [str(corpus)], "preset": "tiny", "budget": "1steps"}
    config = resolve_pretrain("bert_mini_zh", flags)
    assert config.tokenizer.vocab_size == 12_000
    found = start_pretrain(config, tmp_path / "run")
    assert 20 < yanmo.load(str(found.path)).tokenizer.vocab_size < 100
    written = resolve_pretrain(str(tmp_path / "run" / "config.yaml"), {})
    assert start_pretrain(written, tmp_path / "again").path.is_dir()
    asked = resolve_pretrain("bert_mini_zh", {**flags, "vocab_size": 12_000})
    with pytest.raises(ConfigError, match="12000"):
        start_pretrain(asked, tmp_path / "other")


@pytest.mark.parametrize("task", ["sentence_similarity", "text_classification", "token_classification"])
def test_a_single_setting_leaves_the_others_of_its_group_as_they_are(task, tmp_path):
    """What fine-tuning trains by is not what pre-training does; a seed must not bring that in."""
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "a", "label": "x"}\n', encoding="utf-8")
    usual = resolve_finetune(task, {"model": str(tmp_path), "train": str(rows)})
    seed = resolve_finetune(task, {"model": str(tmp_path), "train": str(rows), "seed": 3})
    assert seed.train == usual.train.model_copy(update={"seed": 3})
    assert usual.train.budget.endswith("ep") and usual.train.evaluations == 6
    shape = resolve_finetune(task, {"model": str(tmp_path), "train": str(rows)}, ["schedule.name=cosine"])
    assert shape.schedule.warmup == usual.schedule.warmup == 0.1
