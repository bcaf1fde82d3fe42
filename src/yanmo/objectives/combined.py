"""Several objectives on every sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self, final

import numpy as np
import torch
from torch import Tensor

from yanmo import objectives, registry
from yanmo.data.batch import Batch
from yanmo.data.example import Example, Sample
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.data.source import TextSource
from yanmo.errors import ConfigError
from yanmo.models.learner import Learner
from yanmo.objectives.objective import Objective, answers, measured


@final
@dataclass(frozen=True, kw_only=True)
class Combined(Objective):
    """Every member on every sequence, those that hide tokens last; one forward serves all terms. Made by `combined`.

    Paper: BERT (Devlin et al. 2019) is `combined(mlm, nsp)`.
    Inputs: at most one member selects samples of its own, and no two train one head.
    Loss: the members' terms, each normalised by its own count, then added. A member with a `loss` of its own has a
    forward of its own.
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
        looker: Objective | None = None  # the member that chose who sees whom
        for member in sorted(self.members, key=lambda member: member.hides):
            before = example
            example = member.corrupt(example, key, frame)
            if example.prefix_length != before.prefix_length:
                if looker is not None:
                    raise ConfigError("objectives.both_directions", first=_name(looker), second=_name(member))
                looker = member
            changed = example.input_ids != before.input_ids
            assert not (changed & before.protected).any(), f"{member} changed a protected token"
            assert np.array_equal(example.protected & before.protected, before.protected)
        return example

    def loss(self, learner: Learner, batch: Batch) -> dict[str, Tensor]:
        losses = {
            term: self.term_loss(term, logits, value)
            for term, logits, value in answers(learner, batch, self._shared_terms)
        }
        for member in self._alone:
            losses |= member.loss(learner, batch)
        return losses

    def measure(self, learner: Learner, batch: Batch) -> dict[str, float]:
        with torch.no_grad():
            sums = measured(self, learner, batch, self._shared_terms)
        for member in self._alone:
            sums |= member.measure(learner, batch)
        return sums

    @property
    def plain(self) -> Self:
        return replace(self, members=tuple(member.plain for member in self.members))

    @property
    def _alone(self) -> tuple[Objective, ...]:
        return tuple(member for member in self.members if member.has_own_loss)

    @property
    def _shared_terms(self) -> frozenset[str]:
        return frozenset(term for member in self.members if not member.has_own_loss for term in member.terms)

    def term_loss(self, term: str, logits: Tensor, value: Tensor) -> Tensor:
        member = next(member for member in self.members if term in member.terms)
        return member.term_loss(term, logits, value)

    def head_sizes(self) -> Mapping[str, int | None]:
        return {term: size for member in self.members for term, size in member.head_sizes().items()}


def combined(*members: Objective) -> Combined:
    """Members in one. Errors: ConfigError when two of them select samples or train one head."""
    names = [_name(member) for member in members]
    if sum(_selects(member) for member in members) > 1:
        raise ConfigError("objectives.two_selectors", name="+".join(names))
    trained: dict[str, str] = {}  # head -> the member that trains it
    for name, member in zip(names, members, strict=True):
        for term in member.terms:
            if term in trained:
                raise ConfigError("objectives.shared_term", first=trained[term], second=name, term=term)
            trained[term] = name
    if "clm" in trained and not trained.keys().isdisjoint({"mlm", "nsp"}):
        raise ConfigError("objectives.both_directions", first=names[0], second=names[-1])
    return Combined(members=members)


def _name(member: Objective) -> str:
    return registry.name_of(objectives, type(member))


def _selects(member: Objective) -> bool:
    return type(member).select is not Objective.select
