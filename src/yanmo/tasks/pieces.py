"""Pieces of a text of which none holds more than one unit, so that a label may begin at any of them.

A unit is a word; of a script without spaces between words each character: Chinese, kana, Thai, Lao, Khmer, Burmese;
of Korean, whose words end with particles, each piece of a word.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from yanmo.tasks.task import Encoder
from yanmo.tokenizers import Encoding
from yanmo.tokenizers.scripts import SPACELESS

_HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7a3]")
# Marks of writing direction, the zero-width space, the byte order mark: beside a word, never part of it. Byte-level
# pieces begin with them as with a space.
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def encode_units(text: str, encoder: Encoder) -> Encoding:
    """The pieces of a text, but where one holds several units those of each: an entity may begin at any of them."""
    whole = encoder.encode(text)
    result = Encoding([], [], [])
    place = 0
    while place < len(whole.ids):
        start, end = whole.offsets[place]
        last = place + 1
        while last < len(whole.ids) and whole.offsets[last][0] < end:  # the rest of a character
            end = max(end, whole.offsets[last][1])
            last += 1
        edges = _edges(text, start, end)
        if len(edges) <= 2:
            result.ids.extend(whole.ids[place:last])
            result.offsets.extend(whole.offsets[place:last])
            result.word_ids.extend(whole.word_ids[place:last])
        for first, stop in pairwise(edges if len(edges) > 2 else ()):
            part = encoder.encode(text[first:stop])
            result.ids.extend(part.ids)
            result.offsets.extend((begin + first, finish + first) for begin, finish in part.offsets)
            result.word_ids.extend([whole.word_ids[place]] * len(part.ids))
        place = last
    return result


def _edges(text: str, start: int, end: int) -> list[int]:
    """The places in [start, end] where a unit may begin or end, white space counted to what follows."""
    inner = (
        place
        for place in range(start + 1, end)
        if not text[place - 1].isspace() and not are_joined(text[place - 1], text[place])
    )
    return [start, *inner, end]


def are_joined(before: str, after: str) -> bool:
    """Whether two neighbouring characters are of one unit: letters of a word, or a mark on the character before it."""
    if unicodedata.category(after)[0] == "M":
        return not before.isspace()
    return _is_letter(before) and _is_letter(after)


def are_one_unit(before: str, after: str) -> bool:
    """Whether two pieces of a word are of one unit, by the characters where they meet."""
    return are_joined(before, after) and not _HANGUL.match(after)


def with_marks(text: str, end: int) -> int:
    """The end of a span that ends at `end`, with the marks that follow: a normaliser composes or drops them.

    Accents, vowel signs of Thai and Devanagari, variation selectors.
    """
    while end < len(text) and unicodedata.category(text[end])[0] == "M":
        end += 1
    return end


def _is_letter(character: str) -> bool:
    """Whether it forms words with its neighbours: no character of a script without spaces, punctuation or symbol."""
    if SPACELESS.match(character) or _INVISIBLE.match(character):
        return False
    return unicodedata.category(character)[0] not in "PS"
