"""Plain text -> documents: one per file, line or blank-line block, from blocks of text of any size."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["file", "line", "block"]
MAX_DOCUMENT_CHARACTERS = 1_000_000  # a longer text becomes several documents, so that memory stays flat
_LONGEST_WRAPPED = 120  # characters of a line that an editor wrapped
_SENTENCE_END = frozenset("。！？!?….⋯”’」』\"'）)；;：:")


def lines(blocks: Iterable[str], *, limit: int = MAX_DOCUMENT_CHARACTERS) -> Iterator[tuple[int, str]]:
    """Number from 1 and text of each line, ended by LF, CR LF or CR. One over `limit` comes in pieces."""
    number, rest, size = 1, list[str](), 0
    for block in _line_feeds(blocks):
        first, *others = block.split("\n")
        rest.append(first)
        size += len(first)
        while size > limit:
            long = "".join(rest)
            yield number, long[:limit]
            rest, size = [long[limit:]], size - limit
        if others:
            yield number, "".join(rest)
            for line in others[:-1]:
                number += 1
                yield number, line
            number += 1
            rest, size = [others[-1]], len(others[-1])
    if size:
        yield number, "".join(rest)


def _line_feeds(blocks: Iterable[str]) -> Iterator[str]:
    """The blocks with every line end as LF, also a CR LF that two blocks share."""
    newline = io.IncrementalNewlineDecoder(None, translate=True)
    yield from map(newline.decode, blocks)
    yield newline.decode("", final=True)


def split_text(blocks: Iterable[str], unit: Unit) -> Iterator[tuple[int, str]]:
    """First line and text of each document; those without any visible character are left out."""
    if unit == "line":
        return ((number, line) for number, line in lines(blocks) if line and not line.isspace())
    return _grouped(blocks, at_blank_lines=unit == "block")


def _grouped(blocks: Iterable[str], *, at_blank_lines: bool) -> Iterator[tuple[int, str]]:
    """Lines joined up to a blank one or the end; over the limit a text is cut, best at a blank line."""
    start, group, size = 1, list[str](), 0
    for number, line in lines(blocks):
        blank = not line or line.isspace()
        if blank and not group:
            continue
        full = size + len(line) > MAX_DOCUMENT_CHARACTERS
        if group and ((blank and (at_blank_lines or 2 * size > MAX_DOCUMENT_CHARACTERS)) or full):
            yield start, "\n".join(group)
            group, size = [], 0
        if group or not blank:
            start = start if group else number
            group.append(line)
            size += len(line) + 1
    if group:
        yield start, "\n".join(group)


def detect_unit(text: str) -> Unit:
    """The unit that the beginning of a plain text suggests.

    Blank lines between blocks -> "block"; five or more lines of the length of sentences -> "line";
    anything else, such as one paragraph or text that was wrapped at a fixed width -> "file".
    """
    given = text[:65536].replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    filled = [line.strip() for line in given if line.strip()]
    breaks = sum(not line.strip() and bool(after.strip()) for line, after in pairwise(given))
    if 50 * breaks >= len(filled) and (breaks >= 2 or len(filled) > breaks + 1 > 1):
        return "block"
    if len(filled) < 5 or not 5 <= sorted(map(len, filled))[len(filled) // 2] <= 2000:
        return "file"
    return "file" if _is_wrapped(filled) else "line"


def _is_wrapped(filled: list[str]) -> bool:
    """Whether lines were broken at a fixed width, so that sentences run over their ends."""
    longest = max(map(len, filled))
    open_ended = sum(line[-1] not in _SENTENCE_END for line in filled[:-1])
    near_width = sum(len(line) > 0.75 * longest for line in filled)
    runs_on = sum(line[-1] not in _SENTENCE_END and after[0].islower() for line, after in pairwise(filled))
    if runs_on > 0.3 * len(filled):
        return True
    fixed_width = 30 <= longest <= _LONGEST_WRAPPED and near_width > 0.6 * len(filled)
    return fixed_width and open_ended > 0.5 * len(filled)
