"""Bag-of-words prediction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, final

import numpy as np
from pydantic import Field

from yanmo.data.example import Example
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.objectives.objective import Objective


@final
@dataclass(frozen=True, kw_only=True)
class BagOfWords(Objective):
    """Tells from the first token alone which tokens the text holds, so that one vector learns to sum a text up.

    Paper: Ma et al. 2024, "Drop your Decoder: Pre-training with Bag-of-Word Prediction for Dense Passage
    Retrieval"; here the head is a layer of its own, which nothing needs afterwards.
    Inputs: any text; an encoder. Of a text with more than `words` distinct tokens, that many are drawn.
    Loss: cross-entropy over the vocabulary, the same softmax for all tokens of a text (term `bow`).
    Relations: used as `mlm+bow`, with the tokens that mlm hides among its answers; nsp teaches the same vector one
    bit per pair of texts.
    Example: `yanmo pretrain --model bert --objective mlm+bow ...`
    """

    terms: ClassVar = ("bow",)
    words: Annotated[int, Field(gt=0)] = 64

    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example:
        found = np.unique(example.input_ids[~example.protected])
        drawn = key.generator("bow").permutation(len(found))[: self.words]
        value = np.full((1, self.words), -100, dtype=np.int64)
        value[0, : len(drawn)] = found[drawn]
        return replace(
            example,
            prefix_length=len(example.input_ids),
            labels={**example.labels, "bow": (np.zeros(1, dtype=np.int64), value)},
        )
