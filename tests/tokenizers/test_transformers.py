"""The saved folder in `transformers`: the same ids, special tokens included."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from yanmo.tokenizers import Tokenizer, TokenizerConfig, train

from .conftest import KINDS, SMALL, corpus

transformers = pytest.importorskip("transformers")

TEXTS = [
    *corpus(20, seed=3),
    "",
    "  two  spaces\n\nnew line\ttab　wide",
    '"quoted" don\'t — … “引号”《书名》',
    "𠮷龘 😀👍🏽 é e\u0301 \u200b[MASK] <|endoftext|> [SEP]",
]


def same(tokenizer: Tokenizer, folder: Path, name: str) -> None:
    other = getattr(transformers, name).from_pretrained(folder)
    assert other.model_max_length == 128 and len(other) == tokenizer.vocab_size
    roles = ("pad", "unk", "cls", "sep", "mask", "bos", "eos")
    for role in roles:
        assert getattr(other, f"{role}_token_id") == getattr(tokenizer, f"{role}_id"), role
    for text in TEXTS:
        if tokenizer.kind == "wordpiece":  # there nothing composes what was given decomposed
            text = unicodedata.normalize("NFC", text)
        ids = tokenizer.encode(text).ids
        whole = ids if tokenizer.cls_id is None else [tokenizer.cls_id, *ids, tokenizer.sep_id]
        assert other(text, add_special_tokens=False)["input_ids"] == ids
        assert other(text)["input_ids"] == whole
    assert ("token_type_ids" in other("a")) == (tokenizer.cls_id is not None)


@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("model_type", [None, "bert", "gpt2"])
def test_auto_tokenizer(kind: str, lowercase: bool, model_type: str | None, tmp_path: Path) -> None:
    tokenizer = train(corpus(), TokenizerConfig(kind=kind, vocab_size=SMALL[kind], lowercase=lowercase))
    tokenizer.save(tmp_path, model_max_length=128)
    if model_type is not None:
        ids = {"bos_token_id": 0, "eos_token_id": 0} if model_type == "gpt2" else {}
        (tmp_path / "config.json").write_text(
            json.dumps({"model_type": model_type, "vocab_size": 400, **ids})
        )
    same(tokenizer, tmp_path, "AutoTokenizer")


def test_named_classes(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path, model_max_length=128)
    same(tokenizer, tmp_path, "PreTrainedTokenizerFast")
    if tokenizer.kind == "wordpiece":
        same(tokenizer, tmp_path, "BertTokenizerFast")


def test_pairs_and_token_types(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path, model_max_length=128, token_types=False)
    assert "token_type_ids" not in transformers.AutoTokenizer.from_pretrained(tmp_path)("a")
    if tokenizer.cls_id is None:
        return
    tokenizer.save(tmp_path, model_max_length=128)
    pair = transformers.AutoTokenizer.from_pretrained(tmp_path)("the", "dogs")
    first, second = tokenizer.encode("the").ids, tokenizer.encode("dogs").ids
    assert pair["input_ids"] == [2, *first, 3, *second, 3]
    assert pair["token_type_ids"] == [0] * (len(first) + 2) + [1] * (len(second) + 1)


@pytest.mark.parametrize("lowercase", [False, True])
def test_what_transformers_saves_loads_here(lowercase: bool, tmp_path: Path) -> None:
    trained = train(corpus(), TokenizerConfig(vocab_size=150, lowercase=lowercase))
    trained.save(tmp_path / "ours")
    bert = transformers.BertTokenizerFast(
        vocab=trained.backend.get_vocab(), do_lower_case=lowercase, clean_up_tokenization_spaces=False
    )
    bert.save_pretrained(tmp_path / "theirs")
    loaded = Tokenizer.load(tmp_path / "theirs")
    for text in TEXTS:
        assert loaded.encode(text) == trained.encode(text)
    assert loaded.special_ids == trained.special_ids


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", KINDS)
