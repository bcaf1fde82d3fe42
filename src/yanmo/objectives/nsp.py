"""Next-sentence prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from yanmo.data.example import Sample
from yanmo.data.random import Key
from yanmo.data.source import TextSource
from yanmo.data.store import boundaries
from yanmo.objectives.objective import Objective

NEXT, RANDOM = 0, 1  # as in Hugging Face's BertForPreTraining


@final
@dataclass(frozen=True, kw_only=True)
class NSP(Objective):
    """Tells whether the second segment followed the first in its document.

    Paper: Devlin et al. 2019, "BERT", section 3.1. Whole sentences are gathered until they fill a sequence (one in
    ten times a shorter, random length), and cut into A and B at a sentence start; half the time B is replaced by
    sentences of another document (of another part, where the corpus is one text), and the ones that it replaced are
    used again.
    Inputs: documents of several sentences. A document of one sentence becomes a single segment without a label.
    Loss: cross-entropy of two classes at the first token (term `nsp`).
    Relations: used as `mlm+nsp`; alone it learns little.
    Example: `yanmo pretrain --model bert --objective mlm+nsp ...`
    """

    terms: ClassVar = ("nsp",)
    needs_pairs: ClassVar = True
    short_rate: float = 0.1

    def select(self, text: TextSource, unit: int, key: Key) -> list[Sample]:
        generator = key.generator("nsp")
        starts = _sentences(text, unit)
        samples: list[Sample] = []
        place = 0
        while place + 1 < len(starts):
            room = text.room - text.frame.framed_length(0, 0)
            target = room
            if generator.random() < self.short_rate:
                target = int(generator.integers(2, room + 1))
            last = place + 1
            while last + 1 < len(starts) and starts[last] - starts[place] < target:
                last += 1
            # now sentences [place, last) hold about `target` tokens
            if last - place == 1:
                samples += _single(text, starts[place], starts[last])
                place = last
                continue
            middle = place + int(generator.integers(1, last - place))
            first = (starts[place], starts[middle])
            second, label, following = (starts[middle], starts[last]), NEXT, last
            if generator.random() < 0.5:
                wanted = max(1, target - (first[1] - first[0]))
                other = _elsewhere(text, unit, wanted, generator)
                if other is not None:
                    second, label, following = other, RANDOM, middle
            place = following
            samples.append(_pair(text, first, second, label, room, generator))
        return samples


def _sentences(text: TextSource, unit: int) -> list[int]:
    """Sentence starts of a unit and the end of the last. A sentence belongs to the unit in which it begins.

    A unit inside one endless sentence is a sentence of its own.
    """
    start, end = text.span(unit)
    found = boundaries(text.sentence_bits(start, end), start) or [start]
    following = min(int(text.store.documents[text.document(unit) + 1]), end + text.unit_tokens)
    later = boundaries(text.sentence_bits(end, following), end) if following > end else ()
    return [*found, later[0] if later else end]


def _single(text: TextSource, start: int, end: int) -> list[Sample]:
    """One sentence alone: cut to fit, without a label."""
    room = text.room - text.frame.framed_length(0)
    return [
        Sample(
            spans=((first, min(first + room, end)),), length=text.frame.framed_length(min(room, end - first))
        )
        for first in range(start, end, room)
    ]


def _elsewhere(
    text: TextSource, unit: int, wanted: int, generator: np.random.Generator
) -> tuple[int, int] | None:
    """Whole sentences of another document, about `wanted` tokens; None when ten draws found no other document."""
    for _ in range(10):
        other = int(generator.integers(len(text)))
        if text.text(other) == text.text(unit):
            continue
        starts = _sentences(text, other)
        first = int(generator.integers(len(starts) - 1))
        last = first + 1
        while last + 1 < len(starts) and starts[last] - starts[first] < wanted:
            last += 1
        return starts[first], starts[last]
    return None


def _pair(
    text: TextSource,
    first: tuple[int, int],
    second: tuple[int, int],
    label: int,
    room: int,
    generator: np.random.Generator,
) -> Sample:
    """Both segments, the longer cut at either end until they fit, as BERT does."""
    spans = [first, second]
    while (excess := sum(end - start for start, end in spans) - room) > 0:
        lengths = [end - start for start, end in spans]
        longer = int(lengths[1] >= lengths[0])
        # down to the other's length at once, then the rest from both: the same lengths as token by token
        cut = min(excess, max(1, lengths[longer] - lengths[1 - longer]))
        front = int(generator.binomial(cut, 0.5))
        start, end = spans[longer]
        spans[longer] = (start + front, end - (cut - front))
    length = text.frame.framed_length(*(end - start for start, end in spans))
    return Sample(spans=(spans[0], spans[1]), length=length, labels={"nsp": label})
