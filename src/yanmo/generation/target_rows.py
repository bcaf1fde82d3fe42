"""Targets that an encoder-decoder writes for their sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.generation.rows import Rows, as_batch
from yanmo.models.learner import Learner
from yanmo.models.transformer import Transformer

if TYPE_CHECKING:
    from jaxtyping import Float, Int


class TargetRows(Rows):
    """Each source in `copies` rows one after the other; it is read once and its keys and values stay.

    start: the token that every target begins with. new: room for so many tokens.
    """

    def __init__(
        self, learner: Learner, sources: Sequence[Sequence[int]], *, start: int, copies: int, new: int
    ) -> None:
        backbone = learner.backbone
        assert isinstance(backbone, Transformer), "only an encoder-decoder has targets"
        device = backbone.vocabulary_weight.device
        tokens = torch.full((len(sources), 1), start, device=device)
        super().__init__(learner, "seq2seq", tokens, backbone.new_cache(len(sources), new))
        self._backbone = backbone
        self._sources = backbone.memories(_padded(sources, device), _column(tokens, 0))
        self._memories = self._sources
        self._owners = torch.arange(len(sources), device=device)  # which source each row is of
        if copies > 1:
            self.next_logits()
            self.choose(self._owners.repeat_interleave(copies))

    def choose(self, rows: Int[Tensor, " chosen"]) -> None:
        super().choose(rows)
        owners = self._owners[rows]
        if not torch.equal(owners, self._owners):  # else the rows of a source changed places among themselves
            self._memories = [memory.select(owners) for memory in self._sources]
        self._owners = owners

    def _read(self, ids: Int[Tensor, "rows one"]) -> Float[Tensor, "rows one hidden"]:
        return self._backbone.decode(_column(ids, self._cache.length), self._memories, self._cache)


def _column(ids: Tensor, position: int) -> Batch:
    return as_batch(ids, torch.ones_like(ids), torch.full_like(ids, position), causal=True)


def _padded(sources: Sequence[Sequence[int]], device: torch.device) -> Batch:
    """One source a row, padded on the right."""
    shape = (len(sources), max(map(len, sources)))
    ids, sequences = torch.zeros(shape, dtype=torch.int64), torch.zeros(shape, dtype=torch.int64)
    for row, source in enumerate(sources):
        ids[row, : len(source)] = torch.tensor(source)
        sequences[row, : len(source)] = 1
    positions = torch.arange(shape[1]).expand(shape)
    return as_batch(ids.to(device), sequences.to(device), positions.to(device), causal=False)
