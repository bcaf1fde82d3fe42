"""Files of words and tags in columns, as of CoNLL 2003: one word a line, a blank line after each sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from yanmo.corpus.plain_text import lines
from yanmo.corpus.records import MAX_RECORD_CHARACTERS, Fields
from yanmo.errors import InputError
from yanmo.messages import text

_DOCUMENT = "-DOCSTART-"
_COMMENT = "# "
_BLANKS = re.compile("[ \t]+")  # an ideographic space is a word of its own in Chinese files
_OUTSIDE = ("O", "o")
_TAG = re.compile("[Oo]|[BIESMLUbi][-_].+")
_ROWS_PER_BROKEN = 50
_HEAD_CHARACTERS = 65_536


def conll_records(blocks: Iterable[str], *, name: str) -> Iterator[tuple[int, Fields]]:
    """One record per sentence: `tokens`, the first column, and `tags`, the last one; with the line where it begins.

    Columns are separated by tabs where the first row has one, else by blanks. Lines `-DOCSTART-` end a sentence;
    comments (`# id = 7`) are passed over before one. Errors: InputError naming file and line.
    """
    width, tabs = 0, False
    for sentence in _sentences(blocks):
        if not width:
            first = next((line for _, line in sentence if not line.startswith(_COMMENT)), None)
            if first is None:
                continue
            tabs = "\t" in first
            width = len(_cells(first, tabs=tabs))
        rows = [(number, line, _cells(line, tabs=tabs)) for number, line in sentence]
        while rows and _is_comment(rows[0][1], rows[0][2], width):
            del rows[0]
        for number, _, cells in rows:
            if len(cells) != width or width < 2:
                reason = text("corpus.reason_columns", found=len(cells), wanted=max(2, width))
                raise InputError("corpus.bad_columns", source=f"{name}:{number}", reason=reason)
        if rows:
            start, tokens = rows[0][0], [cells[0] for _, _, cells in rows]
            if width > 2 and len(rows) > 1 and tokens == [str(place) for place in range(1, len(rows) + 1)]:
                reason = text("corpus.reason_numbered")
                raise InputError("corpus.bad_columns", source=f"{name}:{start}", reason=reason)
            yield start, {"tokens": tokens, "tags": [cells[-1] for _, _, cells in rows]}


def is_conll(head: str) -> bool:
    """Whether a text clearly is such a file, by its beginning: its rows end in tags such as `B-PER` and `O`.

    A row in fifty may be broken, so that the error names it.
    """
    head = head if len(head) <= _HEAD_CHARACTERS else head[:_HEAD_CHARACTERS].rpartition("\n")[0]
    rows = [line for sentence in _sentences([head]) for _, line in sentence if not line.startswith(_COMMENT)]
    tabs = bool(rows) and "\t" in rows[0]
    cells = [_cells(row, tabs=tabs) for row in rows]
    fits = [
        len(row) == len(cells[0]) > 1
        and _TAG.fullmatch(row[-1]) is not None
        and not _BLANKS.search(row[0].strip())
        for row in cells
    ]
    broken = len(fits) - sum(fits)
    named = any(fit and row[-1] not in _OUTSIDE for row, fit in zip(cells, fits, strict=True))
    return named and fits[0] and broken * _ROWS_PER_BROKEN <= len(fits)


def _sentences(blocks: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    """The lines of each sentence with their numbers."""
    group: list[tuple[int, str]] = []
    for number, line in lines(blocks, limit=MAX_RECORD_CHARACTERS):
        if line.strip() and not line.startswith(_DOCUMENT):
            group.append((number, line))
        elif group:
            yield group
            group = []
    if group:
        yield group


def _cells(line: str, *, tabs: bool) -> list[str]:
    """The columns of a row. One that begins with the blank that separates it from the next holds a blank."""
    first, *others = line.rstrip(" \t").split("\t") if tabs else _BLANKS.split(line.rstrip(" \t"))
    return [first or " ", *others]


def _is_comment(line: str, cells: list[str], width: int) -> bool:
    """Whether a line before a sentence is one, and not a row of the word "#"."""
    return line.startswith(_COMMENT) and (len(cells) != width or any("=" in cell for cell in cells[1:]))
