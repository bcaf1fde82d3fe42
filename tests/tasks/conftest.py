"""Small tokenizers of every kind, and encoders that use them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from yanmo.corpus.document import Record
from yanmo.data.frame import frame_of
from yanmo.errors import ConfigError
from yanmo.tasks import Encoder
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train

KINDS = ("wordpiece", "unigram", "byte_bpe")
LEARNED = (
    "今天天气很好，我们去北京的公园看花。晚上回家吃饭，北京很大。",
    "The shop in (Paris) was closed; we went home early, said John Smith.",
    "他在Google工作，ＡＢＣ公司在上海。好😀！",
    "don't U.S. Café-au-lait 3.14 2024年",
)


@cache
def tokenizer_of(kind: str) -> Tokenizer:
    config = TokenizerConfig(kind=kind, vocab_size=100_000, character_coverage=1)
    try:
        return train(LEARNED * 2, config)
    except ConfigError as error:
        return train(LEARNED * 2, config.model_copy(update={"vocab_size": error.values["maximum"]}))


@pytest.fixture(scope="session")
def encoder_of() -> Callable[..., Encoder]:
    def encoder_of(kind: str, *, room: int = 512) -> Encoder:
        tokenizer = tokenizer_of(kind)
        family = "decoder" if kind == "byte_bpe" else "encoder"
        return Encoder(tokenizer=tokenizer, frame=frame_of(tokenizer, family), room=room)

    return encoder_of


@pytest.fixture(scope="session")
def record() -> Callable[..., Record]:
    return lambda **fields: Record(fields=fields, source="set.jsonl:7")
