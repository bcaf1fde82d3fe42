"""`train`: the kind is looked up by its name."""

from __future__ import annotations

from collections.abc import Iterable

from yanmo import registry
from yanmo import tokenizers as family
from yanmo.tokenizers.config import TokenizerConfig
from yanmo.tokenizers.kind import TokenizerKind
from yanmo.tokenizers.tokenizer import Tokenizer


def train(texts: Iterable[str], config: TokenizerConfig) -> Tokenizer:
    """A tokenizer of `config.kind` learned from `texts`, which are read once.

    Errors: ConfigError (unknown kind; a vocabulary that the text does not support), InputError (no text).
    """
    kind = registry.find(family, TokenizerKind, config.kind)  # type: ignore[type-abstract]
    return kind().train(texts, config)
