"""Bytes -> text, block by block: UTF-8, UTF-16 and UTF-32 with a byte order mark, and GB18030 are told apart and named.

ASCII bytes mean the same in UTF-8 and GB18030, so nothing is decided until the first block that holds others:
no second pass over the file, and a file that turns Chinese only after a gigabyte is still read rightly.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter

from yanmo.corpus.common_chinese import WEIGHTS
from yanmo.errors import ConfigError, InputError

BLOCK_BYTES = 1 << 18
_ASCII = bytes(range(128))
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
# What else bytes that look like GB18030 are: Chinese of Taiwan, Japanese, Korean.
_RIVALS = ("big5", "euc_jp", "euc_kr")
_ENOUGH, _AHEAD, _SPACE = 3.5, 3.0, 0.7  # points
_CHARACTERS_PER_BROKEN = 50
_WEIGHTS = WEIGHTS | dict.fromkeys("，？！：；（）", 1.5) | dict.fromkeys("。、“”《》…—‘’·", 0.0)
_SPACE_BETWEEN = re.compile("(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")


class Decoder:
    """Decodes the blocks of one file. `name` is the encoding in use; "utf-8" as long as all is ASCII."""

    def __init__(self, path: str, encoding: str = "auto") -> None:
        self.path = path
        self.name = "utf-8" if encoding == "auto" else encoding
        self._detected = encoding == "auto"
        self._offset = 0  # bytes that were handed to the codec, or skipped as a byte order mark
        self._undecided = b""
        self._codec: codecs.IncrementalDecoder | None = None

    def decode(self, block: bytes) -> str:
        """The text of the next block; a character cut by its end comes with the next one.

        Errors: InputError with the byte offset where the bytes are not in the encoding.
        """
        if self._offset == 0:
            block = self._start(block)
        if self._codec is None:
            block = self._undecided + block
            if block.isascii():
                self._offset += len(block)
                return block.decode("ascii")
            name = detect(block)
            if name is None:
                return self._wait(block)
            self._use(name, name)
        return self._feed(block, final=False)

    def finish(self) -> str:
        """What is left at the end of the file. Errors: InputError when a character is cut off there."""
        if self._undecided and self._codec is None:
            raise self._unknown(self._undecided)
        return self._feed(b"", final=True) if self._codec is not None else ""

    def _wait(self, block: bytes) -> str:
        """The ASCII that `block` begins with; the rest waits for the next block, once: it may show more."""
        if self._undecided:
            raise self._unknown(block)
        ascii_bytes = len(block) - len(block.lstrip(_ASCII))
        self._undecided = block[ascii_bytes:]
        self._offset += ascii_bytes
        return block[:ascii_bytes].decode("ascii")

    def _unknown(self, block: bytes) -> InputError:
        offset = self._offset + _first_bad_byte(block)
        return InputError("corpus.unknown_encoding", path=self.path, offset=offset)

    def _start(self, block: bytes) -> bytes:
        for mark, name, codec in BYTE_ORDER_MARKS:
            if block.startswith(mark) and (self._detected or codecs.lookup(self.name).name in (name, codec)):
                self._use(name if self._detected else self.name, codec)
                self._offset = len(mark)
                return block[len(mark) :]
        if not self._detected:
            self._use(self.name, self.name)
        return block

    def _use(self, name: str, codec: str) -> None:
        self.name = name
        self._codec = codecs.getincrementaldecoder(codec)(errors="strict")

    def _feed(self, block: bytes, *, final: bool) -> str:
        assert self._codec is not None
        pending = self._codec.getstate()[0]
        try:
            text = self._codec.decode(block, final)
        except UnicodeError as error:
            # a codec that misses its byte order mark says neither where nor what
            start, held = getattr(error, "start", 0), getattr(error, "object", pending + block)
            offset = self._offset - len(pending) + start
            key = "corpus.encoding_breaks" if self._detected else "corpus.encoding_wrong"
            byte = held[start]
            raise InputError(
                key, path=self.path, encoding=self.name, offset=offset, byte=f"0x{byte:02X}"
            ) from None
        self._offset += len(block)
        return text


def known_encoding(name: str) -> str:
    """The usual name of an encoding; auto stays. Errors: ConfigError where Python has none of that name."""
    if name == "auto":
        return name
    try:
        "".encode(name)  # refuses what is no encoding of text
    except LookupError:
        raise ConfigError("corpus.bad_encoding_name", name=name) from None
    return codecs.lookup(name).name


def detect(block: bytes) -> str | None:
    """ "utf-8", "gb18030", or None when the block is neither or may be either; it may end inside a character.

    Mostly valid UTF-8 counts as UTF-8, so that one broken byte is reported where it is, instead of turning
    the whole file into rare Chinese characters.
    """
    if block.isascii():
        return "utf-8"
    high = len(block) - len(block.decode("ascii", "ignore"))
    valid = len(block.decode("utf-8", "ignore").encode()) - (len(block) - high)
    if valid >= 0.8 * high or (valid > 0 and _decodes(block, "utf-8")):
        return "utf-8"
    return "gb18030" if _is_chinese(block) else None


def _is_chinese(block: bytes) -> bool:
    """Whether GB18030 is what `block` was written in: common characters, commoner than in any other reading.

    A word in Russian, Greek, Thai, Japanese or Korean bytes makes Chinese characters too, but rare ones, and
    those with spaces between them. What a few characters leave open counts as not Chinese: an error can be
    answered, a text that was misread is not noticed.
    """
    text = codecs.getincrementaldecoder("gb18030")("replace").decode(block)
    points = _points(text) - _SPACE * len(_SPACE_BETWEEN.findall(text))
    broken = text.count("\ufffd")
    if points < _ENOUGH or broken * _CHARACTERS_PER_BROKEN > sum(char > "\x7f" for char in text):
        return False
    return all(
        _points(codecs.getincrementaldecoder(rival)().decode(block), least=-1.5) + _AHEAD <= points
        for rival in _RIVALS
        if _decodes(block, rival)
    )


def _points(text: str, *, least: float = -4.0) -> float:
    """How far the characters of `text` speak for it, added up: Chinese and Korean for, what is rare against.

    A line that comes again says nothing new: a column of one word is no more certain than the word.
    """
    found = Counter("".join(dict.fromkeys(text.splitlines())))
    return sum(count * max(least, _weight(char)) for char, count in found.items() if char > "\x7f")


def _weight(char: str) -> float:
    known = _WEIGHTS.get(char)
    if known is not None:
        return known
    if "\uac00" <= char <= "\ud7a3":
        return 0.7
    if "\u3040" <= char <= "\u30ff" or "\ue000" <= char <= "\uf8ff":
        return -4.0
    if not "\u3400" <= char <= "\u9fff":
        return -1.0
    in_gb2312 = char.encode("gb2312", "ignore")
    if not in_gb2312:
        return -3.0
    return -1.0 if in_gb2312[0] < 0xD8 else -2.5  # the first level of GB2312 holds the commoner half


def _decodes(block: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(block, False)
    except UnicodeError:
        return False
    return True


def _first_bad_byte(block: bytes) -> int:
    """Where `block` stops to be UTF-8."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0
