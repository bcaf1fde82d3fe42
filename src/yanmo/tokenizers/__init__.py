"""Texts -> ids: train, load, save and judge tokenizers, on the `tokenizers` library.

The family: `wordpiece.py`, `unigram.py` and `byte_bpe.py` each define one `TokenizerKind`.
"""

from yanmo.tokenizers.config import TokenizerConfig
from yanmo.tokenizers.kind import TokenizerKind
from yanmo.tokenizers.report import TokenizerReport, report
from yanmo.tokenizers.tokenizer import Encoding, Tokenizer
from yanmo.tokenizers.train import train, train_fitting
from yanmo.tokenizers.words import segmenter, word_starts

NOT_MEMBERS = frozenset(
    {
        "chat",
        "composed",
        "config",
        "kind",
        "pairs",
        "pieces",
        "pretrained",
        "report",
        "sample",
        "scripts",
        "tokenizer",
        "train",
        "words",
    }
)

__all__ = [
    "Encoding",
    "Tokenizer",
    "TokenizerConfig",
    "TokenizerKind",
    "TokenizerReport",
    "report",
    "segmenter",
    "train",
    "train_fitting",
    "word_starts",
]
