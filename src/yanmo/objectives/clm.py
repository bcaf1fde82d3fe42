"""Causal language modelling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, final

import numpy as np

from yanmo.data.example import Example
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.objectives.objective import Objective


@final
@dataclass(frozen=True, kw_only=True)
class CLM(Objective):
    """Predicts each token from those before it.

    Paper: Radford et al. 2018, 2019, "GPT", "GPT-2".
    Inputs: any text; a decoder.
    Loss: cross-entropy over the vocabulary at every position but the last (term `clm`); the label of position i is
    the id at i + 1 of the same document, so a packed row never learns to guess its neighbour.
    Relations: `mlm` learns from both sides.
    Example: `yanmo pretrain --model gpt2 --objective clm ...`
    """

    terms: ClassVar = ("clm",)
    text_term: ClassVar = "clm"

    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example:
        at = np.arange(len(example.input_ids) - 1)
        return replace(
            example, prefix_length=0, labels={**example.labels, "clm": (at, example.input_ids[1:].copy())}
        )
