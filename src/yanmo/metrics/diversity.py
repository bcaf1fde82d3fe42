"""What generated texts are like: how varied, and how much of them is copied."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"


def distinct(texts: Iterable[str], n: int) -> float:
    """The share of different n-grams among all n-grams of the texts, 0 to 1 (0 where there is none).

    n-grams of words, punctuation marks and single Chinese characters; none reaches over the end of a text.
    Paper: Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models".
    """
    grams = [gram for text in texts for gram in ngrams(text, n)]
    return len(set(grams)) / len(grams) if grams else 0.0


def copied(texts: Iterable[str], training: Iterable[str], n: int) -> float:
    """The share of the texts' n-grams that occur in the training texts, 0 to 1 (0 where there is none).

    Memory grows with `texts` alone. Paper: McCoy et al. 2023, "How Much Do Language Models Copy From Their Training
    Data? Evaluating Linguistic Novelty in Text Generation Using RAVEN".
    """
    grams = [gram for text in texts for gram in ngrams(text, n)]
    wanted = set(grams)
    found = {gram for text in training for gram in ngrams(text, n) if gram in wanted}
    return sum(gram in found for gram in grams) / len(grams) if grams else 0.0


def units(text: str) -> list[str]:
    """Words in lower case, punctuation marks (_ is one), single Chinese characters."""
    return _unit().findall(text.lower())


@cache
def _unit() -> re.Pattern[str]:
    """Marks (Thai vowels, Devanagari and Arabic signs, accents) are no letters to `re`, but they go on a word."""
    every = map(chr, range(sys.maxunicode + 1))
    marks = "".join(character for character in every if unicodedata.category(character)[0] == "M")
    return re.compile(rf"[{_HAN}]|[^\W_{_HAN}](?:[^\W_{_HAN}]|[{marks}])*|[^\w\s]|_")


def ngrams(text: str, n: int) -> Iterator[tuple[str, ...]]:
    """The runs of n units."""
    found: Sequence[str] = units(text)
    return zip(*(found[start:] for start in range(n)), strict=False)
