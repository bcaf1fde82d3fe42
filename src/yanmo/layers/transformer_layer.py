"""One Transformer layer: self-attention, feed-forward, two norms, dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from yanmo.layers.attention import KeyValues, Layout, SelfAttention
from yanmo.layers.feed_forward import Activation, FeedForward
from yanmo.layers.norm import NormPlace, residual

if TYPE_CHECKING:
    from jaxtyping import Float


class TransformerLayer(nn.Module):
    """Multi-head self-attention and a feed-forward block, each with a norm, dropout and a way around it.

    On equal weights it computes what `torch.nn.TransformerEncoderLayer` does.

    norm: "post" as in BERT, "pre" as in GPT-2. dropout: on the output of both blocks; the attention
    probabilities have their own `attention_dropout`, equal to it unless given.
    Paper: Vaswani et al. 2017, "Attention Is All You Need" (there d_model, dff and rate are hidden_size,
    intermediate_size and dropout).
    """

    def __init__(
        self,
        hidden_size: int = 512,
        num_heads: int = 8,
        intermediate_size: int = 2048,
        dropout: float = 0.1,
        *,
        attention_dropout: float | None = None,
        norm: NormPlace = "post",
        activation: Activation = "gelu",
        norm_epsilon: float = 1e-5,
    ) -> None:
        super().__init__()
        self.norm: NormPlace = norm
        self.dropout = dropout
        rate = dropout if attention_dropout is None else attention_dropout
        self.attention = SelfAttention(hidden_size, num_heads, rate)
        self.attention_norm = nn.LayerNorm(hidden_size, eps=norm_epsilon)
        self.feed_forward = FeedForward(hidden_size, intermediate_size, activation)
        self.feed_forward_norm = nn.LayerNorm(hidden_size, eps=norm_epsilon)

    def forward(
        self,
        hidden: Float[Tensor, "rows length hidden"],
        layout: Layout | None = None,
        past: KeyValues | None = None,
    ) -> Float[Tensor, "rows length hidden"]:
        """layout: who sees whom, None for everyone. past: keys and values of earlier tokens, grown here."""
        hidden = residual(
            hidden,
            lambda inputs: self.attention(inputs, layout, past),
            self.attention_norm,
            place=self.norm,
            rate=self.dropout,
            training=self.training,
        )
        return residual(
            hidden,
            self.feed_forward,
            self.feed_forward_norm,
            place=self.norm,
            rate=self.dropout,
            training=self.training,
        )
