"""The report's figures, on texts where they are known."""

from __future__ import annotations

import json

import pytest

from yanmo.tokenizers import Tokenizer, report

from .conftest import corpus


def test_its_own_corpus_is_covered_and_comes_back(tokenizer: Tokenizer) -> None:
    texts = corpus(50)
    found = report(tokenizer, texts)
    assert found.texts == 50 and found.coverage == 1 and found.unknown_rate == 0
    assert found.round_trip == 1 and found.lost_texts == ()
    assert found.tokens == sum(len(encoding.ids) for encoding in tokenizer.encode_batch(texts))
    assert 0 < found.vocabulary_used <= 1
    scripts = {use.script: use for use in found.scripts}
    assert {"han", "latin", "digit", "punctuation"} <= scripts.keys()
    assert scripts["latin"].words == 50 * 12 - sum(text.count("2024") for text in texts)
    assert scripts["han"].characters_per_token >= 1 / 3 and scripts["latin"].tokens_per_word >= 1
    assert sum(use.tokens for use in found.scripts) == found.tokens
    assert all("\ufffd" not in piece and "Ġ" not in piece for piece in found.longest_pieces)
    assert all(
        "".join(word.pieces).strip() == word.word.strip() or "·" in word.pieces for word in found.cut_words
    )


def test_what_is_unknown_is_counted_and_shown(tokenizer: Tokenizer) -> None:
    found = report(tokenizer, ["the 龘", "the dogs"])
    if tokenizer.kind == "byte_bpe":
        assert found.coverage == 1 and found.round_trip == 1
        return
    assert found.coverage == pytest.approx(1 - 1 / 11)
    assert found.unknown_rate == pytest.approx(1 / found.tokens)
    assert found.round_trip == 0.5 and found.lost_texts[0].given == "the 龘"


def test_it_is_one_json_object_and_takes_no_text(tokenizer: Tokenizer) -> None:
    empty = json.loads(report(tokenizer, []).to_json())
    assert empty["texts"] == 0 and empty["kind"] == tokenizer.kind
    assert json.loads(report(tokenizer, ["", "北京 \ud800"]).to_json())["texts"] == 2


def test_a_lost_text_is_shown_as_it_was_around_the_first_difference(tokenizer: Tokenizer) -> None:
    if tokenizer.kind == "byte_bpe":
        return
    family = "👨\u200d👩\u200d👧"
    (short,) = report(tokenizer, [f"the {family} 龘"]).lost_texts
    assert short.given == f"the {family} 龘"
    long = "the dogs " * 20
    (found,) = report(tokenizer, [f"{long}龘 {long}"]).lost_texts
    assert found.given == f"… the dogs 龘 {long}"[:41] + "…"
    assert found.returned.startswith("…") and found.returned.endswith("…")
