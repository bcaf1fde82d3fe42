"""What pre-training and fine-tuning learn: a frozen value without tensors."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

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
    """The base of the family; the value is its own configuration.

    Data side, run where batches are built: `select` cuts text into samples, reading lengths only; `corrupt` maps
    one example to another and chooses who sees whom. Model side: `head_sizes` names the heads, `loss` sums the
    loss of each term over its labels. A sum, never a mean: the step divides by the count over all its
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
        """The example with its labels, and `prefix_length` chosen. Never changes a protected token."""
        return example

    def head_sizes(self) -> Mapping[str, int | None]:
        """Loss term -> size of its head; None where the vocabulary or the architecture decides it."""
        return dict.fromkeys(self.terms)

    def loss(self, learner: Learner, batch: Batch) -> dict[str, Tensor]:
        """Term -> sum of the loss over its labels (a scalar, fp32)."""
        hidden = learner.backbone(batch)
        return {
            term: self.term_loss(term, learner.logits(term, hidden, labels.at), labels.value)
            for term, labels in batch.labelled.labels.items()
        }

    def term_loss(self, term: str, logits: Tensor, value: Tensor) -> Tensor:
        """Cross-entropy, summed; labels of -100 add nothing."""
        return cross_entropy(logits, value, self.label_smoothing)

    @torch.no_grad()
    def measure(self, learner: Learner, batch: Batch) -> dict[str, float]:
        """For evaluation: `loss_<term>`, `correct_<term>` and `count_<term>`, each a sum over the batch."""
        hidden = learner.backbone(batch)
        sums: dict[str, float] = {}
        counts = batch.counts()
        for term, labels in batch.labelled.labels.items():
            logits = learner.logits(term, hidden, labels.at)
            sums[f"loss_{term}"] = float(cross_entropy(logits, labels.value))
            sums[f"correct_{term}"] = float(_correct(logits, labels.value).sum())
            sums[f"count_{term}"] = float(counts[term])
        return sums


def _correct(logits: Tensor, value: Tensor) -> Tensor:
    """Which labels are told right; of several at one place, which are among as many highest classes."""
    if value.dim() == 1:
        return logits.argmax(-1) == value
    counted = value != -100
    ranked = logits.topk(min(value.shape[1], logits.shape[1]), dim=1)
    last = ranked.values.gather(1, (counted.sum(1, keepdim=True) - 1).clamp(min=0))
    return (logits.gather(1, value.clamp(min=0)) >= last) & counted
