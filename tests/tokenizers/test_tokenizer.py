"""Encoding: offsets, surrogates, long strings, round trip; files: saved, foreign, broken."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.errors import InputError
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train

from .conftest import KINDS, SMALL, corpus, trained

MIXED = "The Café 2024 in 北京. 我喜欢 苹果。"
TRAINED = {kind: trained(kind) for kind in KINDS}
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)  # lone surrogates and controls too


def test_special_ids(tokenizer: Tokenizer) -> None:
    if tokenizer.kind == "byte_bpe":
        assert (tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id) == (0, 0, 1)
        assert tokenizer.unk_id is tokenizer.cls_id is tokenizer.mask_id is None
        assert tokenizer.special_ids == {0, 1}
    else:
        found = (tokenizer.pad_id, tokenizer.unk_id, tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id)
        assert found == (0, 1, 2, 3, 4)
        assert tokenizer.special_ids == {0, 1, 2, 3, 4}


def test_no_special_tokens_are_added_but_those_in_the_text_are_read(tokenizer: Tokenizer) -> None:
    assert not tokenizer.special_ids & set(tokenizer.encode(MIXED).ids)
    if tokenizer.mask_id is not None:
        assert tokenizer.encode("北京是[MASK]国").ids.count(tokenizer.mask_id) == 1
        assert tokenizer.mask_id not in tokenizer.encode("北京是[MASK]国", read_special=False).ids
    else:
        assert tokenizer.encode("a<|endoftext|>").ids[-1] == tokenizer.eos_id
        assert tokenizer.eos_id not in tokenizer.encode("a<|endoftext|>", read_special=False).ids


def test_offsets_name_the_original_characters() -> None:
    text = "ＣＡＦÉ  Dogs 北京\u200b, 😀naïve"
    for kind in KINDS:
        tokenizer = train(corpus(), TokenizerConfig(kind=kind, vocab_size=SMALL[kind], lowercase=True))
        encoding = tokenizer.encode(text)
        spans = [text[start:end] for start, end in encoding.offsets]
        assert "北" in "".join(spans) and all(spans)
        dogs = [text[start:end] for start, end in encoding.offsets if start >= 5 and end <= 10]
        assert "".join(dogs).strip() == "Dogs"


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_any_string_encodes_with_offsets_in_order(text: str) -> None:
    for tokenizer in TRAINED.values():
        encoding = tokenizer.encode(text)
        assert len(encoding.ids) == len(encoding.offsets) == len(encoding.word_ids)
        assert all(0 <= start <= end <= len(text) for start, end in encoding.offsets)
        starts = [start for start, _ in encoding.offsets]
        assert starts == sorted(starts)
        assert tokenizer.encode_batch([text, "a"])[0] == encoding


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_byte_bpe_loses_nothing(text: str) -> None:
    tokenizer = TRAINED["byte_bpe"]
    assert tokenizer.decode(tokenizer.encode(text, read_special=False).ids) == text


def test_a_lone_surrogate_is_read_as_the_replacement_character(tokenizer: Tokenizer) -> None:
    broken, replaced = "ab \ud800 北京", "ab \ufffd 北京"
    assert tokenizer.encode(broken) == tokenizer.encode(replaced)
    assert tokenizer.encode_batch(["x", broken])[1] == tokenizer.encode(replaced)


def test_decoding_gives_the_text_back(tokenizer: Tokenizer) -> None:
    for text in corpus(20, seed=7):
        decoded = tokenizer.decode(tokenizer.encode(text).ids)
        if tokenizer.kind == "byte_bpe":
            assert decoded == text
        assert decoded.replace(" ", "") == text.replace(" ", "")
    assert tokenizer.decode(tokenizer.encode("我喜欢苹果。").ids) == "我喜欢苹果。"


@pytest.mark.parametrize("unit", [".", "a", "我", " ", "😀", "1", "\u0301"])
def test_long_unbroken_strings_take_linear_time(tokenizer: Tokenizer, unit: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        tokenizer.encode(unit * length)
        return time.process_time() - started

    seconds(1000)
    assert min(seconds(80_000) for _ in range(2)) < 40 * max(0.005, min(seconds(8_000) for _ in range(3)))


def test_saved_and_loaded_is_the_same(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.encode("x", read_special=False)
    tokenizer.save(tmp_path, model_max_length=128)
    again = Tokenizer.load(tmp_path)
    for text in (MIXED, "[MASK]<|endoftext|>"):
        assert again.encode(text) == tokenizer.encode(text)
    assert (again.kind, again.special_ids, again.specials) == (
        tokenizer.kind,
        tokenizer.special_ids,
        tokenizer.specials,
    )
    assert (again.pad_id, again.eos_id) == (tokenizer.pad_id, tokenizer.eos_id)
    assert json.loads((tmp_path / "tokenizer_config.json").read_text())["model_max_length"] == 128


def test_an_old_bert_folder_is_read_with_its_rules(tmp_path: Path) -> None:
    small = train(corpus(), TokenizerConfig(vocab_size=150, lowercase=True))
    small.save(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        (tmp_path / name).unlink()
    bare = Tokenizer.load(tmp_path)  # BERT's own defaults: lower case
    assert bare.encode("The Café 北京").ids == small.encode("The Café 北京").ids
    assert (bare.cls_id, bare.mask_id) == (2, 4)
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    assert Tokenizer.load(tmp_path).encode("The").ids != small.encode("The").ids


def test_an_old_gpt2_folder_is_read(tmp_path: Path) -> None:
    TRAINED["byte_bpe"].backend.model.save(str(tmp_path))
    (tmp_path / "special_tokens_map.json").write_text('{"eos_token": {"content": "<|endoftext|>"}}')
    loaded = Tokenizer.load(tmp_path)
    assert loaded.kind == "byte_bpe" and loaded.eos_id == 0 == loaded.bos_id
    assert loaded.decode(loaded.encode(MIXED).ids) == MIXED
    assert loaded.encode(" the foxes").offsets[0][0] == 1  # GPT-2's own offsets begin with the space


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tokenizer.json", "{"),
        ("vocab.txt", "only\nwords\n"),
        ("tokenizer_config.json", "[]"),
        ("tokenizer_config.json", "{"),
        ("readme", ""),
    ],
)
def test_a_broken_folder_is_named(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError) as caught:
        Tokenizer.load(tmp_path)
    assert str(tmp_path) in str(caught.value) and str(caught.value).count("\n") == 2
