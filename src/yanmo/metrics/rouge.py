"""ROUGE-L: how much of a text stands in a reference, in its order."""

from __future__ import annotations

from collections.abc import Sequence

from yanmo.metrics.diversity import units


def rouge_l(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> list[float]:
    """The F1 of the longest common subsequence of each text and that one of its references which gives the most, 0 to
    1; their mean is the score of all.

    Over words in lower case and single Chinese characters; punctuation marks, `_` among them, do not count,
    and no word is stemmed.
    Paper: Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries".
    """
    return [
        max(_f1(_words(one), _words(reference)) for reference in each)
        for one, each in zip(hypotheses, references, strict=True)
    ]


def _words(text: str) -> list[str]:
    return [unit for unit in units(text) if unit[0].isalnum()]


def _f1(one: Sequence[str], other: Sequence[str]) -> float:
    common = _longest_common(one, other)
    return 2 * common / (len(one) + len(other)) if common else 0.0


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """The length of the longest common subsequence.

    A bit stands for a word of `one`, and all of them move on at once.
    Paper: Hyyro 2004, "Bit-parallel LCS-length computation revisited".
    """
    places: dict[str, int] = {}
    for place, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << place
    every = open_places = (1 << len(one)) - 1
    for word in other:
        met = open_places & places.get(word, 0)
        open_places = (open_places + met | open_places - met) & every
    return len(one) - open_places.bit_count()
