"""A small tokenizer and a tiny saved model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tokenizers import Tokenizer as Backend
from tokenizers import models, pre_tokenizers
from yanmo.config import build
from yanmo.interop.huggingface import Labelling, save_model
from yanmo.models.bert import Bert
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{number}" for number in range(45))]


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """A WordPiece tokenizer of 50 words."""
    folder: Path = tmp_path_factory.mktemp("tokenizer")
    backend = Backend(
        models.WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.add_special_tokens(WORDS[:5])
    backend.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "BertTokenizer", "pad_token": "[PAD]", "unk_token": "[UNK]"}
    config |= {"cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return Tokenizer.load(folder)


def tiny_bert(heads: Mapping[str, int | None], *, seed: int = 0) -> Learner:
    config = build(
        Bert.Config,
        {"vocab_size": 50, "hidden_size": 16, "num_layers": 2, "num_heads": 2, "intermediate_size": 32},
    )
    return Learner.build(Bert, config, heads, seed=seed)


@pytest.fixture
def pretrained(tokenizer: Tokenizer, tmp_path: Path) -> Path:
    """A saved BERT with both pre-training heads."""
    save_model(tmp_path / "pretrained", tiny_bert({"mlm": None, "nsp": None}), tokenizer)
    return tmp_path / "pretrained"


@pytest.fixture
def classifier(tokenizer: Tokenizer, tmp_path: Path) -> Path:
    """A saved BERT classifier of three classes."""
    labelling = Labelling(task="text_classification", labels=("差", "中", "好"), multi_label=True)
    save_model(tmp_path / "classifier", tiny_bert({"class": 3}, seed=1), tokenizer, labelling=labelling)
    return tmp_path / "classifier"
