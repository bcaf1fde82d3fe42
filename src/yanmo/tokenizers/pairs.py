"""A trained tokenizer with the special tokens of an encoder-decoder."""

from __future__ import annotations

import json

from tokenizers import AddedToken, models, processors
from tokenizers import Tokenizer as Backend
from yanmo.errors import ConfigError
from yanmo.tokenizers.tokenizer import Tokenizer

END, UNKNOWN, MASK, PADDING = "</s>", "<unk>", "<mask>", "<pad>"
KINDS = ("unigram", "byte_bpe")  # what they decode is the text again, spaces and all


def fitting(tokenizer: Tokenizer, *, mask: bool = False) -> Tokenizer:
    """The tokenizer where it fits an encoder-decoder as it is, else `for_pairs` of it. Errors: ConfigError."""
    fits = tokenizer.pad_id == tokenizer.vocab_size - 1
    return tokenizer if fits else for_pairs(tokenizer, mask=mask)


def for_pairs(tokenizer: Tokenizer, *, mask: bool = False) -> Tokenizer:
    """The same pieces with Marian's special tokens: `</s>` and `<unk>` first, `<pad>` last.

    mask: with `<mask>` too, which pre-training needs. `transformers` then ends every text with `</s>`.
    Errors: ConfigError for a kind that loses spaces.
    """
    check_kind(tokenizer.kind)
    first = [END, UNKNOWN, *([MASK] if mask else [])]
    old = tokenizer.backend
    specials = {token.content for token in old.get_added_tokens_decoder().values() if token.special}
    model = json.loads(old.to_str())["model"]
    if tokenizer.kind == "unigram":
        pieces = [(piece, score) for piece, score in model["vocab"] if piece not in specials]
        backend = Backend(
            models.Unigram([*((name, 0.0) for name in first), *pieces, (PADDING, 0.0)], 1, False)
        )
    else:
        ranked = sorted(model["vocab"], key=lambda piece: int(model["vocab"][piece]))
        names = [*first, *(piece for piece in ranked if piece not in specials), PADDING]
        merges = [tuple(pair.split(" ") if isinstance(pair, str) else pair) for pair in model["merges"]]
        backend = Backend(models.BPE({name: number for number, name in enumerate(names)}, merges))
    if old.normalizer is not None:
        backend.normalizer = old.normalizer
    backend.pre_tokenizer = old.pre_tokenizer
    backend.decoder = old.decoder
    tokens = [AddedToken(token, special=True, normalized=False) for token in (*first, PADDING)]
    backend.add_special_tokens(tokens)
    backend.post_processor = processors.TemplateProcessing(single=f"$A {END}", special_tokens=[(END, 0)])
    return Tokenizer(backend)


def check_kind(kind: str) -> None:
    """Errors: ConfigError for a kind of tokenizer that an encoder-decoder cannot have."""
    if kind not in KINDS:
        raise ConfigError("tokenizers.not_for_pairs", kind=kind, known=KINDS)
