import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yanmo.corpus.normalize import normalize

ANYTHING = st.text(st.characters())  # every code point, lone surrogates among them


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("a\x00b\x07c", "abc"),
        ("a\tb", "a\tb"),
        ("one\r\ntwo\rthree\x0bfour\u2028five\x85six", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("\ufeff你\u200b好\u2060", "你好"),
        ("\ufdd0a\ufffe\uffff\U0001fffe😀\U0001ffff\U0010fffe𠀀\U0010ffff", "a😀𠀀"),
        ("soft\u00adhyphen", "softhyphen"),
        ("left\u200e \u200fright\u061c", "left right"),
        ("a\u00a0b\u3000c", "a b c"),
        ("x\ud800y", "x\ufffdy"),
        ("\ud83d\ude00", "😀"),
        ("cafe\u0301", "café"),
        ("，（Ａ）", "，（Ａ）"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("a  \n\n\n\n b ", "a\n\n b"),
        ("\x00 \u200b", ""),
    ],
)
def test_each_documented_change(given: str, clean: str) -> None:
    assert normalize(given) == clean


@given(ANYTHING)
@example("\ud83d\x00\ude00")
@example("\U0003fffea")
@example("a\u3000\n\r\n\x0b\u0301")
def test_the_result_is_clean_and_stays_so(text: str) -> None:
    clean = normalize(text)
    assert normalize(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    clean.encode()  # no surrogate is left
    assert not any(unicodedata.category(char) == "Cc" and char not in "\t\n" for char in clean)
    assert not any(ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef" for char in clean)
    assert "\n\n\n" not in clean and " \n" not in clean


def test_long_runs_take_linear_time() -> None:
    started = time.process_time()
    for run in (" ", "\n", "\r", " \n", "\x00", "\u200b", "e\u0301"):
        normalize("a" + run * 500_000 + "b")
    assert time.process_time() - started < 5
