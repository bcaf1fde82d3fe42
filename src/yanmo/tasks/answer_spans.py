"""The arithmetic of answers: windows over a context, an answer as tokens, the best spans of a window."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.tasks.pieces import encode_units, with_marks
from yanmo.tasks.questions import Answer
from yanmo.tasks.task import Encoder
from yanmo.tokenizers import Encoding

Span = tuple[int, int]
Probabilities = NDArray[
    np.float64
]  # logarithms of them, [places, 2]: of being the first and the last of an answer

MOST_PLACES = 1 << 16  # of a window
CONTEXT_SHARE = 4  # at least a quarter of a window is context
OVERLAP = 4  # at least a quarter of a window also stands in the next one


def context_room(question: int, encoder: Encoder, record: Record) -> int:
    """Tokens of the context in a window. Errors: InputError for a question that leaves too few."""
    room = encoder.room - encoder.frame.framed_length(question, 0)
    least = encoder.room // CONTEXT_SHARE
    if room < least:
        raise InputError(
            "tasks.question_too_long",
            source=record.source,
            tokens=question,
            limit=question + room - least,
            room=encoder.room,
        )
    return room


@lru_cache(maxsize=4)  # several questions about one context follow each other
def context_pieces(text: str, encoder: Encoder) -> Encoding:
    return encode_units(text, encoder)


def windows(length: int, room: int, stride: int) -> list[Span]:
    """[start, end) of windows of at most `room` tokens that cover `length`, each `stride` after the one before.

    Where that would leave less than a quarter of a window to overlap, they stand closer.
    """
    step = min(stride, max(1, room - room // OVERLAP))
    count = 1 + max(0, -(-(length - room) // step))
    return [(number * step, min(number * step + room, length)) for number in range(count)]


def answer_tokens(answer: Answer, offsets: Sequence[Span]) -> Span | None:
    """The tokens [first, end) that an answer touches; None where the tokenizer drops all its characters."""
    first = bisect_right(offsets, answer.start, key=lambda offset: offset[1])
    end = bisect_left(offsets, answer.end, key=lambda offset: offset[0])
    return (first, end) if first < end else None


def label(span: Span | None, window: Span) -> int:
    """The first and last place of an answer in a window, as one number; 0 where it is not whole in there.

    Place 0 is [CLS], which stands for no answer, and the window's tokens follow it.
    """
    if span is None or span[0] < window[0] or window[1] < span[1]:
        return 0
    return (span[0] - window[0] + 1) * MOST_PLACES + span[1] - window[0]


def log_softmax(logits: NDArray[np.floating]) -> Probabilities:
    """Over the places of a window, [places, 2]."""
    shifted = logits.astype(np.float64) - logits.max(axis=0)
    likely: Probabilities = shifted - np.log(np.exp(shifted).sum(axis=0))
    return likely


def best_spans(likely: Probabilities, longest: int, count: int) -> list[tuple[int, int, float]]:
    """(first, last, score) of the best spans of at most `longest` places, best first; place 0 is no answer."""
    first, last = likely[1:, 0], likely[1:, 1]
    width = min(longest, len(first))
    if not width:
        return []
    padded = np.concatenate([last, np.full(width - 1, -np.inf)])
    scores = (first[:, None] + np.lib.stride_tricks.sliding_window_view(padded, width)).ravel()
    count = min(count, int(np.isfinite(scores).sum()))
    best = np.argpartition(-scores, count - 1)[:count]
    ordered = best[np.lexsort((best, -scores[best]))]
    return [
        (1 + place // width, 1 + place // width + place % width, float(scores[place]))
        for place in ordered.tolist()
    ]


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without white space around it, and with the marks that belong to its last character."""
    end = with_marks(text, end)
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
