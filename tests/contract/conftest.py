"""Eight documents, small tokenizers and tiny networks: enough to hold every member of a family to its contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
import torch

from yanmo import models
from yanmo.config import build
from yanmo.corpus.document import Document
from yanmo.data.batch import Batch
from yanmo.data.prepare import prepare
from yanmo.data.store import TokenStore
from yanmo.errors import ConfigError
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.optim import optimizer
from yanmo.optim.optimizer import OptimConfig
from yanmo.registry import find, names
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train
from yanmo.tokenizers.pairs import for_pairs
from yanmo.training.precision import Weights
from yanmo.training.step import train_step

TEXTS = (
    "今天天气很好。我们去公园看花。晚上回家吃饭。",
    "他在北京工作。公司在城市的东边。",
    "The shop was closed. We went home early.",
    "She bought three books. One was about birds. She liked it.",
    "小明喜欢踢足球。他每天都练习！",
    "音乐会在八点开始。大家都很高兴。",
    "It rained all day. The river rose.",
    "Our train was late. Nobody minded at all.",
)
SIZES = {"hidden_size": 32, "num_layers": 2, "num_heads": 2, "intermediate_size": 64, "max_positions": 64}
KIND = {
    "encoder": "wordpiece",
    "decoder": "byte_bpe",
    "encoder_decoder": "pairs",
}  # has the special tokens that the family needs


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@cache
def trained_tokenizer(kind: str) -> Tokenizer:
    """As many entries as these texts support."""
    if kind == "pairs":
        return for_pairs(trained_tokenizer("unigram"), mask=True)
    config = TokenizerConfig(kind=kind, vocab_size=100_000, character_coverage=1)
    try:
        return train(TEXTS, config)
    except ConfigError as error:
        size = error.values["maximum"]
        return train(TEXTS, config.model_copy(update={"vocab_size": size}))


@pytest.fixture(scope="session")
def tokenizer_of() -> Callable[[str], Tokenizer]:
    return trained_tokenizer


@pytest.fixture(scope="session")
def tokenizer_for() -> Callable[[type[Backbone]], Tokenizer]:
    return lambda model: trained_tokenizer(KIND[model.family])


@pytest.fixture(scope="session")
def store_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[[type[Backbone]], TokenStore]:
    @cache
    def store_for(model: type[Backbone]) -> TokenStore:
        folder: Path = tmp_path_factory.mktemp("store")
        tokenizer = trained_tokenizer(KIND[model.family])
        return prepare(
            folder,
            [Document(text=text, id=str(number), source="test:1") for number, text in enumerate(TEXTS)],
            tokenizer,
            tokenizer_folder=folder,
            held_out_share=0.0,
            lineage={},
            workers=1,
        ).train

    return store_for


@pytest.fixture(scope="session")
def models_for() -> Callable[[Mapping[str, int | None]], list[type[Backbone]]]:
    """The architectures that have these heads."""

    def models_for(heads: Mapping[str, int | None]) -> list[type[Backbone]]:
        members = [find(models, Backbone, name) for name in names(models)]
        return [member for member in members if heads.keys() <= member.head_terms()]

    return models_for


@pytest.fixture(scope="session")
def new_learner() -> Callable[..., Learner]:
    def new_learner(
        model: type[Backbone], heads: Mapping[str, int | None], *, dropout: float = 0.0, seed: int = 0
    ) -> Learner:
        values = {
            **SIZES,
            "vocab_size": trained_tokenizer(KIND[model.family]).vocab_size,
            "dropout": dropout,
            "attention_dropout": dropout,
        }
        return Learner.build(model, build(model.Config, values), heads, seed=seed)

    return new_learner


@pytest.fixture(scope="session")
def learn() -> Callable[..., list[float]]:
    """Steps over the same batches; returns the losses."""

    def learn(learner: Learner, objective: Objective, batches: list[Batch], steps: int) -> list[float]:
        weights = Weights(learner, torch.float32)
        config = OptimConfig(lr=1e-2, muon_lr=1e-2, weight_decay=0.0)
        stepper = optimizer.build(learner.named_parameters(), config)
        return [
            train_step(
                weights, objective, batches, stepper, lr_scale=1 - step / (steps + 1), max_norm=1.0
            ).loss
            for step in range(steps)
        ]

    return learn
