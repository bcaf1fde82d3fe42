"""Exact match and F1 of answers, as SQuAD's script computes them for English and CMRC 2018's for Chinese.

Each function scores one answer against all gold ones and takes the best of them; "" is "there is no answer".
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
# CMRC's list. It names "……" as one sign of two characters, which no single character equals: … stays in.
_CHINESE_PUNCTUATION = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")
_CHINESE = re.compile("[\u4e00-\u9fa5]")
_ALONE = r"\[\](){}<>;@#$%&?!*\"“”‘’«»‒–—―"
_CLITIC = r"(?:n't|'(?:s|m|d|ll|re|ve)?)(?!\w)"
_OPENING = re.compile(r"(?:^|(?<=[ (\[{<]))\"")
_FINAL_PERIOD = re.compile(r"(?<![.])\.(?=[\])}>\"'»”’ ]*$)")
# Words in the manner of the Penn Treebank, which CMRC's script takes for what is not Chinese.
_WORD = re.compile(
    rf"\.{{2,}}|--|[{_ALONE}]|[,:](?!\d)|{_CLITIC}|(?:(?!\.\.|--|{_CLITIC})(?:[^\s,:{_ALONE}]|[,:](?=\d)))+"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerScores:
    """Of one question. exact: 0 or 1. f1: 0 to 1."""

    exact: float
    f1: float


def squad_scores(answer: str, gold: Sequence[str], *, unanswerable: bool = True) -> AnswerScores:
    """Words without case, punctuation and articles: equal ones, and F1 over the bag of them.

    gold: all right answers; none, or only "", where the text does not answer the question.
    unanswerable: version 2 of the script, for sets with such questions: an answer of articles and punctuation
    alone counts as none, and none against none scores 1. Version 1 gives it an F1 of 0.
    Papers: Rajpurkar et al. 2016, "SQuAD: 100,000+ Questions for Machine Comprehension of Text"; Rajpurkar et al.
    2018, "Know What You Don't Know".
    """
    found = _squad_words(answer)
    right = [_squad_words(one) for one in gold]
    if unanswerable:
        right = [one for one in right if one] or [[]]
    return AnswerScores(
        exact=max((float(found == one) for one in right), default=0.0),
        f1=max((_bag_f1(found, one, both_empty=float(unanswerable)) for one in right), default=0.0),
    )


def cmrc_scores(answer: str, gold: Sequence[str]) -> AnswerScores:
    """Chinese characters and other words without punctuation: equal ones, and F1 of the longest run in common.

    CMRC 2018 has no unanswerable questions; for those, as in SQuAD, only "" is right.
    Paper: Cui et al. 2019, "A Span-Extraction Dataset for Chinese Machine Reading Comprehension".
    """
    gold = [one for one in gold if one]
    if not gold:
        return AnswerScores(exact=float(answer == ""), f1=float(answer == ""))
    plain = _without_punctuation(answer)
    segments = mixed_segments(answer)
    return AnswerScores(
        exact=float(any(plain == _without_punctuation(one) for one in gold)),
        f1=max(_run_f1(segments, mixed_segments(one)) for one in set(gold)),
    )


def mixed_segments(text: str) -> list[str]:
    """Lower-case segments without punctuation: each Chinese character, and each word of what stands between."""
    segments: list[str] = []
    between = ""
    for character in text.lower().strip():
        if character in _CHINESE_PUNCTUATION:
            continue  # CMRC's script joins what stands on both sides of it
        if _CHINESE.match(character):
            segments += [*_treebank_words(between), character]
            between = ""
        else:
            between += character
    return segments + _treebank_words(between)


def best_null_threshold(margins: Sequence[float], f1: Sequence[float], answerable: Sequence[bool]) -> float:
    """The threshold with the best F1: a question whose margin is above it is left without an answer.

    margins: how much likelier "no answer" is than the best answer. f1: what that answer scores.
    Between two margins the threshold stands in their middle; of equally good ones the lowest counts.
    As SQuAD 2.0's script finds it.
    """
    if not margins:
        return 0.0
    order = sorted(range(len(margins)), key=lambda number: margins[number])
    gained = best = 0.0  # against leaving all without an answer
    threshold = margins[order[0]] - 1.0
    for place, number in enumerate(order):
        gained += f1[number] if answerable[number] else -1.0
        last = place + 1 == len(order)
        after = margins[number] + 2.0 if last else margins[order[place + 1]]
        if gained > best and after > margins[number]:
            middle = (margins[number] + after) / 2
            best, threshold = gained, middle if middle < after else margins[number]
    return threshold


def _squad_words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split()


def _bag_f1(found: list[str], right: list[str], *, both_empty: float) -> float:
    if not found or not right:
        return both_empty if found == right else 0.0
    return _f1((Counter(found) & Counter(right)).total(), len(found), len(right))


def _run_f1(found: list[str], right: list[str]) -> float:
    matcher = SequenceMatcher(None, found, right, autojunk=False)
    return _f1(matcher.find_longest_match().size, len(found), len(right))


def _f1(common: int, found: int, right: int) -> float:
    return 2 * common / (found + right) if common else 0.0


def _without_punctuation(text: str) -> str:
    return "".join(character for character in text.lower().strip() if character not in _CHINESE_PUNCTUATION)


def _treebank_words(text: str) -> list[str]:
    """Words and signs; an opening quotation mark is ``, as there, and the period of a sentence stands alone."""
    text = _OPENING.sub(" `` ", text.strip())
    final = _FINAL_PERIOD.search(text)
    parts = [text] if final is None else [text[: final.start()], ".", text[final.end() :]]
    return [word for part in parts for word in ([part] if part == "." else _WORD.findall(part))]
