"""Text as a vocabulary holds it, in composed characters (NFC), and where each of them stands in the text as given.

Corpora are composed when they are read; labelled records and what a person types may come decomposed, as files of
macOS and PDFs do: then a Korean syllable or an é would be no entry of the vocabulary.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

Span = tuple[int, int]
_JAMO = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")  # vowels and finals, which a syllable goes on with


def is_composed(text: str) -> bool:
    """Whether there is nothing to compose; quick."""
    return unicodedata.is_normalized("NFC", text)


def composed(text: str) -> tuple[str, list[Span]]:
    """The text in NFC, and for each of its characters the span of those that it was made of."""
    parts: list[str] = []
    spans: list[Span] = []
    edges = [place for place, character in enumerate(text) if place and not _goes_on(character)]
    for start, end in zip([0, *edges], [*edges, len(text)], strict=True):
        part = unicodedata.normalize("NFC", text[start:end])
        parts.append(part)
        if len(part) == end - start:
            spans.extend((place, place + 1) for place in range(start, end))
        else:
            spans.extend([(start, end)] * len(part))
    return "".join(parts), spans


def as_given(offsets: Sequence[Span], spans: Sequence[Span]) -> list[Span]:
    """Spans of the composed text as spans of the text that was given."""
    return [(spans[start][0], spans[end - 1][1]) if start < end else (0, 0) for start, end in offsets]


def _goes_on(character: str) -> bool:
    """Whether a character may be composed with the one before it."""
    return unicodedata.category(character)[0] == "M" or _JAMO.match(character) is not None
