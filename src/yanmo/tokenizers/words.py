"""Where words begin, for whole-word masking: the pre-split tells in English, a segmenter in Chinese."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from itertools import accumulate

from yanmo.tokenizers.scripts import HAN_RUN
from yanmo.tokenizers.tokenizer import Encoding, replace_surrogates

_INSIDE, _BEGINS, _NOT_HAN = 0, 1, 2


def word_starts(text: str, encoding: Encoding) -> list[bool]:
    """For each token of `encoding`, the encoding of `text`, whether a word begins with it.

    A Chinese word begins where the segmenter cuts the original text. Without the extra `zh` every Chinese
    character is a word. Every other word is a pre-split chunk (a run of letters and digits, one punctuation
    mark).
    """
    marks = _marks(text)
    starts: list[bool] = []
    last_word: int | None = None
    last_start, last_mark = -1, _NOT_HAN
    for (start, _), word in zip(encoding.offsets, encoding.word_ids, strict=True):
        mark = marks[start]
        if mark == _NOT_HAN:
            starts.append(word is None or word != last_word or last_mark != _NOT_HAN)
        else:
            starts.append(mark == _BEGINS and start != last_start)
        last_word, last_start, last_mark = word, start, mark
    return starts


def segmenter() -> str:
    """The maker of Chinese word starts, with its version: to be kept beside what was computed with it."""
    return "character" if _cutter() is None else f"rjieba-{version('rjieba')}"


def _marks(text: str) -> bytearray:
    """One mark per character, and one for the end."""
    marks = bytearray([_NOT_HAN]) * (len(text) + 1)
    runs = [match.span() for match in HAN_RUN.finditer(text)]
    cut = _cutter()
    for start, end in runs:
        marks[start:end] = bytes([_BEGINS if cut is None else _INSIDE]) * (end - start)
    if cut is None or not runs:
        return marks
    for position in accumulate(map(len, cut(replace_surrogates(text))), initial=0):
        if marks[position] == _INSIDE:
            marks[position] = _BEGINS
    return marks


@cache
def _cutter() -> Callable[[str], list[str]] | None:
    """rjieba's segmentation, where the extra `zh` is installed."""
    try:
        import rjieba
    except ImportError:
        return None
    cut: Callable[[str], list[str]] = rjieba.cut
    return cut
