import sys

import pytest

from yanmo.corpus.stop_words import drop_stop_words
from yanmo.errors import MissingExtra


def test_english() -> None:
    assert drop_stop_words("The cat is on the mat, and it was happy.") == "cat mat, happy."
    assert drop_stop_words("theory island") == "theory island"


@pytest.mark.parametrize("mark", ["'", "’"])
def test_english_contractions(mark: str) -> None:
    contracted = "don't it's Can't WON'T they'd've I'm she'll mustn't what's we're"
    assert drop_stop_words(contracted.replace("'", mark)) == ""
    others = "boy's o'clock rock'n'roll Tom'll n't"
    assert drop_stop_words(others.replace("'", mark)) == others.replace("'", mark)


def test_chinese_neighbours_never_join() -> None:
    pytest.importorskip("rjieba")
    assert drop_stop_words("我的老师在学校教书。") == "老师 学校教书。"
    assert drop_stop_words("上海the北京") == "上海 北京"


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("這是一個很好的問題，我們應該說什麼呢？", "好 問題， 應該說 ？"),
        ("因為他們沒有來，所以這裡只有我。", "來， 。"),
        ("這裏是哪裡？為什麼還是與你無關？", "？ 無關？"),
    ],
)
def test_traditional_chinese(text: str, content: str) -> None:
    pytest.importorskip("rjieba")
    assert drop_stop_words(text) == content


def test_chinese_words_that_hold_nothing_but_stop_words() -> None:
    pytest.importorskip("rjieba")
    assert drop_stop_words("这是一个很好的问题") == "好 问题"
    assert drop_stop_words("他就是好人，都是因为你。") == "好人， 。"
    assert drop_stop_words("自由、才能、本能，是非") == "自由、才能、本能，是非"


def test_chinese_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    assert drop_stop_words("the end") == "end"
    with pytest.raises(MissingExtra, match="extra “zh”"):
        drop_stop_words("我的老师")
