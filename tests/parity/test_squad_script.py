"""Exact match and F1 equal those of SQuAD's two evaluation scripts, written down here once more as they are described.

A text is compared in lower case, without ASCII punctuation, then without articles, its white space as one blank. F1
is that of the bags of words. The best of the right answers counts. Version 2 drops right answers that nothing is left
of, takes "" where none is left, and gives none against none 1.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from yanmo.metrics.question_answering import squad_scores

WORDS = (
    "the",
    "The",
    "a",
    "an",
    "A",
    "cat",
    "Cat's",
    "dog",
    "well-known",
    "theatre",
    "U.S.",
    "1,000",
    "…",
    "...",
    "“",
)
BLANKS = (" ", "  ", "\t", "\n", "\u00a0", "\u3000", "", "-")
OTHERS = (
    "café",
    "cafe\u0301",
    "ÉTÉ",
    "Straße",
    "İ",
    "北京",
    "，",
    "the北京",
    "a\u0301",
    "An\u2019",
    "١",
    "😀",
)


@st.composite
def answers(draw: st.DrawFn) -> str:
    words = draw(st.lists(st.sampled_from(WORDS + OTHERS) | st.text(max_size=3), max_size=5))
    return "".join(part for word in words for part in (word, draw(st.sampled_from(BLANKS))))


def words_of(text: str) -> list[str]:
    kept = "".join(sign for sign in text.lower() if sign not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", kept, flags=re.UNICODE).split()


def exact(found: str, right: str) -> float:
    return float(" ".join(words_of(found)) == " ".join(words_of(right)))


def f1_of_version_1(found: str, right: str) -> float:
    words, wanted = words_of(found), words_of(right)
    common = sum(min(words.count(word), wanted.count(word)) for word in set(words))
    if not common:
        return 0.0
    precision, recall = common / len(words), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def f1_of_version_2(found: str, right: str) -> float:
    if not words_of(found) or not words_of(right):
        return float(words_of(found) == words_of(right))
    return f1_of_version_1(found, right)


def best(score: Callable[[str, str], float], found: str, gold: list[str]) -> float:
    return max(score(found, right) for right in gold)


@given(answers(), st.lists(answers(), min_size=1, max_size=3))
@example("the", ["a"])
@settings(deadline=None)
def test_version_1(found: str, gold: list[str]) -> None:
    ours = squad_scores(found, gold, unanswerable=False)
    assert ours.exact == best(exact, found, gold)
    assert abs(ours.f1 - best(f1_of_version_1, found, gold)) < 1e-12


@given(answers(), st.lists(answers(), max_size=3))
@example("", [])
@example("the", ["", "cat"])
@example("cat", ["the"])
@settings(deadline=None)
def test_version_2(found: str, gold: list[str]) -> None:
    kept = [right for right in gold if words_of(right)] or [""]
    ours = squad_scores(found, gold)
    assert ours.exact == best(exact, found, kept)
    assert abs(ours.f1 - best(f1_of_version_2, found, kept)) < 1e-12
