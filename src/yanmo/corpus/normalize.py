"""The one way in which a text is made clean. Labelled records never pass here: their offsets must hold.

| found | becomes |
|---|---|
| lone surrogate | U+FFFD; two that form a pair become their character |
| CR LF, CR, vertical tab, form feed, NEL, U+2028, U+2029 | line feed |
| NUL and every other control character but tab and line feed; noncharacters | nothing |
| zero-width space, word joiner, byte order mark, soft hyphen, marks of writing direction | nothing |
| no-break space, ideographic space, typographic spaces | space |
| spaces at the end of a line, and space around the text | nothing |
| more than one blank line | one blank line |
| what is left | Unicode NFC |

The zero-width joiners U+200C and U+200D stay: emoji and some scripts change without them. NFC and not NFKC:
the latter would turn full-width Chinese punctuation into ASCII.
"""

from __future__ import annotations

import re
import unicodedata

_SURROGATE = re.compile("[\ud800-\udfff]")
_NEWLINE = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)
)
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    f"\ufff9-\ufffb{_NONCHARACTERS}]+"
)
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_END = re.compile("(?<![ \t])[ \t]+\n")  # the look-behind keeps long runs of spaces linear
_BLANK_LINES = re.compile("\n{3,}")
_ASCII_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_UNCLEAN = re.compile(  # also whatever lies beyond the first plane: its 32 places would slow this search five times
    "[\x00-\x08\x0b-\x1f\x7f-\u00a0\u00ad\u061c\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U00010000-\U0010ffff]"
)


def normalize(text: str) -> str:
    """The clean form of `text`: a pure function, and doing it twice changes nothing more."""
    if (_ASCII_CONTROL if text.isascii() else _UNCLEAN).search(text):
        if _SURROGATE.search(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = _NEWLINE.sub("\n", text)
        text = _REMOVED.sub("", text)
        text = _SPACE.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)  # returns at once where it already is
    if " \n" in text or "\t\n" in text:
        text = _LINE_END.sub("\n", text)
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip()
