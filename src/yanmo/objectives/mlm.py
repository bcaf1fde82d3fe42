"""Masked language modelling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, final

import numpy as np
from pydantic import Field

from yanmo.data.example import Example
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.errors import ConfigError
from yanmo.objectives.objective import Objective


@final
@dataclass(frozen=True, kw_only=True)
class MLM(Objective):
    """Predicts tokens that were hidden, from both sides.

    Paper: Devlin et al. 2019, "BERT". `rate` of the tokens are chosen (15 %; Wettig et al. 2023, "Should You Mask
    15% in Masked Language Modeling?", find more to be better); of these 80 % become the mask token, 10 % a random
    token, 10 % stay. Fresh in every epoch: the choice is a function of (seed, epoch, sample).
    Inputs: any text; an encoder and a tokenizer with a mask token.
    Loss: cross-entropy over the vocabulary at the chosen positions (term `mlm`).
    Relations: `combined(mlm, nsp)` is BERT; `clm` learns from one side.
    Example: `yanmo pretrain --model bert --objective mlm ...`
    """

    terms: ClassVar = ("mlm",)
    hides: ClassVar = True
    text_term: ClassVar = "mlm"
    rate: Annotated[float, Field(gt=0, le=1)] = 0.15
    masked: Annotated[float, Field(ge=0, le=1)] = 0.8
    random: Annotated[float, Field(ge=0, le=1)] = 0.1

    def __post_init__(self) -> None:
        if self.masked + self.random > 1:
            raise ConfigError("objectives.more_than_all", masked=self.masked, random=self.random)

    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example:
        if frame.mask is None:
            raise ConfigError("data.no_mask_token")
        free = np.flatnonzero(~example.protected)
        draws = key.generator("mlm").random((3, len(free) + 1))
        # between floor and ceiling of the exact number, so that the rate holds on average; one at least
        count = min(len(free), max(1, int(len(free) * self.rate + draws[0, -1])))
        chosen = np.sort(np.argsort(draws[0, :-1], kind="stable")[:count])
        at = free[chosen]
        kind, pick = draws[1, chosen], draws[2, chosen]
        ids = example.input_ids.copy()
        ids[at[kind < self.masked]] = frame.mask
        replaced = (kind >= self.masked) & (kind < self.masked + self.random)
        ids[at[replaced]] = frame.ordinary[(pick[replaced] * len(frame.ordinary)).astype(np.int64)]
        protected = example.protected.copy()
        protected[at] = True
        return replace(
            example,
            input_ids=ids,
            protected=protected,
            prefix_length=len(ids),
            labels={**example.labels, "mlm": (at, example.input_ids[at])},
        )
