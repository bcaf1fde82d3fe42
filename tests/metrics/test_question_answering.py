"""Answers scored by hand, as SQuAD's and CMRC 2018's scripts score them."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.metrics.question_answering import (
    best_null_threshold,
    cmrc_scores,
    mixed_segments,
    squad_scores,
)


@pytest.mark.parametrize(
    ("answer", "gold", "exact", "f1"),
    [
        ("Denver Broncos", ["Denver Broncos"], 1, 1),
        ("the denver  broncos.", ["Denver Broncos"], 1, 1),  # case, article, white space, punctuation
        ("Broncos", ["Denver Broncos"], 0, 2 / 3),  # precision 1, recall 1/2
        ("Denver Broncos of 1970", ["Denver Broncos", "Broncos"], 0, 2 / 3),  # the better: p 2/4, r 2/2
        ("a cat and a dog", ["cat and dog"], 1, 1),
        ("dog cat dog", ["dog dog bird"], 0, 2 / 3),  # a bag: dog counts twice; p 2/3, r 2/3
        ("1,000", ["1000"], 1, 1),
        ("U.S.", ["US"], 1, 1),
        ("well-known", ["well known"], 0, 0),  # the hyphen goes, so one word is left
        ("theatre", ["the atre"], 0, 0),  # an article is a whole word
        ("Paris", ["London"], 0, 0),
        ("“Paris”", ["Paris"], 0, 0),  # only ASCII punctuation goes
        ("", ["Paris"], 0, 0),
        ("Paris", [], 0, 0),
        ("", [], 1, 1),
        ("", [""], 1, 1),
        ("the", [""], 1, 1),  # nothing is left of it
        ("Paris", ["the", "Paris"], 1, 1),
        ("", ["the"], 1, 1),  # a gold answer of articles alone is none
    ],
)
def test_squad(answer: str, gold: list[str], exact: float, f1: float) -> None:
    scores = squad_scores(answer, gold)
    assert (scores.exact, scores.f1) == (exact, pytest.approx(f1))


def test_squad_1_knows_no_unanswerable_question() -> None:
    """There an answer of articles alone is an exact match without a word in common."""
    assert squad_scores("The", ["the"], unanswerable=False).exact == 1
    assert squad_scores("The", ["the"], unanswerable=False).f1 == 0
    assert squad_scores("Broncos", ["Denver Broncos", "the"], unanswerable=False).f1 == pytest.approx(2 / 3)
    assert squad_scores("", ["Paris"], unanswerable=False).exact == 0


@pytest.mark.parametrize(
    ("answer", "gold", "exact", "f1"),
    [
        ("光荣和ω-force", ["光荣和ω-force"], 1, 1),
        ("《战国无双3》", ["战国无双3"], 1, 1),  # full-width punctuation goes
        ("１９６３年，", ["１９６３年"], 1, 1),
        ("越南罗马天主教枢机", ["天主教枢机"], 0, 2 * 5 / (9 + 5)),
        ("河内总教区", ["天主教河内总教区宗座署理"], 0, 2 * 5 / (5 + 12)),
        ("北京上海", ["上海北京"], 0, 0.5),  # the longest run, not a bag: two of four
        ("在北京大学", ["北京的大学"], 0, 2 * 2 / (5 + 5)),
        ("2009年2月", ["2009年"], 0, 2 * 2 / (4 + 2)),  # a number is one word
        ("Nexon公司", ["nexon"], 0, 0.5),  # case goes
        ("new york", ["New York Times"], 0, 0.8),
        ("5:30", ["530"], 1, 1),  # ":" goes, and joins what stands beside it
        ("很好……", ["很好"], 0, 0.8),  # "…" stays: the script lists it as two characters
        ("很好!", ["很好"], 0, 0.8),  # so does half-width "!"
        ("(很好)", ["很好"], 0, 2 * 2 / (4 + 2)),
        ("（很好）", ["很好"], 1, 1),
        (" 很好 ", ["很好"], 1, 1),
        ("你 好", ["你好"], 0, 1),  # white space counts in the exact match alone
        ("上海", ["北京", "上海市", "在上海"], 0, 0.8),
        ("上海", ["北京"], 0, 0),
        ("。", ["好"], 0, 0),
        ("", ["好"], 0, 0),
        ("", [], 1, 1),
        ("好", [], 0, 0),
    ],
)
def test_cmrc(answer: str, gold: list[str], exact: float, f1: float) -> None:
    scores = cmrc_scores(answer, gold)
    assert (scores.exact, scores.f1) == (exact, pytest.approx(f1))


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("用Python3写，很快", ["用", "python3", "写", "很", "快"]),
        ("He can't pay $3.50, sir.", ["he", "ca", "n't", "pay", "$", "3.50", ",", "sir", "."]),
        ("Tom's cat, 1,000 dogs", ["tom", "'s", "cat", ",", "1,000", "dogs"]),
        ("f.c. barcelona", ["f.c.", "barcelona"]),
        ("wait...", ["wait", "..."]),
        ('("Co.")是', ["(", "``", "co", ".", '"', ")", "是"]),
        ("３５％", ["３５％"]),
        ("", []),
        ("，。！", []),
    ],
)
def test_segments(text: str, segments: list[str]) -> None:
    assert mixed_segments(text) == segments


@given(
    st.text(alphabet="北京大学ab 1.,，。'", max_size=12), st.text(alphabet="北京大学ab 1.,，。'", max_size=12)
)
@settings(deadline=None)
def test_f1_is_symmetric_and_at_most_one(one: str, two: str) -> None:
    for scores in (squad_scores, cmrc_scores):
        if one.strip() and two.strip():
            there, back = scores(one, [two]), scores(two, [one])
            assert 0 <= there.f1 <= 1
            assert there.f1 == pytest.approx(back.f1)
            assert there.exact == back.exact


def test_the_threshold_with_the_best_f1() -> None:
    """Below 0 all answers are right; from there on questions have none."""
    margins, f1 = [-3.0, -2.0, -1.0, 0.5, 1.0], [1.0, 0.8, 1.0, 0.0, 0.0]
    threshold = best_null_threshold(margins, f1, [True, True, True, False, False])
    assert threshold == pytest.approx(-0.25)
    # one that has an answer lies beyond one that has none: not worth the loss of 1 for a gain of 0.5
    assert best_null_threshold([-1.0, 0.0, 1.0], [1.0, 0.0, 0.5], [True, False, True]) == pytest.approx(-0.5)
    assert (
        best_null_threshold([0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [True, False, True]) > 1
    )  # equal ones go together
    assert best_null_threshold([1.0, 2.0], [0.0, 0.0], [False, False]) < 1
    assert best_null_threshold([1.0, 2.0], [1.0, 1.0], [True, True]) > 2
    assert best_null_threshold([], [], []) == 0
    for low in (0.5, math.nextafter(0.5, 1)):  # no number between the two margins
        high = float(math.nextafter(low, 1))
        assert low <= best_null_threshold([low, high], [1.0, 1.0], [True, False]) < high


@given(
    st.lists(
        st.tuples(st.integers(-9, 9).map(float), st.floats(0, 1), st.booleans()), min_size=1, max_size=12
    )
)
@settings(deadline=None)
def test_no_threshold_is_better(rows: list[tuple[float, float, bool]]) -> None:
    margins, f1, answerable = (list(column) for column in zip(*rows, strict=True))

    def total(threshold: float) -> float:
        return sum(
            (score if has else 0.0) if margin <= threshold else float(not has) for margin, score, has in rows
        )

    chosen = best_null_threshold(margins, f1, answerable)
    assert total(chosen) >= max(total(margin) for margin in [min(margins) - 1, *margins]) - 1e-9
