"""Bytes -> text, block by block: UTF-8, UTF-16 with a byte order mark and GB18030 are told apart and named.

ASCII bytes mean the same in UTF-8 and GB18030, so nothing is decided until the first block that holds others:
no second pass over the file, and a file that turns Chinese only after a gigabyte is still read rightly.
"""

from __future__ import annotations

import codecs

from yanmo.errors import ConfigError, InputError

BLOCK_BYTES = 1 << 18
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
# Half of the characters of a modern Chinese text; under a tenth where other bytes are misread as Chinese.
COMMON_CHINESE = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事"
    "成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日者意无力它与长把机十民第公此"
    "這個們來為國說時會對種過發後裡經學現當沒動還進樣開從實無與長機關點業將兩間問應戰頭體見產話內門聲處義條氣題變電數報"
)


class Decoder:
    """Decodes the blocks of one file. `name` is the encoding in use; "utf-8" as long as all is ASCII."""

    def __init__(self, path: str, encoding: str = "auto") -> None:
        self.path = path
        self.name = "utf-8" if encoding == "auto" else encoding
        self._detected = encoding == "auto"
        self._offset = 0  # bytes that were handed to the codec, or skipped as a byte order mark
        self._codec: codecs.IncrementalDecoder | None = None

    def decode(self, block: bytes) -> str:
        """The text of the next block; a character cut by its end comes with the next one.

        Errors: InputError with the byte offset where the bytes are not in the encoding.
        """
        if self._offset == 0:
            block = self._start(block)
        if self._codec is None:
            if block.isascii():
                self._offset += len(block)
                return block.decode("ascii")
            name = detect(block)
            if name is None:
                bad = _first_bad_byte(block)
                raise InputError("corpus.unknown_encoding", path=self.path, offset=self._offset + bad)
            self._use(name, name)
        return self._feed(block, final=False)

    def finish(self) -> str:
        """What is left at the end of the file. Errors: InputError when a character is cut off there."""
        return self._feed(b"", final=True) if self._codec is not None else ""

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
        except UnicodeDecodeError as error:
            offset = self._offset - len(pending) + error.start
            key = "corpus.encoding_breaks" if self._detected else "corpus.encoding_wrong"
            byte = error.object[error.start]
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
    """ "utf-8", "gb18030", or None when the block is neither; `block` may end inside a character.

    Mostly valid UTF-8 counts as UTF-8, so that one broken byte is reported where it is, instead of turning
    the whole file into rare Chinese characters.
    """
    if _decodes(block, "utf-8"):
        return "utf-8"
    high = len(block) - len(block.decode("ascii", "ignore"))
    valid = len(block.decode("utf-8", "ignore").encode()) - (len(block) - high)
    if valid >= 0.8 * high:
        return "utf-8"
    return "gb18030" if _looks_chinese(block.decode("gb18030", "ignore")) else None


def _looks_chinese(text: str) -> bool:
    """Whether a text that was read as GB18030 is Chinese, and not Latin-1, Big5 or Korean misread.

    A long text must hold the commonest characters; a short one (a poem, a title) only such as simplified
    Chinese uses at all, those of GB2312.
    """
    han = [char for char in text if "\u3400" <= char <= "\u9fff"]
    if not han:
        return False
    common = sum(char in COMMON_CHINESE for char in han) / len(han)
    simplified = len("".join(han).encode("gb2312", "ignore")) / (2 * len(han))
    foreign = sum("\u3040" <= char <= "\u33ff" or "\ue000" <= char <= "\uf8ff" for char in text) / len(han)
    if len(han) >= 50:
        return common >= 0.1 and foreign < 0.5
    return foreign < 0.5 and (simplified >= 0.9 or (common >= 0.15 and simplified >= 0.5))


def _decodes(block: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(block, False)
    except UnicodeDecodeError:
        return False
    return True


def _first_bad_byte(block: bytes) -> int:
    """Where `block` stops to be UTF-8."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0
