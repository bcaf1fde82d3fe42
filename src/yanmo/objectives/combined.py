"""Several objectives on every sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from torch import Tensor

from yanmo.data.example import Example, Sample
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.data.source import TextSource
from yanmo.errors import ConfigError
from yanmo.objectives.objective import Objective


@final
@dataclass(frozen=True, kw_only=True)
class Combined(Objective):
    """Every member on every sequence, those that hide tokens last; one forward serves all terms. Made by `combined`.

    Paper: BERT (Devlin et al. 2019) is `combined(mlm, nsp)`.
    Inputs: at most one member selects samples of its own.
    Loss: the members' terms, each normalised by its own count, then added.
    Relations: each member draws from its own random stream, so adding one does not move another's masks.
    Example: `yanmo pretrain --model bert --objective mlm+nsp ...`
    """

    members: tuple[Objective, ...]

    @property
    def terms(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(term for member in self.members for term in member.terms)

    @property
    def needs_pairs(self) -> bool:  # type: ignore[override]
        return any(member.needs_pairs for member in self.members)

    @property
    def text_term(self) -> str | None:  # type: ignore[override]
        return next((member.text_term for member in self.members if member.text_term), None)

    def select(self, text: TextSource, unit: int, key: Key) -> list[Sample]:
        chooser = next((member for member in self.members if _selects(member)), self.members[0])
        return chooser.select(text, unit, key)

    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example:
        for member in sorted(self.members, key=lambda member: member.hides):
            before = example
            example = member.corrupt(example, key, frame)
            changed = example.input_ids != before.input_ids
            assert not (changed & before.protected).any(), f"{member} changed a protected token"
            assert np.array_equal(example.protected & before.protected, before.protected)
        return example

    def term_loss(self, term: str, logits: Tensor, value: Tensor) -> Tensor:
        member = next(member for member in self.members if term in member.terms)
        return member.term_loss(term, logits, value)

    def head_sizes(self) -> Mapping[str, int | None]:
        return {term: size for member in self.members for term, size in member.head_sizes().items()}


def combined(*members: Objective) -> Combined:
    """Members in one. Errors: ConfigError when two of them select samples or two share a loss term."""
    names = "+".join(term for member in members for term in member.terms)
    if sum(_selects(member) for member in members) > 1:
        raise ConfigError("objectives.two_selectors", name=names)
    if {"clm", "mlm"} <= set(names.split("+")) or {"clm", "nsp"} <= set(names.split("+")):
        raise ConfigError(
            "objectives.both_directions", first=names.split("+")[0], second=names.split("+")[-1]
        )
    return Combined(members=members)


def _selects(member: Objective) -> bool:
    return type(member).select is not Objective.select
