"""Decomposed text is read as its composed characters, and offsets are of the text as given."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from yanmo.tokenizers import TokenizerConfig, train
from yanmo.tokenizers.composed import as_given, composed

TEXT = "김민수는 서울에서 Männer und Züge, được が ぎ ≮ 3"


@given(st.text(st.sampled_from("aeo\u0301\u0323\u0308가각\u1100\u1161\u11a8か\u3099<\u0338 中ัน้")))
def test_composes_and_keeps_every_character(text: str) -> None:
    given_text, spans = composed(text)
    assert given_text == unicodedata.normalize("NFC", text)
    assert len(spans) == len(given_text)
    merged = list(dict.fromkeys(spans))
    assert "".join(text[start:end] for start, end in merged) == text
    assert as_given([(0, len(spans))] if spans else [], spans) == ([(0, len(text))] if text else [])


def test_wordpiece_reads_both_forms_alike() -> None:
    tokenizer = train(
        [unicodedata.normalize("NFD", TEXT)] * 5, TokenizerConfig(kind="wordpiece", vocab_size=70)
    )
    apart = unicodedata.normalize("NFD", TEXT)
    assert apart != TEXT
    (one, other), (ids, _) = tokenizer.encode_batch([TEXT, apart]), tokenizer.ids([apart, TEXT])
    assert one.ids == other.ids == ids
    for (start, end), (first, last) in zip(one.offsets, other.offsets, strict=True):
        assert unicodedata.normalize("NFC", apart[first:last]) == TEXT[start:end]
