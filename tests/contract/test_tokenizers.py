"""Every kind of tokenizer, found by its file, keeps the same promises."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from yanmo import registry, tokenizers
from yanmo.config import build, dump
from yanmo.data.frame import frame_of
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train, word_starts

MEMBERS = registry.names(tokenizers)
TEXTS = [
    "今天天气很好，3.14。",
    "The shop was closed - really?",
    "他在 Beijing 工作😀，ＡＢＣ",
    "",
    " \n ",
    "e\u0301cole",
]
LEARNED = ["今天天气很好。我们去公园看花。", "The shop was closed. We went home early.", "他在北京工作。"] * 5


def test_members_are_found() -> None:
    assert {"wordpiece", "unigram", "byte_bpe"} <= set(MEMBERS)


@pytest.fixture(params=MEMBERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tokenizer(kind: str, tokenizer_of: Callable[[str], Tokenizer]) -> Tokenizer:
    return tokenizer_of(kind)


def test_configuration_survives_yaml(kind: str) -> None:
    config = TokenizerConfig(kind=kind, vocab_size=123, lowercase=True)
    assert build(TokenizerConfig, yaml.safe_load(dump(config))) == config


def test_the_same_text_gives_the_same_bytes(kind: str) -> None:
    config = TokenizerConfig(kind=kind, vocab_size=300 if kind == "byte_bpe" else 60, character_coverage=1)
    one, two = train(LEARNED, config), train(LEARNED, config)
    assert one.backend.to_str() == two.backend.to_str()
    assert one.vocab_size == config.vocab_size


def test_saved_and_loaded_it_gives_the_same_ids(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path)
    loaded = Tokenizer.load(tmp_path)
    assert loaded.kind == tokenizer.kind
    assert loaded.special_ids == tokenizer.special_ids
    for text in TEXTS:
        assert loaded.encode(text) == tokenizer.encode(text)
        assert loaded.decode(loaded.encode(text).ids) == tokenizer.decode(tokenizer.encode(text).ids)


def test_encodings(tokenizer: Tokenizer) -> None:
    together = tokenizer.encode_batch(TEXTS)
    for text, encoding in zip(TEXTS, together, strict=True):
        assert encoding == tokenizer.encode(text)
        assert len(encoding.ids) == len(encoding.offsets) == len(encoding.word_ids)
        assert all(0 <= id < tokenizer.vocab_size for id in encoding.ids)
        assert all(0 <= start <= end <= len(text) for start, end in encoding.offsets)
        assert [start for start, _ in encoding.offsets] == sorted(start for start, _ in encoding.offsets)
        covered = {place for start, end in encoding.offsets for place in range(start, end)}
        seen = {
            place for place, char in enumerate(text) if not char.isspace() and not unicodedata.combining(char)
        }  # an accent that a normaliser composes is covered by its letter
        assert seen <= covered
        assert len(word_starts(text, encoding)) == len(encoding.ids)


def test_it_fits_one_family_of_models(tokenizer: Tokenizer) -> None:
    family = "encoder" if tokenizer.cls_id is not None else "decoder"
    frame = frame_of(tokenizer, family)
    assert frame.vocab_size == tokenizer.vocab_size
    assert not set(frame.ordinary.tolist()) & tokenizer.special_ids
    assert {frame.start, frame.end} <= tokenizer.special_ids
    assert tokenizer.pad_id is not None
