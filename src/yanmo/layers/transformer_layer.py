"""One Transformer layer: self-attention, in a decoder of a source cross-attention, feed-forward; norms, dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from yanmo.layers.attention import CrossAttention, KeyValues, Layout, Memory, SelfAttention
from yanmo.layers.feed_forward import Activation, FeedForward
from yanmo.layers.norm import NormPlace, residual

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float


class TransformerLayer(nn.Module):
    """Multi-head self-attention and a feed-forward block, each with a norm, dropout and a way around it.

    On equal weights it computes what `torch.nn.TransformerEncoderLayer` does; with `cross_attention`, which
    stands between the two, what `torch.nn.TransformerDecoderLayer` does.

    norm: "post" as in BERT, "pre" as in GPT-2. dropout: on the output of each block; the attention
    probabilities have their own `attention_dropout`, equal to it unless given.
    Paper: Vaswani et al. 2017, "Attention Is All You Need" (there d_model, dff and rate are hidden_size,
    intermediate_size and dropout). recompute, off unless set: in training only the layer's inputs are kept, and the
    backward pass computes the rest again, with the same dropout (Chen et al. 2016, "Training Deep Nets with Sublinear
    Memory Cost").
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
        cross_attention: bool = False,
    ) -> None:
        super().__init__()
        self.recompute = False
        self.norm: NormPlace = norm
        self.dropout = dropout
        rate = dropout if attention_dropout is None else attention_dropout
        self.attention = SelfAttention(hidden_size, num_heads, rate)
        self.attention_norm = nn.LayerNorm(hidden_size, eps=norm_epsilon)
        self.cross_attention: CrossAttention | None = None
        if cross_attention:
            self.cross_attention = CrossAttention(hidden_size, num_heads, rate)
            self.cross_attention_norm = nn.LayerNorm(hidden_size, eps=norm_epsilon)
        self.feed_forward = FeedForward(hidden_size, intermediate_size, activation)
        self.feed_forward_norm = nn.LayerNorm(hidden_size, eps=norm_epsilon)

    def forward(
        self,
        hidden: Float[Tensor, "rows length hidden"],
        layout: Layout | None = None,
        past: KeyValues | None = None,
        memory: Memory | None = None,
    ) -> Float[Tensor, "rows length hidden"]:
        """layout: who sees whom, None for everyone. past: keys and values of earlier tokens, grown here.

        memory: what the cross-attention looks at (`cross_attention.memory`).
        """
        if not (self.recompute and self.training and torch.is_grad_enabled()):
            return self._forward(hidden, layout, past, memory)
        assert past is None, "keys and values of earlier tokens would be added twice"
        output: Tensor = checkpoint(self._forward, hidden, layout, past, memory, use_reentrant=False)
        return output

    def _forward(
        self, hidden: Tensor, layout: Layout | None, past: KeyValues | None, memory: Memory | None
    ) -> Tensor:
        hidden = self._residual(
            hidden, lambda inputs: self.attention(inputs, layout, past), self.attention_norm
        )
        cross = self.cross_attention
        if cross is not None:
            assert memory is not None, "a layer with cross-attention needs something to look at"
            hidden = self._residual(hidden, lambda inputs: cross(inputs, memory), self.cross_attention_norm)
        return self._residual(hidden, self.feed_forward, self.feed_forward_norm)

    def _residual(self, hidden: Tensor, block: Callable[[Tensor], Tensor], norm: nn.LayerNorm) -> Tensor:
        return residual(hidden, block, norm, place=self.norm, rate=self.dropout, training=self.training)
