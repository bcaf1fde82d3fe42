"""The lines of a text file as records, blank ones too, so that what comes out stays beside what went in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from yanmo.corpus.document import Record


def is_plain(path: Path) -> bool:
    """Whether a file holds lines of text, and no records."""
    from yanmo.corpus.files import source_file

    return source_file(path).format in (None, "text", "markdown")


def lines_of(path: Path, field: str = "text", *, encoding: str = "auto") -> Iterator[Record]:
    """One record for each line, with its file and number. Errors: InputError for what is no text, and for a
    line too long to be one: cut, it would give more answers than the file has lines."""
    from yanmo.corpus.document import Record
    from yanmo.corpus.encoding import Decoder
    from yanmo.corpus.files import FORMATS, is_binary, source_file
    from yanmo.corpus.plain_text import lines
    from yanmo.corpus.records import MAX_RECORD_CHARACTERS
    from yanmo.errors import InputError

    file = source_file(path)
    if is_binary(file, encoding=encoding):
        raise InputError("corpus.binary", path=path, formats=list(FORMATS))
    decoder = Decoder(file.name, encoding)

    def blocks() -> Iterator[str]:
        for block in file.blocks():
            yield decoder.decode(block)
        yield decoder.finish()

    for number, line in lines(blocks(), limit=MAX_RECORD_CHARACTERS):
        source = f"{file.name}:{number}"
        if len(line) >= MAX_RECORD_CHARACTERS:
            raise InputError("corpus.text_too_long", source=source, limit=f"{MAX_RECORD_CHARACTERS:,}")
        yield Record(fields={field: line}, source=source)
