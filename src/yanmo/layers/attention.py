"""Multi-head attention: who sees whom, which kernel computes it, and the self-attention block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from yanmo.layers.dropout import dropout as drop

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int

PLAIN_LENGTH = 512  # up to here plain products beat SDPA on CPU by 2.5 to 4.8 times, above it memory decides
BLOCK = 256  # queries per block above it


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """Who sees whom: a query sees the keys of its own sequence up to the position `last_visible`.

    Sequence number 0 is padding and is never seen. A causal token's `last_visible` is its own position; in a
    sequence whose first n tokens see each other it is max(position, n - 1).

    causal: True where the host knows that every row is causal with columns in the order of positions,
        False where every row is bidirectional, None where rows are mixed or it is not known.
    """

    query_ids: Int[Tensor, "rows query"]
    key_ids: Int[Tensor, "rows key"]
    last_visible: Int[Tensor, "rows query"]
    key_positions: Int[Tensor, "rows key"]
    causal: bool | None = None
    _masks: dict[torch.dtype, Tensor] = field(default_factory=dict, init=False, repr=False)

    def visible(self) -> Bool[Tensor, "rows query key"]:
        """True where the query sees the key."""
        query_ids = self.query_ids.unsqueeze(2)
        same = (query_ids == self.key_ids.unsqueeze(1)) & (query_ids > 0)
        return same & (self.key_positions.unsqueeze(1) <= self.last_visible.unsqueeze(2))

    def mask(self, dtype: torch.dtype) -> Float[Tensor, "rows 1 query key"]:
        """Added to the scores: 0 where visible, else the lowest finite number; made once for all layers.

        Finite, so that a row of padding, which sees nothing, comes out as a plain mean and not as NaN.
        """
        if dtype not in self._masks:
            hidden = torch.full((), torch.finfo(dtype).min, dtype=dtype, device=self.query_ids.device)
            self._masks[dtype] = torch.where(self.visible(), hidden.new_zeros(()), hidden).unsqueeze(1)
        return self._masks[dtype]

    def queries(self, start: int, stop: int) -> Layout:
        """The layout of the queries in columns [start, stop), without the keys that a causal row hides."""
        square = self.query_ids.shape == self.key_ids.shape
        keys = slice(0, stop if self.causal and square else None)
        return Layout(
            query_ids=self.query_ids[:, start:stop],
            key_ids=self.key_ids[:, keys],
            last_visible=self.last_visible[:, start:stop],
            key_positions=self.key_positions[:, keys],
        )


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
    """softmax(query key^T * scale) value over the visible keys; the one place that chooses how.

    layout: None lets every query see every key. scale: 1 / sqrt(size) by default. dropout: on probabilities.
    Paper: Vaswani et al. 2017, "Attention Is All You Need".
    """
    rate = dropout if training else 0.0
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    if query.is_cuda:
        mask = None if layout is None else layout.mask(query.dtype)
        return F.scaled_dot_product_attention(query, key, value, mask, rate, scale=scale)
    if key.shape[2] <= PLAIN_LENGTH or query.shape[2] == 1:
        return _plain(query, key, value, layout, rate, scale)
    return _blocks(query, key, value, layout, rate, scale)


def _plain(
    query: Tensor, key: Tensor, value: Tensor, layout: Layout | None, rate: float, scale: float
) -> Tensor:
    scores = (query * scale) @ key.transpose(-1, -2)
    if layout is not None:
        scores += layout.mask(scores.dtype)
    return drop(scores.softmax(dim=-1), rate, training=True) @ value


def _blocks(
    query: Tensor, key: Tensor, value: Tensor, layout: Layout | None, rate: float, scale: float
) -> Tensor:
    """`_plain` over blocks of queries, computed again in the backward pass: memory linear in the length."""

    def block(start: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        stop = start + query.shape[2]
        part = None if layout is None else layout.queries(start, stop)
        keys = key.shape[2] if part is None else part.key_ids.shape[1]
        return _plain(query, key[:, :, :keys], value[:, :, :keys], part, rate, scale)

    outputs = []
    for number, queries in enumerate(torch.split(query, BLOCK, dim=2)):
        arguments = (number * BLOCK, queries, key, value)
        if torch.is_grad_enabled():
            outputs.append(checkpoint(block, *arguments, use_reentrant=False, preserve_rng_state=rate > 0))
        else:
            outputs.append(block(*arguments))
    return torch.cat(outputs, dim=2)


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
