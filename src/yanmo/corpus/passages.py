"""Documents -> passages: pieces that are short enough to be found, read and cited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yanmo.corpus.document import Document
from yanmo.corpus.files import source_file
from yanmo.corpus.sentences import split_sentences

SIZE = 600  # letters, a Chinese character counting as three: the 100 words of Karpukhin et al. 2020, "DPR", about
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """Characters [start, end) of a document, as they stand there.

    source: the file and the line that the passage begins in; of a record, the record's.
    """

    text: str
    start: int
    end: int
    source: str


def passages(document: Document) -> Iterator[Passage]:
    """Whole sentences, as many as fit in one passage; a sentence that is longer than one is cut."""
    start = end = size = 0
    for first, last in _sentences(document.text):
        more = _size(document.text[first:last])
        if size and size + more > SIZE:
            yield _passage(document, start, end)
            size = 0
        start, end, size = (start if size else first), last, size + more
    if size:
        yield _passage(document, start, end)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for start, end in split_sentences(text):
        if _size(text[start:end]) <= SIZE:
            yield start, end
            continue
        step = SIZE // 3 if _HAN.search(text, start, end) else SIZE
        for first in range(start, end, step):
            yield first, min(first + step, end)


def _size(text: str) -> int:
    return len(text) + 2 * len(_HAN.findall(text))


def _passage(document: Document, start: int, end: int) -> Passage:
    name, _, line = document.source.rpartition(":")
    source = document.source
    if line.isdecimal() and source_file(Path(name)).format in (None, "text", "markdown"):
        source = f"{name}:{int(line) + document.text.count(chr(10), 0, start)}"
    return Passage(text=document.text[start:end], start=start, end=end, source=source)
