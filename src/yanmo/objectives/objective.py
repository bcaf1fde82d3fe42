"""What pre-training and fine-tuning learn: a frozen value without tensors."""

from __future__ import annotations

from abc import ABC
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.data.example import Example, Sample
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.data.source import TextSource
from yanmo.layers.cross_entropy import cross_entropy
from yanmo.models.learner import Learner


@dataclass(frozen=True, kw_only=True)
class Objective(ABC):
    """The base of the family; the value is its own configuration. In pre-training every field has a default.

    Data side, run where batches are built: `select` cuts text into samples, reading lengths only; `corrupt` maps
    one example to another. Model side: a term is the name of the head that it trains, `head_sizes` gives sizes, `loss`
    sums the loss of each term over its labels. A sum, never a mean: the step divides by the count over all its
    micro-batches, so the gradient does not depend on how a step is cut.
    """

    terms: ClassVar[tuple[str, ...]]
    needs_pairs: ClassVar[bool] = False  # whether samples are pairs of sentences
    hides: ClassVar[bool] = (
        False  # whether `corrupt` changes tokens: then it comes after those that read them
    )
    text_term: ClassVar[str | None] = None  # the term that predicts tokens: its loss gives the perplexity

    label_smoothing: float = 0.0

    def select(self, text: TextSource, unit: int, key: Key) -> list[Sample]:
        """The samples of one unit: by default the unit cut into pieces that fill a sequence."""
        start, end = text.span(unit)
        room = text.room - text.frame.framed_length(0)
        return [
            Sample(
                spans=((first, min(first + room, end)),),
                length=text.frame.framed_length(min(room, end - first)),
            )
            for first in range(start, end, room)
        ]

    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example:
        """The example with its labels. Never changes a protected token.

        `prefix_length` may stay open: then everyone sees everyone in an encoder, and a decoder looks back.
        """
        return example

    def head_sizes(self) -> Mapping[str, int | None]:
        """Loss term -> size of its head; None where the vocabulary or the architecture decides it."""
        return dict.fromkeys(self.terms)

    def loss(self, learner: Learner, batch: Batch) -> dict[str, Tensor]:
        """Term -> sum of the loss over its labels (a scalar, fp32). Overridden where one forward is not enough."""
        return {
            term: self.term_loss(term, logits, value)
            for term, logits, value in answers(learner, batch, self.terms)
        }

    def term_loss(self, term: str, logits: Tensor, value: Tensor) -> Tensor:
        """Cross-entropy, summed; labels of -100 add nothing."""
        return cross_entropy(logits, value, self.label_smoothing)

    @torch.no_grad()
    def measure(self, learner: Learner, batch: Batch) -> dict[str, float]:
        """For evaluation, sums over the batch: `loss_<term>`, `count_<term>`, and `correct_<term>` of classes.

        The losses are those without label smoothing; of a `loss` of its own nothing is known to be correct.
        """
        if not self.has_own_loss:
            return measured(self, learner, batch, self.terms)
        counts = batch.counts()
        losses = {term: float(loss) for term, loss in self.plain.loss(learner, batch).items()}
        return {f"loss_{term}": loss for term, loss in losses.items()} | {
            f"count_{term}": float(counts[term]) for term in losses
        }

    @property
    def has_own_loss(self) -> bool:
        """Whether `loss` is overridden."""
        return type(self).loss is not Objective.loss

    @property
    def plain(self) -> Self:
        """The same without label smoothing."""
        return replace(self, label_smoothing=0.0)


def answers(learner: Learner, batch: Batch, terms: Collection[str]) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Those of the terms that have labels in the batch: term, logits and labels, from one forward."""
    found = {term: labels for term, labels in batch.labelled.labels.items() if term in terms}
    if not found:
        return
    hidden = learner.backbone(batch)
    for term, labels in found.items():
        yield term, learner.logits(term, hidden, labels.at), labels.value


def measured(
    objective: Objective, learner: Learner, batch: Batch, terms: Collection[str]
) -> dict[str, float]:
    """`Objective.measure` of these terms, from one forward."""
    counts, plain = batch.counts(), objective.plain
    sums: dict[str, float] = {}
    for term, logits, value in answers(learner, batch, terms):
        sums[f"loss_{term}"] = float(plain.term_loss(term, logits, value))
        sums[f"count_{term}"] = float(counts[term])
        if not value.is_floating_point():
            sums[f"correct_{term}"] = float(_correct(logits, value).sum())
    return sums


def _correct(logits: Tensor, value: Tensor) -> Tensor:
    """Which labels are told right; of several at one place, which are among as many highest classes."""
    if value.dim() == 1:
        return logits.argmax(-1) == value
    counted = value != -100
    ranked = logits.topk(min(value.shape[1], logits.shape[1]), dim=1)
    last = ranked.values.gather(1, (counted.sum(1, keepdim=True) - 1).clamp(min=0))
    return (logits.gather(1, value.clamp(min=0)) >= last) & counted
