"""The base of the family, and the two limits that every vocabulary has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from yanmo.errors import ConfigError
from yanmo.tokenizers.config import TokenizerConfig
from yanmo.tokenizers.tokenizer import Tokenizer


class TokenizerKind(ABC):
    """How one kind of tokenizer is learned from text.

    `train` reads `texts` once, in memory that does not grow with them (`sample.draw`), and gives the same
    bytes for the same texts and settings. Errors: InputError (no text), ConfigError (a vocabulary that the
    text cannot give).
    """

    @abstractmethod
    def train(self, texts: Iterable[str], config: TokenizerConfig) -> Tokenizer:
        """A tokenizer with exactly `config.vocab_size` entries."""


def check_minimum(config: TokenizerConfig, minimum: int) -> None:
    """Errors: ConfigError when the vocabulary cannot even hold special tokens and alphabet."""
    if config.vocab_size < minimum:
        raise ConfigError(
            "tokenizers.vocabulary_small", size=config.vocab_size, minimum=minimum, kind=config.kind
        )


def check_maximum(config: TokenizerConfig, maximum: int) -> None:
    """Errors: ConfigError when the text has fewer pieces than were asked for."""
    if config.vocab_size > maximum:
        raise ConfigError(
            "tokenizers.vocabulary_large", size=config.vocab_size, maximum=maximum, kind=config.kind
        )
