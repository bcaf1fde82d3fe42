"""Reading by remembered pieces gives what the tokenizer gives for the whole text, token by token."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenizers import AddedToken
from tokenizers import Tokenizer as Backend
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train, word_starts
from yanmo.tokenizers import pieces as module
from yanmo.tokenizers.pieces import PieceReader, chunk_begins, piece_pattern
from yanmo.tokenizers.words import all_word_starts

from .conftest import SIZES, SMALL, corpus, trained

CONFIGS = {
    "wordpiece": TokenizerConfig(kind="wordpiece", vocab_size=SIZES["wordpiece"]),
    "wordpiece cased": TokenizerConfig(kind="wordpiece", vocab_size=SIZES["wordpiece"], lowercase=False),
    "byte_bpe": TokenizerConfig(kind="byte_bpe", vocab_size=SIZES["byte_bpe"]),
    "byte_bpe lower": TokenizerConfig(kind="byte_bpe", vocab_size=SMALL["byte_bpe"], lowercase=True),
    "byte_bpe 4": TokenizerConfig(kind="byte_bpe", vocab_size=SIZES["byte_bpe"], han_run=4),
    "unigram": TokenizerConfig(kind="unigram", vocab_size=SIZES["unigram"]),
}
TRAINED = {name: train(corpus(), config) for name, config in CONFIGS.items()}
READERS = {name: PieceReader(tokenizer) for name, tokenizer in TRAINED.items()}
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)
NEIGHBOURS = st.text(
    "aAzé'’sS tl 北京々〇龘，。“”（)(!?.-_ \n\r\t\u3000\u0301\u00a0\x1c\x8509५ſKß😀[MASK]<|>", max_size=60
)
LIKELY = st.lists(
    st.sampled_from(
        ["the", "The foxes", "don't", "we'LL", " ", "  ", "    ", "\n", "\n\n", "\n    ", "\t", "\r\n", "北京",
         "我喜欢", "，", "。", "：“", "”", "(", " (", "((", ")", "...", "…", "12", "3", "2024年", "café", "naïve",
         "e\u0301", "々", "a" * 70, "北" * 9, "二〇二三年", "5〇", "·", "〇1", "!" * 20, "'", "''s", "[MASK]",
         "<|endoftext|>", "##s", "\ud800", "x=1;", "--", "\u200b", "\u2028"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


def same(reader: PieceReader, tokenizer: Tokenizer, texts: list[str]) -> None:
    found = reader.read(texts)
    encodings = tokenizer.encode_batch(texts, read_special=False)
    offset, start = 0, 0
    words = all_word_starts(texts, found.starts, found.chunks)
    for text, encoding, end in zip(texts, encodings, found.ends.tolist(), strict=True):
        assert found.ids[start:end].tolist() == encoding.ids, text
        assert (found.starts[start:end] - offset).tolist() == [first for first, _ in encoding.offsets], text
        assert found.chunks[start:end].tolist() == chunk_begins(encoding), text
        assert words[start:end].tolist() == word_starts(text, encoding), text
        offset, start = offset + len(text), end
    assert start == len(found.ids)


@pytest.mark.parametrize("name", CONFIGS)
@given(texts=st.lists(st.one_of(ANYTHING, NEIGHBOURS, LIKELY), max_size=4))
@settings(max_examples=150, deadline=None)
def test_every_text_is_read_as_by_the_tokenizer(name: str, texts: list[str]) -> None:
    same(READERS[name], TRAINED[name], texts)


@pytest.mark.parametrize("name", [name for name in CONFIGS if name != "unigram"])
@given(text=st.one_of(ANYTHING, NEIGHBOURS, LIKELY))
@settings(max_examples=100, deadline=None)
def test_pieces_join_to_the_text(name: str, text: str) -> None:
    pattern = piece_pattern(TRAINED[name])
    assert pattern is not None
    assert "".join(pattern.findall(text)) == text


def test_common_text_falls_into_small_pieces() -> None:
    """Or nothing would be remembered."""
    text = 'He said: "Don\'t (ever) go, 42 times!"\n\n    x = 1\n“你好”，他说：2024年，我们都去《北京》吧……\n'
    for name in ("wordpiece", "byte_bpe"):
        pattern = piece_pattern(TRAINED[name])
        assert pattern is not None
        longest = max(pattern.findall(text), key=len)
        assert len(longest.strip()) <= 5, (name, longest)


def test_what_is_forgotten_is_learned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED_CHARACTERS", 20)
    tokenizer = TRAINED["wordpiece"]
    reader = PieceReader(tokenizer)
    for text in corpus(30):
        same(reader, tokenizer, [text, text])
        assert len(reader._numbers) < 60


def test_tokens_that_were_added_to_a_tokenizer_are_found() -> None:
    backend = Backend.from_str(trained("wordpiece").backend.to_str())
    backend.add_tokens([AddedToken("foxes jumped", single_word=False)])
    tokenizer = Tokenizer(backend)
    assert piece_pattern(tokenizer) is None
    same(PieceReader(tokenizer), tokenizer, ["the foxes jumped over 北京"])
    assert backend.token_to_id("foxes jumped") in PieceReader(tokenizer).read(["the foxes jumped"]).ids


def test_another_split_is_not_cut() -> None:
    """GPT-2's own pattern takes a Chinese clause as one chunk."""
    backend = Backend.from_str(trained("byte_bpe").backend.to_str())
    from tokenizers import pre_tokenizers

    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer = Tokenizer(backend)
    assert piece_pattern(tokenizer) is None
    same(PieceReader(tokenizer), tokenizer, ["我们喜欢学习 the foxes  jumped\n\n over"])


def test_nothing() -> None:
    found = READERS["wordpiece"].read(["", " ", ""])
    assert found.ends.tolist() == [0, 0, 0]
    assert found.ids.dtype == np.int32
    assert READERS["wordpiece"].read([]).ends.tolist() == []
