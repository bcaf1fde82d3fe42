"""How attention is computed: four kernels that give the same to rounding, and the one place that chooses.

products   plain matrix products, the fastest on a CPU; keeps a square of probabilities for the backward pass
blocks     the same over blocks of queries and the keys that they see; nothing square is kept, so memory is linear
fused      torch's scaled_dot_product_attention with a mask
flex       torch's FlexAttention, compiled: blocks of keys that no query of a block sees cost nothing

Dropout acts on the probabilities after the softmax, so a row no longer sums to one (Vaswani et al. 2017 say nothing;
BERT and GPT-2 do so). It is a function of torch's generator: `products` draws a mask, `blocks` draws one number and
makes each block's mask of it, twice the same. Flex has no dropout; where there is some, `fused` stands in.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from yanmo.layers.dropout import dropout, keep, upscale
from yanmo.layers.spans import Span, spans_of_all
from yanmo.machine.attention import chosen

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch.nn.attention.flex_attention import BlockMask

    from yanmo.layers.attention import Layout

Kernel = Literal["products", "blocks", "fused", "flex"]

PLAIN_LENGTH = 512  # keys; above it a square per head and row would decide the memory
BLOCK = 128  # queries per block above it


def kernel_for(query: Tensor, key: Tensor, layout: Layout | None, rate: float) -> Kernel:
    """The one place that chooses, from the device, the lengths and what was measured at start-up.

    rate: of dropout. Flex is compiled for each shape, which pays in training only.
    """
    if query.device.type != "cpu":
        trains = torch.is_grad_enabled() and query.requires_grad
        flex = chosen() == "flex" and layout is not None and rate == 0.0 and trains
        return "flex" if flex else "fused"
    if query.shape[2] == 1:
        return "products"
    if key.shape[2] > PLAIN_LENGTH:
        return "blocks"
    return "fused" if chosen() == "fused" else "products"


def run(
    kernel: Kernel,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    layout: Layout | None,
    rate: float,
    scale: float,
) -> Tensor:
    """Attention by this kernel; shapes as in `layers.attention.attention`."""
    if kernel == "products":
        return products(query, key, value, layout, rate, scale)
    if kernel == "blocks":
        return blocks(query, key, value, layout, rate, scale)
    if kernel == "flex":
        assert layout is not None and rate == 0.0, "flex is for layouts without dropout"
        return flex(query, key, value, layout, scale)
    mask = None if layout is None else layout.mask(query.dtype)
    return F.scaled_dot_product_attention(query, key, value, mask, rate, scale=scale)


def products(
    query: Tensor, key: Tensor, value: Tensor, layout: Layout | None, rate: float, scale: float
) -> Tensor:
    """Every score of a row at once."""
    scores = (query * scale) @ key.transpose(-1, -2)
    if layout is not None:
        scores += layout.mask(scores.dtype)
    return dropout(scores.softmax(dim=-1), rate, training=True) @ value


def blocks(
    query: Tensor, key: Tensor, value: Tensor, layout: Layout | None, rate: float, scale: float
) -> Tensor:
    """Block by block of queries; the backward pass computes each block's probabilities again.

    Papers: Rabe and Staats 2021, "Self-attention Does Not Need O(n^2) Memory"; Dao et al. 2022, "FlashAttention",
    for what the backward pass needs.
    """
    output: Tensor = _Blocks.apply(query, key, value, layout, rate, scale)  # type: ignore[no-untyped-call]
    return output


class _Blocks(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        layout: Layout | None,
        rate: float,
        scale: float,
    ) -> Tensor:
        ctx.save_for_backward(query, key, value)
        ctx.layout, ctx.rate, ctx.scale = layout, rate, scale
        ctx.seed = int(torch.randint(2**62, ())) if rate else 0
        output = torch.zeros_like(query)
        for span in _spans(query, key, layout):
            probabilities = _probabilities(span, query, key, layout, scale)
            if rate:
                probabilities.mul_(_mask(ctx, span, probabilities)).mul_(upscale(rate))
            output[:, :, span.queries] = probabilities @ value[:, :, span.keys]
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None, None]:
        query, key, value = ctx.saved_tensors
        grad_query = torch.zeros_like(query)
        # many blocks are summed: in fp32, or bf16 would lose their last bits
        grad_key, grad_value = (torch.zeros_like(each, dtype=torch.float32) for each in (key, value))
        for span in _spans(query, key, ctx.layout):
            probabilities = _probabilities(span, query, key, ctx.layout, ctx.scale)
            ahead = grad[:, :, span.queries]
            towards = ahead @ value[:, :, span.keys].transpose(-1, -2)
            dropped = probabilities
            if ctx.rate:
                mask = _mask(ctx, span, probabilities)
                dropped = (probabilities * mask).mul_(upscale(ctx.rate))
                towards.mul_(mask).mul_(upscale(ctx.rate))
            grad_value[:, :, span.keys] += dropped.transpose(-1, -2) @ ahead
            scores = torch._softmax_backward_data(towards, probabilities, -1, query.dtype)
            grad_query[:, :, span.queries] = scores @ key[:, :, span.keys] * ctx.scale
            grad_key[:, :, span.keys] += scores.transpose(-1, -2) @ (query[:, :, span.queries] * ctx.scale)
        return grad_query, grad_key.to(key.dtype), grad_value.to(value.dtype), None, None, None


def _spans(query: Tensor, key: Tensor, layout: Layout | None) -> list[Span]:
    if layout is None:
        return spans_of_all(query.shape[2], key.shape[2], BLOCK)
    return layout.spans(BLOCK)


def _probabilities(span: Span, query: Tensor, key: Tensor, layout: Layout | None, scale: float) -> Tensor:
    """Of the span's queries over its keys, [rows, heads, queries, keys]."""
    scores = (query[:, :, span.queries] * scale) @ key[:, :, span.keys].transpose(-1, -2)
    if layout is not None and span.seen_by_all < scores.shape[3]:
        scores[..., span.seen_by_all :] += layout.mask_of(span, scores.dtype)
    return scores.softmax(dim=-1)


