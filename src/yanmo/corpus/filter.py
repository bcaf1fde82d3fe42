"""Which documents are kept: length, script, repetition. Each function is pure and looks at one text."""

from __future__ import annotations

from collections import Counter
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Script: TypeAlias = Literal["any", "zh", "en"]
SCRIPTS = ("han", "latin", "other_letters", "digits", "space", "punctuation")
WINDOW = 16  # characters that must recur to count as repeated
LONGEST_LOOKED_AT = 100_000  # characters; a longer text repeats itself naturally
_ODD = np.uint64(0x9E3779B97F4A7C15)


def code_points(text: str) -> NDArray[np.uint32]:
    """The characters of `text` as numbers [characters]."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def count_scripts(text: str) -> Counter[str]:
    """Characters of each of `SCRIPTS`; they add up to len(text)."""
    codes = code_points(text)
    lower = codes | 32

    def between(first: int, last: int) -> int:
        return int(np.count_nonzero((codes >= first) & (codes <= last)))

    latin = int(np.count_nonzero((lower >= 97) & (lower <= 122)))
    digits = between(48, 57)
    space = between(9, 13) + between(32, 32)
    if text.isascii():
        han = other = 0
    else:
        latin += between(0xC0, 0x24F)
        han = (
            between(0x3400, 0x4DBF)
            + between(0x4E00, 0x9FFF)
            + between(0x20000, 0x323AF)
            + between(0xF900, 0xFAFF)
        )
        han += between(0x3007, 0x3007)
        other = (
            between(0x250, 0x1FFF)
            + between(0x2C00, 0x2DFF)
            + between(0x3041, 0x33FF)
            + between(0xA000, 0xD7FF)
        )
        space += between(0xA0, 0xA0) + between(0x3000, 0x3000)
    counts = (han, latin, other, digits, space)
    return Counter(dict(zip(SCRIPTS, (*counts, len(text) - sum(counts)), strict=True)))


def script_of(text: str) -> Literal["zh", "en", "other"]:
    """The script of more than half of the letters, a Chinese character counting as one."""
    counts = count_scripts(text)
    letters = counts["han"] + counts["latin"] + counts["other_letters"]
    if 2 * counts["han"] > letters:
        return "zh"
    return "en" if 2 * counts["latin"] > letters else "other"


def repetition(text: str) -> float:
    """The share of 16-character windows (shorter ones in short texts) that occur again, from 0 to 1.

    Prose lies under 0.1; "哈哈哈哈哈哈" and pages of one repeated line come near 1.
    """
    codes = code_points(text[:LONGEST_LOOKED_AT]).astype(np.uint64)
    width = min(WINDOW, max(1, len(codes) // 4))
    windows = rolling_hash(codes, width)
    if len(windows) < 2:
        return 0.0
    return 1.0 - len(np.unique(windows)) / len(windows)


def rolling_hash(values: NDArray[np.uint64], width: int) -> NDArray[np.uint64]:
    """A polynomial hash, modulo 2**64, of each run of `width` values: [n] -> [n - width + 1]."""
    hashed = np.zeros(max(0, len(values) - width + 1), dtype=np.uint64)
    for offset in range(width):
        hashed = hashed * _ODD + values[offset : offset + len(hashed)]
    return hashed
