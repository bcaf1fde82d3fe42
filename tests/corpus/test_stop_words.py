import sys

import pytest

from yanmo.corpus.stop_words import drop_stop_words
from yanmo.errors import MissingExtra


def test_english() -> None:
    assert drop_stop_words("The cat is on the mat, and it's happy.") == "cat mat, it's happy."
    assert drop_stop_words("theory island Don't") == "theory island Don't"


def test_chinese_neighbours_never_join() -> None:
    pytest.importorskip("rjieba")
    assert drop_stop_words("我的老师在学校教书。") == "老师 学校教书。"


def test_chinese_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    assert drop_stop_words("the end") == "end"
    with pytest.raises(MissingExtra, match=r"yanmo\[zh\]"):
        drop_stop_words("我的老师")
