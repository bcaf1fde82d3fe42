"""Ids -> vectors: words, positions and, in BERT, segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from yanmo.layers.dropout import dropout as drop
from yanmo.layers.position import sinusoid_table

if TYPE_CHECKING:
    from jaxtyping import Float, Int


class Embedding(nn.Module):
    """The sum of word, position and (if any) segment vectors, a norm if it has an epsilon, dropout.

    sinusoidal: positions are fixed sinusoids instead of learned vectors, and words are scaled by the root of the
        hidden size, so that they are not drowned (Vaswani et al. 2017, section 3.4). The last entry is then the
        padding, whose vector no gradient reaches.
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int,
        max_positions: int,
        *,
        dropout: float,
        num_segments: int = 0,
        norm_epsilon: float | None = None,
        sinusoidal: bool = False,
    ) -> None:
        super().__init__()
        self.dropout = dropout
        self.max_positions = max_positions
        self.word = table(vocab_size, hidden_size)
        self.position = None if sinusoidal else table(max_positions, hidden_size)
        self.segment = table(num_segments, hidden_size) if num_segments else None
        self.norm = None if norm_epsilon is None else nn.LayerNorm(hidden_size, eps=norm_epsilon)

    def forward(
        self,
        input_ids: Int[Tensor, "rows length"],
        position_ids: Int[Tensor, "rows length"],
        token_type_ids: Int[Tensor, "rows length"],
    ) -> Float[Tensor, "rows length hidden"]:
        vectors: Tensor
        if self.position is None:
            vectors = self._scaled(input_ids) + self._sinusoids()[position_ids]
        else:
            vectors = self.word(input_ids) + self.position(position_ids)
        if self.segment is not None:  # a table of one row tells no texts apart
            single = self.segment.num_embeddings == 1
            vectors = vectors + (self.segment.weight if single else self.segment(token_type_ids))
        if self.norm is not None:
            vectors = self.norm(vectors)
        return drop(vectors, self.dropout, self.training)

    def _scaled(self, input_ids: Tensor) -> Tensor:
        weight = self.word.weight
        vectors: Tensor = F.embedding(input_ids, weight, padding_idx=len(weight) - 1)
        return vectors * float(weight.shape[1] ** 0.5)

    def _sinusoids(self) -> Tensor:
        weight = self.word.weight
        return sinusoid_table(self.max_positions, weight.shape[1], weight.dtype, weight.device)


def table(rows: int, columns: int) -> nn.Embedding:
    """An embedding without values: nn.Embedding's own start, on the meta device, imports a compiler for 2 s."""
    return nn.Embedding(rows, columns, _weight=torch.empty(rows, columns))
