"""Ids -> vectors: words, learned positions and, in BERT, segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from yanmo.layers.dropout import dropout as drop

if TYPE_CHECKING:
    from jaxtyping import Float, Int


class Embedding(nn.Module):
    """The sum of word, position and (if any) segment vectors, a norm if it has an epsilon, dropout."""

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int,
        max_positions: int,
        *,
        dropout: float,
        num_segments: int = 0,
        norm_epsilon: float | None = None,
    ) -> None:
        super().__init__()
        self.dropout = dropout
        self.word = table(vocab_size, hidden_size)
        self.position = table(max_positions, hidden_size)
        self.segment = table(num_segments, hidden_size) if num_segments else None
        self.norm = None if norm_epsilon is None else nn.LayerNorm(hidden_size, eps=norm_epsilon)

    def forward(
        self,
        input_ids: Int[Tensor, "rows length"],
        position_ids: Int[Tensor, "rows length"],
        token_type_ids: Int[Tensor, "rows length"],
    ) -> Float[Tensor, "rows length hidden"]:
        vectors: Tensor = self.word(input_ids) + self.position(position_ids)
        if self.segment is not None:
            vectors = vectors + self.segment(token_type_ids)
        if self.norm is not None:
            vectors = self.norm(vectors)
        return drop(vectors, self.dropout, self.training)


def table(rows: int, columns: int) -> nn.Embedding:
    """An embedding without values: nn.Embedding's own start, on the meta device, imports a compiler for 2 s."""
    return nn.Embedding(rows, columns, _weight=torch.empty(rows, columns))
