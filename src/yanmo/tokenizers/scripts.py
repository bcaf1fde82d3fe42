"""Which script a character belongs to, as far as Yanmo asks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Script = Literal["han", "latin", "digit", "punctuation", "other", "space"]
HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
HAN_RUN = re.compile(f"[{HAN}]+")
KANA = r"\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f"
THAI_TO_KHMER = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
SPACELESS = re.compile(
    f"[{HAN}{KANA}{THAI_TO_KHMER}]"
)  # a character of a script without spaces between words
_WIDE = rf"[{HAN}\u3000-\u303f\uff00-\uffef]"
_SPACE_BESIDE_WIDE = re.compile(rf"(?<={_WIDE}) | (?={_WIDE})")


@lru_cache(maxsize=1 << 16)
def script(character: str) -> Script:
    """The script of one character; symbols count as punctuation, `other` is every letter that is neither."""
    if HAN_RUN.match(character):
        return "han"
    if character.isspace():
        return "space"
    if character.isnumeric():
        return "digit"
    category = unicodedata.category(character)
    if category[0] in "PS":
        return "punctuation"
    return "latin" if category[0] == "L" and "LATIN" in unicodedata.name(character, "") else "other"


def join_chinese(text: str) -> str:
    """`text` without the spaces that WordPiece's decoding puts beside Chinese and full-width characters."""
    return _SPACE_BESIDE_WIDE.sub("", text)
