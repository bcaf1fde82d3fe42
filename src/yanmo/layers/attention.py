"""Multi-head attention: who sees whom, the one function that computes it, and the blocks that project for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from yanmo.layers import attention_kernels
from yanmo.layers.spans import Span, spans_of

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from torch.nn.attention.flex_attention import BlockMask


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """Who sees whom: a query sees the keys of its own sequence up to the position `last_visible`.

    Sequence number 0 is padding and is never seen. A causal token's `last_visible` is its own position; in a
    sequence whose first n tokens see each other it is max(position, n - 1).
    """

    query_ids: Int[Tensor, "rows query"]
    key_ids: Int[Tensor, "rows key"]
    last_visible: Int[Tensor, "rows query"]
    key_positions: Int[Tensor, "rows key"]
    _masks: dict[torch.dtype, Tensor] = field(default_factory=dict, init=False, repr=False)
    _spans: dict[int, list[Span]] = field(default_factory=dict, init=False, repr=False)
    _block_masks: list[BlockMask] = field(default_factory=list, init=False, repr=False)

    def visible(self, span: Span | None = None) -> Bool[Tensor, "rows query key"]:
        """True where the query sees the key. span: of its queries and keys alone, without the keys that all see."""
        queries, keys = slice(None), slice(None)
        if span is not None:
            queries, keys = span.queries, slice(span.keys.start + span.seen_by_all, span.keys.stop)
        query_ids = self.query_ids[:, queries]
        query_ids = query_ids.masked_fill(query_ids == 0, -1)  # padding is no key's sequence
        positions, last = self.key_positions[:, keys], self.last_visible[:, queries]
        same = query_ids.unsqueeze(2) == self.key_ids[:, keys].unsqueeze(1)
        return same.logical_and_(positions.unsqueeze(1) <= last.unsqueeze(2))

    def mask(self, dtype: torch.dtype) -> Float[Tensor, "rows 1 query key"]:
        """Added to the scores: 0 where visible, else a quarter of the lowest number; made once for all layers.

        Finite, so that a row of padding, which sees nothing, comes out as a plain mean and not as NaN; a quarter, for
        kernels that take powers of two multiply it by log2(e) first, and the lowest number would overflow to -inf.
        """
        if dtype not in self._masks:
            self._masks[dtype] = _additive(self.visible(), dtype)
        return self._masks[dtype]

    def mask_of(self, span: Span, dtype: torch.dtype) -> Float[Tensor, "rows 1 query key"]:
        """`mask` of a span without the keys that all see; not kept."""
        return _additive(self.visible(span), dtype)

    def spans(self, block: int) -> list[Span]:
        """Blocks of so many queries with the keys that they see; found once for all layers."""
        if block not in self._spans:
            self._spans[block] = spans_of(
                self.query_ids, self.last_visible, self.key_ids, self.key_positions, block
            )
        return self._spans[block]

    def block_mask(self) -> BlockMask:
        """What FlexAttention asks for; made once for all layers."""
        if not self._block_masks:
            self._block_masks.append(attention_kernels.block_mask(self))
        return self._block_masks[0]


def _additive(visible: Tensor, dtype: torch.dtype) -> Tensor:
    hidden = visible.logical_not().view(torch.int8).to(dtype)  # a third of the time of torch.where
    return hidden.mul_(torch.finfo(dtype).min / 4).unsqueeze(1)


def attention(
    query: Float[Tensor, "rows heads query size"],
    key: Float[Tensor, "rows heads key size"],
    value: Float[Tensor, "rows heads key size"],
    layout: Layout | None = None,
    *,
    dropout: float = 0.0,
    training: bool = False,
    scale: float | None = None,
) -> Float[Tensor, "rows heads query size"]:
    """softmax(query key^T * scale) value over the visible keys, by the kernel that fits (`attention_kernels`).

    layout: None lets every query see every key. scale: 1 / sqrt(size) by default. dropout: on probabilities.
    Paper: Vaswani et al. 2017, "Attention Is All You Need".
    """
    rate = dropout if training else 0.0
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    kernel = attention_kernels.kernel_for(query, key, layout, rate)
    return attention_kernels.run(kernel, query, key, value, layout, rate, scale)


class KeyValues:
    """One layer's keys and values of the tokens so far; the tensors have their final size from the start."""

    def __init__(self, keys: Tensor, values: Tensor) -> None:
        self.keys = keys
        self.values = values
        self.length = 0

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Store the keys and values of new tokens; returns those of all, [rows, heads, length, size]."""
        stop = self.length + key.shape[2]
        self.keys[:, :, self.length : stop] = key
        self.values[:, :, self.length : stop] = value
        self.length = stop
        return self.keys[:, :, :stop], self.values[:, :, :stop]


class SelfAttention(nn.Module):
    """Multi-head self-attention; one projection holds the matrices of queries, keys and values, stacked."""

    def __init__(self, hidden_size: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        assert hidden_size % num_heads == 0, f"{hidden_size} is not a multiple of {num_heads} heads"
        self.num_heads = num_heads
        self.dropout = dropout
        self.qkv = nn.Linear(hidden_size, 3 * hidden_size)
        self.output = nn.Linear(hidden_size, hidden_size)

    def forward(
        self, hidden: Float[Tensor, "rows length hidden"], layout: Layout | None, past: KeyValues | None
    ) -> Float[Tensor, "rows length hidden"]:
        rows, length, size = hidden.shape
        stacked = self.qkv(hidden).view(rows, length, 3, self.num_heads, size // self.num_heads)
        query, key, value = stacked.permute(2, 0, 3, 1, 4)  # each [rows, heads, length, head size]
        if past is not None:
            key, value = past.append(key, value)
            query = query.to(key.dtype)
        seen = attention(query, key, value, layout, dropout=self.dropout, training=self.training)
        output: Tensor = self.output(seen.transpose(1, 2).reshape(rows, length, size).to(hidden.dtype))
        return output


@dataclass(frozen=True, kw_only=True, eq=False)
class Memory:
    """What one decoder layer looks at: keys and values of the source, and who sees whom.

    They are made once for a source, however many tokens are then generated from it.
    """

    keys: Float[Tensor, "rows heads source size"]
    values: Float[Tensor, "rows heads source size"]
    layout: Layout | None

    def select(self, rows: Tensor) -> Memory:
        """The memory of these rows, in their order, for queries of one column."""
        layout = self.layout
        if layout is not None:
            layout = Layout(
                query_ids=layout.query_ids[rows, :1],
                key_ids=layout.key_ids[rows],
                last_visible=layout.last_visible[rows, :1],
                key_positions=layout.key_positions[rows],
            )
        return Memory(keys=self.keys[rows], values=self.values[rows], layout=layout)


class CrossAttention(nn.Module):
    """Multi-head attention of a decoder's tokens to an encoder's."""

    def __init__(self, hidden_size: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        assert hidden_size % num_heads == 0, f"{hidden_size} is not a multiple of {num_heads} heads"
        self.num_heads = num_heads
        self.dropout = dropout
        self.query = nn.Linear(hidden_size, hidden_size)
        self.key = nn.Linear(hidden_size, hidden_size)
        self.value = nn.Linear(hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, hidden_size)

    def memory(self, source: Float[Tensor, "rows source hidden"], layout: Layout | None) -> Memory:
        """Keys and values of the encoder's hidden states; layout: of the decoder's tokens to the encoder's."""
        return Memory(
            keys=self._split(self.key(source)), values=self._split(self.value(source)), layout=layout
        )

    def forward(
        self, hidden: Float[Tensor, "rows length hidden"], memory: Memory
    ) -> Float[Tensor, "rows length hidden"]:
        query = self._split(self.query(hidden))
        seen = attention(
            query, memory.keys, memory.values, memory.layout, dropout=self.dropout, training=self.training
        )
        output: Tensor = self.output(seen.transpose(1, 2).flatten(2))
        return output

    def _split(self, hidden: Tensor) -> Tensor:
        rows, length, size = hidden.shape
        heads = hidden.view(rows, length, self.num_heads, size // self.num_heads)
        return heads.transpose(1, 2)  # [rows, heads, length, head size]
