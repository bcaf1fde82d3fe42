"""What a tokenizer is trained with."""

from __future__ import annotations

from pydantic import Field

from yanmo.config import Config


class TokenizerConfig(Config):
    """The settings of `train`; each kind reads those that concern it."""

    kind: str = "wordpiece"
    """wordpiece (BERT), unigram, or byte_bpe (GPT-2)."""
    vocab_size: int = Field(default=8000, gt=0)
    """Entries of the vocabulary, special tokens included. An error names what is possible."""
    adapt: bool = False
    """Take fewer entries, or as many as are needed, where the text cannot give `vocab_size`; as where none is set."""
    lowercase: bool = False
    """Fold upper case into lower case, as the uncased BERT does."""
    strip_accents: bool | None = None
    """WordPiece alone: drop accents (é -> e). Unset: as `lowercase`, which is BERT's rule."""
    min_frequency: int = Field(default=2, ge=1)
    """Pieces that occur fewer times are not learned."""
    character_coverage: float = Field(default=0.9995, gt=0, le=1)
    """Share of the text's characters that the alphabet holds; the rest becomes [UNK]. byte_bpe needs none."""
    han_run: int | None = Field(default=None, ge=1)
    """The longest run of Chinese characters that becomes one piece. Unset: 2 for byte_bpe, 4 for unigram."""
    sample_characters: int | None = Field(default=None, gt=0)
    """Characters that pieces are learned from, a uniform sample. Unset: what the kind learns in seconds."""

    @property
    def is_size_fixed(self) -> bool:
        """Whether the vocabulary has exactly `vocab_size` entries or is refused."""
        return "vocab_size" in self.model_fields_set and not self.adapt
