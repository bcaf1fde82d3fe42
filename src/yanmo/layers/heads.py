"""Heads: hidden states at the labelled positions and the backbone's vocabulary weight -> logits.

The vocabulary weight is an argument, not a member, so a tied weight stands once in a state dict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from yanmo.layers.dropout import dropout as drop
from yanmo.layers.feed_forward import Activation, activate

if TYPE_CHECKING:
    from jaxtyping import Float


class VocabularyHead(nn.Module):
    """The product with the word vectors, nothing else (GPT-2)."""

    def forward(
        self, hidden: Float[Tensor, "labels hidden"], vocabulary: Float[Tensor, "vocab hidden"]
    ) -> Float[Tensor, "labels vocab"]:
        return F.linear(hidden, vocabulary)


class TransformedVocabularyHead(nn.Module):
    """A dense layer, an activation and a norm before the product with the word vectors, and a bias (BERT)."""

    def __init__(
        self, vocab_size: int, hidden_size: int, activation: Activation, norm_epsilon: float
    ) -> None:
        super().__init__()
        self.activation: Activation = activation
        self.dense = nn.Linear(hidden_size, hidden_size)
        self.norm = nn.LayerNorm(hidden_size, eps=norm_epsilon)
        self.bias = nn.Parameter(torch.zeros(vocab_size))

    def forward(
        self, hidden: Float[Tensor, "labels hidden"], vocabulary: Float[Tensor, "vocab hidden"]
    ) -> Float[Tensor, "labels vocab"]:
        return F.linear(self.norm(activate(self.dense(hidden), self.activation)), vocabulary, self.bias)


class PooledHead(nn.Module):
    """BERT's pooler (dense, tanh), dropout, and a linear layer to the classes."""

    def __init__(self, hidden_size: int, size: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.pooler = nn.Linear(hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, size)

    def forward(
        self, hidden: Float[Tensor, "labels hidden"], vocabulary: Float[Tensor, "vocab hidden"]
    ) -> Float[Tensor, "labels classes"]:
        pooled = drop(torch.tanh(self.pooler(hidden)), self.dropout, self.training)
        logits: Tensor = self.output(pooled)
        return logits


class SummaryHead(nn.Module):
    """A dense layer with tanh, then the product with the word vectors: from one vector to all words of a text."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.dense = nn.Linear(hidden_size, hidden_size)

    def forward(
        self, hidden: Float[Tensor, "labels hidden"], vocabulary: Float[Tensor, "vocab hidden"]
    ) -> Float[Tensor, "labels vocab"]:
        return F.linear(torch.tanh(self.dense(hidden)), vocabulary)


class LinearHead(nn.Module):
    """Dropout and a linear layer to the classes."""

    def __init__(self, hidden_size: int, size: int, dropout: float, *, bias: bool = True) -> None:
        super().__init__()
        self.dropout = dropout
        self.output = nn.Linear(hidden_size, size, bias=bias)

    def forward(
        self, hidden: Float[Tensor, "labels hidden"], vocabulary: Float[Tensor, "vocab hidden"]
    ) -> Float[Tensor, "labels classes"]:
        logits: Tensor = self.output(drop(hidden, self.dropout, self.training))
        return logits


class UnpaddedVocabularyHead(nn.Module):
    """The product with the word vectors but the last one, the padding: it is never trained and never generated."""

    def forward(
        self, hidden: Float[Tensor, "labels hidden"], vocabulary: Float[Tensor, "vocab hidden"]
    ) -> Float[Tensor, "labels words"]:
        return F.linear(hidden, vocabulary[:-1])
