"""Word starts: the segmenter's in Chinese, the pre-split's elsewhere."""

from __future__ import annotations

import sys

import pytest

from yanmo.tokenizers import Tokenizer, segmenter, word_starts
from yanmo.tokenizers.words import _cutter


def begun(tokenizer: Tokenizer, text: str) -> list[str]:
    """The text from each word start to the next."""
    encoding = tokenizer.encode(text)
    starts = [
        offset[0]
        for offset, is_start in zip(encoding.offsets, word_starts(text, encoding), strict=True)
        if is_start
    ]
    return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def test_english_words_are_whole(tokenizer: Tokenizer) -> None:
    assert begun(tokenizer, "The quickest naïve visitors") == ["The", "quickest", "naïve", "visitors"]


def test_chinese_words_are_those_of_the_segmenter(tokenizer: Tokenizer) -> None:
    rjieba = pytest.importorskip("rjieba")
    assert segmenter().startswith("rjieba-")
    text = "因为下雨，所以他们没有去公园。"
    words = begun(tokenizer, text)
    if (
        tokenizer.kind == "wordpiece"
    ):  # one token per character: every word of the segmenter begins with a token
        assert words == rjieba.cut(text)
    boundaries = {sum(map(len, rjieba.cut(text)[:count])) for count in range(20)}
    assert {sum(map(len, words[:count])) for count in range(len(words))} <= boundaries


def test_a_character_of_several_byte_tokens_starts_one_word(tokenizer: Tokenizer) -> None:
    assert begun(tokenizer, "龘 a 😀") == ["龘", "a", "😀"]


def test_scripts_part_words_even_in_one_chunk(tokenizer: Tokenizer) -> None:
    assert begun(tokenizer, "foxes学习dogs") == ["foxes", "学习", "dogs"]


def test_without_a_segmenter_every_chinese_character_is_a_word(
    tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    _cutter.cache_clear()
    try:
        assert segmenter() == "character"
        encoding = tokenizer.encode("喜欢学习")
        starts = [
            offset[0]
            for offset, one in zip(encoding.offsets, word_starts("喜欢学习", encoding), strict=True)
            if one
        ]
        assert starts == sorted({start for start, _ in encoding.offsets})
    finally:
        _cutter.cache_clear()


def test_empty_text_and_surrogates(tokenizer: Tokenizer) -> None:
    assert word_starts("", tokenizer.encode("")) == []
    broken = "北京\ud800 dogs"
    assert len(word_starts(broken, tokenizer.encode(broken))) == len(tokenizer.encode(broken).ids)
