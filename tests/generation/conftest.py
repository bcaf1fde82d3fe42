"""A tokenizer whose tokens are mostly single bytes, and a tiny random GPT-2."""

from __future__ import annotations

import pytest

from yanmo.config import build
from yanmo.models.gpt2 import Gpt2
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """The 256 bytes, two special tokens and two merges."""
    return train(["ab ab cd cd"] * 4, TokenizerConfig(kind="byte_bpe", vocab_size=260))


@pytest.fixture(scope="session")
def learner(tokenizer: Tokenizer) -> Learner:
    sizes = {"hidden_size": 32, "num_layers": 2, "num_heads": 2, "intermediate_size": 64, "max_positions": 48}
    config = build(Gpt2.Config, {"vocab_size": tokenizer.vocab_size, "initializer_range": 0.3, **sizes})
    return Learner.build(Gpt2, config, {"clm": None}, seed=5)