def _mask(ctx: Any, span: Span, probabilities: Tensor) -> Tensor:
    """The span's dropout, a function of the seed and its place alone."""
    generator = torch.Generator().manual_seed(ctx.seed + span.queries.start)
    return keep(probabilities, ctx.rate, generator)


def flex(query: Tensor, key: Tensor, value: Tensor, layout: Layout, scale: float) -> Tensor:
    """FlexAttention (Dong et al. 2024, arXiv:2412.05496) over the blocks that anyone sees."""
    output: Tensor = _compiled_flex()(query, key, value, block_mask=layout.block_mask(), scale=scale)
    return output


@cache
def _compiled_flex() -> Callable[..., Tensor]:
    from torch.nn.attention.flex_attention import flex_attention

    compiled: Callable[..., Tensor] = torch.compile(flex_attention)
    return compiled


def block_mask(layout: Layout) -> BlockMask:
    """Which blocks of 128 queries and keys have anything to see, and the rule inside them."""
    from torch.nn.attention.flex_attention import create_block_mask

    rows, queries = layout.query_ids.shape
    device = layout.query_ids.device
    return create_block_mask(
        mask_rule(layout), B=rows, H=None, Q_LEN=queries, KV_LEN=layout.key_ids.shape[1], device=device
    )


def mask_rule(layout: Layout) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """`Layout.visible` for one query and one key, as FlexAttention asks for it."""
    query_ids, key_ids = layout.query_ids, layout.key_ids
    last_visible, key_positions = layout.last_visible, layout.key_positions

    def visible(row: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        number = query_ids[row, query]
        same = (number == key_ids[row, key]) & (number > 0)
        return same & (key_positions[row, key] <= last_visible[row, query])

    return visible
