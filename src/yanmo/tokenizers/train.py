"""`train`: the kind is looked up by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from yanmo import registry
from yanmo import tokenizers as family
from yanmo.errors import ConfigError
from yanmo.tokenizers.config import TokenizerConfig
from yanmo.tokenizers.kind import TokenizerKind
from yanmo.tokenizers.tokenizer import Tokenizer


def train(texts: Iterable[str], config: TokenizerConfig) -> Tokenizer:
    """A tokenizer of `config.kind` learned from `texts`, which are read once.

    Errors: ConfigError (unknown kind; a vocabulary that the text does not support), InputError (no text).
    """
    kind = registry.find(family, TokenizerKind, config.kind)  # type: ignore[type-abstract]
    return kind().train(texts, config)


def train_fitting(texts: Callable[[], Iterable[str]], config: TokenizerConfig) -> Tokenizer:
    """As `train`, but a size that `config` does not fix adapts: to what the text gives, or needs.

    texts: begins them anew at each call.
    """
    try:
        return train(texts(), config)
    except ConfigError as error:
        fits = adapted(config, error)
        if fits is None or config.is_size_fixed:
            raise
    return train(texts(), fits)


def adapted(config: TokenizerConfig, error: ConfigError) -> TokenizerConfig | None:
    """With the size that a text can have after all; None where the error is about something else."""
    size = error.values.get("maximum", error.values.get("minimum"))
    return config.model_copy(update={"vocab_size": size}) if isinstance(size, int) else None
