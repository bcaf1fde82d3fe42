"""Denoising: a damaged text in, the whole text out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, final

import numpy as np
from pydantic import Field

from yanmo.data.example import Example, IntArray
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.errors import ConfigError
from yanmo.objectives.objective import Objective


@final
@dataclass(frozen=True, kw_only=True)
class Denoise(Objective):
    """Writes a text again whose spans were replaced, each by a single mask: how many tokens it hid must be guessed.

    Paper: Lewis et al. 2020, "BART" (text infilling). `rate` of the tokens are hidden, in spans whose lengths follow a
    Poisson distribution with mean `span`; a span of length 0 puts in a mask that hides nothing. Fresh in every epoch.
    Inputs: any text; an encoder-decoder and a tokenizer with a mask token.
    Loss: cross-entropy over the vocabulary at each token of the whole text and at its end (term `seq2seq`).
    Relations: `mlm` is told how many tokens a mask hides; the task `translation` goes on from its weights.
    Example: `yanmo pretrain --model transformer --objective denoise ...`
    """

    terms: ClassVar = ("seq2seq",)
    text_term: ClassVar = "seq2seq"
    rate: Annotated[float, Field(gt=0, le=1)] = 0.3
    span: Annotated[float, Field(ge=1, le=100)] = 3.0

    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example:
        if frame.mask is None:
            raise ConfigError("data.no_mask_token")
        # a source ends with the end token alone, wherever in its document it was cut
        ids = example.input_ids[~np.isin(example.input_ids, (frame.start, frame.end))]
        damaged = self._infilled(ids, key.generator("denoise"), frame.mask)
        return frame.pair(damaged, ids, self.terms[0])

    def _infilled(self, ids: IntArray, generator: np.random.Generator, mask: int) -> IntArray:
        """The ids with one mask for each span; at most one token longer than before."""
        # between floor and ceiling of the exact number, as `mlm` does
        hidden = min(len(ids), max(1, int(len(ids) * self.rate + generator.random())))
        lengths = _lengths(hidden, self.span, generator)
        spans = lengths[lengths > 0]
        spans = _fitting(spans, len(ids) - hidden)
        starts = _starts(spans, len(ids) - hidden, generator)
        kept = np.ones(len(ids), dtype=bool)
        for start, length in zip(starts, spans, strict=True):
            kept[start : start + length] = False
        kept[starts] = True
        result = ids.copy()
        result[starts] = mask
        result = result[kept]
        empty = min(int((lengths == 0).sum()), len(ids) + 1 - len(result))
        return np.insert(result, generator.integers(0, len(result) + 1, empty), mask)


def _lengths(hidden: int, mean: float, generator: np.random.Generator) -> IntArray:
    """Span lengths that hide `hidden` tokens together; the last one is cut to fit."""
    drawn = np.zeros(0, dtype=np.int64)
    while drawn.sum() < hidden:
        drawn = np.append(drawn, generator.poisson(mean, 1 + hidden))
    count = int(np.searchsorted(drawn.cumsum(), hidden)) + 1
    drawn = drawn[:count]
    drawn[-1] -= drawn.sum() - hidden
    return drawn


def _fitting(spans: IntArray, kept: int) -> IntArray:
    """No more spans than there are gaps between `kept` tokens: the last ones become one."""
    most = kept + 1
    return spans if len(spans) <= most else np.append(spans[: most - 1], spans[most - 1 :].sum())


def _starts(spans: IntArray, kept: int, generator: np.random.Generator) -> IntArray:
    """Where spans begin, such that at least one of the `kept` tokens is between two of them."""
    gaps = np.sort(generator.choice(kept + 1, size=len(spans), replace=False))
    starts: IntArray = gaps + spans.cumsum() - spans
    return starts
