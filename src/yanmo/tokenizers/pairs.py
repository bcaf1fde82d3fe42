"""A trained tokenizer with the special tokens of an encoder-decoder."""

from __future__ import annotations

import json

from tokenizers import AddedToken, models, processors
from tokenizers import Tokenizer as Backend
from yanmo.errors import ConfigError
from yanmo.tokenizers.tokenizer import Tokenizer

END, UNKNOWN, PADDING = "</s>", "<unk>", "<pad>"
KINDS = ("unigram", "byte_bpe")  # what they decode is the text again, spaces and all


def for_pairs(tokenizer: Tokenizer) -> Tokenizer:
    """The same pieces with Marian's special tokens: `</s>` and `<unk>` first, `<pad>` last.

    `transformers` then ends every text with `</s>`. Errors: ConfigError for a kind that loses spaces.
    """
    check_kind(tokenizer.kind)
    old = tokenizer.backend
    specials = {token.content for token in old.get_added_tokens_decoder().values() if token.special}
    model = json.loads(old.to_str())["model"]
    if tokenizer.kind == "unigram":
        pieces = [(piece, score) for piece, score in model["vocab"] if piece not in specials]
        backend = Backend(models.Unigram([(END, 0.0), (UNKNOWN, 0.0), *pieces, (PADDING, 0.0)], 1, False))
    else:
        ranked = sorted(model["vocab"], key=lambda piece: int(model["vocab"][piece]))
        names = [END, UNKNOWN, *(piece for piece in ranked if piece not in specials), PADDING]
        merges = [tuple(pair.split(" ") if isinstance(pair, str) else pair) for pair in model["merges"]]
        backend = Backend(models.BPE({name: number for number, name in enumerate(names)}, merges))
    if old.normalizer is not None:
        backend.normalizer = old.normalizer
    backend.pre_tokenizer = old.pre_tokenizer
    backend.decoder = old.decoder
    tokens = (END, UNKNOWN, PADDING)
    backend.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in tokens])
    backend.post_processor = processors.TemplateProcessing(single=f"$A {END}", special_tokens=[(END, 0)])
    return Tokenizer(backend)


def check_kind(kind: str) -> None:
    """Errors: ConfigError for a kind of tokenizer that an encoder-decoder cannot have."""
    if kind not in KINDS:
        raise ConfigError("tokenizers.not_for_pairs", kind=kind, known=", ".join(KINDS))
