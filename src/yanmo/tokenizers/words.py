"""Where words begin, for whole-word masking: the pre-split tells in English, a segmenter in Chinese."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from yanmo.tokenizers.pieces import chunk_begins
from yanmo.tokenizers.scripts import HAN_RUN
from yanmo.tokenizers.tokenizer import Encoding, replace_surrogates

_INSIDE, _BEGINS, _NOT_HAN = 0, 1, 2


def word_starts(text: str, encoding: Encoding) -> list[bool]:
    """For each token of `encoding`, the encoding of `text`, whether a word begins with it.

    A Chinese word begins where the segmenter cuts the original text. Without the extra `zh` every Chinese
    character is a word. Every other word is a pre-split chunk (a run of letters and digits, one punctuation
    mark).
    """
    starts = np.array([start for start, _ in encoding.offsets], dtype=np.int64)
    chunks = np.array(chunk_begins(encoding), dtype=np.bool_)
    found: list[bool] = all_word_starts([text], starts, chunks).tolist()
    return found


def all_word_starts(
    texts: Sequence[str], starts: NDArray[np.int64], chunks: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """`word_starts` for the tokens of several texts, [tokens].

    starts, chunks: as in `pieces.Tokens`.
    """
    marks = np.concatenate([*map(_marks, texts), np.array([_NOT_HAN], dtype=np.uint8)])[starts]
    after_other = np.ones(len(marks), dtype=np.bool_)
    after_other[1:] = marks[:-1] == _NOT_HAN
    elsewhere = np.diff(starts, prepend=-1) != 0
    return np.where(marks == _NOT_HAN, chunks | ~after_other, (marks == _BEGINS) & elsewhere)


def segmenter() -> str:
    """The maker of Chinese word starts, with its version: to be kept beside what was computed with it."""
    return "character" if _cutter() is None else f"rjieba-{version('rjieba')}"


def _marks(text: str) -> NDArray[np.uint8]:
    """One mark per character."""
    marks = np.full(len(text), _NOT_HAN, dtype=np.uint8)
    if text.isascii():
        return marks
    cut = _cutter()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    han = _han_table()[codes]
    marks[han] = _BEGINS if cut is None else _INSIDE
    if cut is not None and han.any():
        words = cut(replace_surrogates(text))
        starts = np.cumsum(np.fromiter(map(len, words), dtype=np.int64, count=len(words)))[:-1]
        starts = np.concatenate([[0], starts])
        marks[starts[marks[starts] == _INSIDE]] = _BEGINS
    return marks


@cache
def _han_table() -> NDArray[np.bool_]:
    """Whether each code point is a Chinese character."""
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    table = np.zeros(sys.maxunicode + 1, dtype=np.bool_)
    for match in HAN_RUN.finditer(every):
        table[match.start() : match.end()] = True
    return table


@cache
def _cutter() -> Callable[[str], list[str]] | None:
    """rjieba's segmentation, where the extra `zh` is installed."""
    try:
        import rjieba
    except ImportError:
        return None
    cut: Callable[[str], list[str]] = rjieba.cut
    return cut
