"""Search: terms of both languages, and BM25 by hand."""

import math

import pytest

from yanmo.corpus.search import Index, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Cat's hat", ["the", "cat", "s", "hat"]),
        ("今天下雨", ["今天", "天下", "下雨"]),
        ("我 think 研墨2很好！", ["我", "think", "研墨", "2", "很好"]),
        ("ＡＢＣ　ﬁne", ["abc", "fine"]),
        ("", []),
        ("!?…", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert list(terms(text)) == expected


def test_scores_by_hand() -> None:
    """Three texts of 2, 4 and 3 words; "red" stands in two of them, twice in the second."""
    index = Index(["red house", "red red green stone", "a blue river"])
    weight = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    first = weight * 1 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3))
    second = weight * 2 / (2 + 1.2 * (0.25 + 0.75 * 4 / 3))
    found = index.best("Red? Red!", 5)
    assert [place for place, _ in found] == [1, 0]
    assert [score for _, score in found] == pytest.approx([second, first])
    assert index.best("red", 1) == found[:1]
    rare = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    ((place, score),) = index.best("river", 5)
    assert place == 2
    assert score == pytest.approx(rare / (1 + 1.2 * (0.25 + 0.75 * 3 / 3)))


def test_equal_scores_keep_their_order() -> None:
    assert [place for place, _ in Index(["red fox", "red cat", "dog", "red ant"]).best("red", 9)] == [0, 1, 3]


@pytest.mark.parametrize("texts", [[], ["", "!"], ["something else"]])
def test_nothing_in_common(texts: list[str]) -> None:
    assert Index(texts).best("今天", 3) == []


def test_chinese() -> None:
    index = Index(["小明昨天去了北京。", "小红喜欢喝绿茶。", "北方的天气很冷。"])
    assert index.best("谁喜欢绿茶？", 1)[0][0] == 1
    assert [place for place, _ in index.best("北京", 3)] == [0]
