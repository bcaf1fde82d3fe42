"""What a model is fed: packed rows, with sparse labels that are already shifted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from yanmo.data.cursor import Cursor


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The labels of one loss term.

    at: int64 [n], indices into the flattened rows (row * length + column) where the loss is taken.
    value: int64 [n] classes or ids, or [n, k] up to k of them, or float32 [n] or [n, classes]; -100 marks a label
    that is not learnt.
    """

    at: Tensor
    value: Tensor


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Packed rows. The five tensors are int64 [rows, length].

    `sequence_ids` says who sees whom: tokens of one row see each other only where their numbers are equal;
    0 is padding. `position_ids` restart in each sequence. `prefix_lengths` says how far ahead a token sees:
    the first n tokens of its sequence are visible to all of it, a later one only to those after it
    (n = sequence length: bidirectional, 0: causal).

    Labels are already shifted (a causal label at position i is the id at i + 1), unlike Hugging Face's `labels`.
    Where there is a target, they stand there. A target's sequence sees the source's sequence of the same number.
    """

    input_ids: Tensor
    sequence_ids: Tensor
    position_ids: Tensor
    token_type_ids: Tensor
    prefix_lengths: Tensor
    labels: Mapping[str, Labels] = field(default_factory=dict)
    samples: Tensor  # int64 [examples]: the number of each one's sample in the data set, in the order of rows
    num_tokens: int  # tokens that are not padding
    key: int = 0  # seeds the dropout of this micro-batch
    cursor: Cursor = field(default_factory=Cursor)  # where the loader stands once this batch's step is done
    target: Batch | None = None  # decoder side: same rows, same sequence numbers, its own length

    def counts(self) -> dict[str, int]:
        """Labels to learn per term, known on the host before any forward."""
        return {
            term: len(labels.value) if labels.value.is_floating_point() and labels.value.dim() > 1
            else int((labels.value != -100).sum())
            for term, labels in self.labelled.labels.items()
        }  # fmt: skip

    @property
    def labelled(self) -> Batch:
        """The side that labels stand in, whose hidden states a backbone gives: the target where there is one."""
        return self if self.target is None or not self.target.labels else self.target

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        if device.type == "cpu":
            return self
        pinned = device.type == "cuda"  # from other memory the copy would make the host wait
        return self._map(
            lambda tensor: (tensor.pin_memory() if pinned else tensor).to(device, non_blocking=pinned)
        )

    def _map(self, function: Callable[[Tensor], Tensor]) -> Batch:
        return Batch(
            input_ids=function(self.input_ids),
            sequence_ids=function(self.sequence_ids),
            position_ids=function(self.position_ids),
            token_type_ids=function(self.token_type_ids),
            prefix_lengths=function(self.prefix_lengths),
            labels={
                term: Labels(at=function(labels.at), value=function(labels.value))
                for term, labels in self.labels.items()
            },
            samples=self.samples,
            num_tokens=self.num_tokens,
            key=self.key,
            cursor=self.cursor,
            target=None if self.target is None else self.target._map(function),
        )
