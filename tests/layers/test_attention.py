"""Every path of `attention` against a naive loop."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from yanmo.layers import attention as module
from yanmo.layers.attention import Layout, attention


def naive(query: Tensor, key: Tensor, value: Tensor, layout: Layout | None) -> Tensor:
    """One query at a time over the keys that it sees; zeros where it sees none."""
    output = torch.zeros_like(query)
    rows, heads, length, size = query.shape
    for row in range(rows):
        for place in range(length):
            sees = [
                other
                for other in range(key.shape[2])
                if layout is None
                or (
                    layout.query_ids[row, place] == layout.key_ids[row, other] > 0
                    and layout.key_positions[row, other] <= layout.last_visible[row, place]
                )
            ]
            if not sees:
                continue
            for head in range(heads):
                scores = key[row, head, sees] @ query[row, head, place] / math.sqrt(size)
                weights = scores.exp() / scores.exp().sum()
                output[row, head, place] = weights @ value[row, head, sees]
    return output


def packed(rows: list[list[tuple[int, int]]], length: int, *, causal: bool | None = None) -> Layout:
    """rows of (sequence length, prefix length)."""
    ids = torch.zeros(len(rows), length, dtype=torch.int64)
    positions, last = torch.zeros_like(ids), torch.zeros_like(ids)
    for number, row in enumerate(rows):
        start = 0
        for order, (count, prefix) in enumerate(row, 1):
            place = slice(start, start + count)
            ids[number, place] = order
            positions[number, place] = torch.arange(count)
            last[number, place] = torch.arange(count).clamp(min=prefix - 1)
            start += count
    return Layout(query_ids=ids, key_ids=ids, last_visible=last, key_positions=positions, causal=causal)


def tensors(rows: int, length: int, seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shape = (rows, 2, length, 4)
    return [torch.randn(shape, generator=generator, requires_grad=True) for _ in range(3)]


MIXED = [[(3, 0), (4, 4), (5, 2)], [(6, 6), (2, 0)]]  # causal, bidirectional and prefix in one row; padding


def assert_equal_where_seen(ours: Tensor, other: Tensor, layout: Layout) -> None:
    real = (layout.query_ids > 0)[:, None, :, None]
    torch.testing.assert_close(ours * real, other * real, atol=1e-6, rtol=1e-5)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), max_size=3), min_size=1, max_size=3),
    st.integers(0, 100),
)
def test_any_packing(rows: list[list[tuple[int, int]]], seed: int) -> None:
    layout = packed([[(count, min(prefix, count)) for count, prefix in row] for row in rows], 15)
    query, key, value = tensors(len(rows), 15, seed)
    output = attention(query, key, value, layout)
    assert output.isfinite().all(), "padding must not become NaN"
    assert_equal_where_seen(output, naive(query, key, value, layout), layout)


def test_without_a_layout_everyone_sees_everyone() -> None:
    query, key, value = tensors(2, 7)
    torch.testing.assert_close(attention(query, key, value), naive(query, key, value, None))


@pytest.mark.parametrize("causal", [None, True])
def test_blocks_equal_plain_products(monkeypatch: pytest.MonkeyPatch, causal: bool | None) -> None:
    rows = [[(3, 0), (5, 0), (6, 0)], [(13, 0)]] if causal else MIXED
    layout = packed(rows, 16, causal=causal)
    inputs = tensors(2, 16)
    weights = torch.randn(2, 2, 16, 4) * (layout.query_ids > 0)[:, None, :, None]

    plain = attention(*inputs, layout)
    expected = torch.autograd.grad((plain * weights).sum(), inputs)
    monkeypatch.setattr(module, "PLAIN_LENGTH", 8)
    monkeypatch.setattr(module, "BLOCK", 5)
    blocks = attention(*inputs, layout)
    gradients = torch.autograd.grad((blocks * weights).sum(), inputs)

    assert_equal_where_seen(blocks, plain, layout)
    for ours, other in zip(gradients, expected, strict=True):
        torch.testing.assert_close(ours, other, atol=1e-6, rtol=1e-5)


def test_blocks_save_no_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """What autograd keeps grows with the length, not with its square."""
    monkeypatch.setattr(module, "PLAIN_LENGTH", 8)
    monkeypatch.setattr(module, "BLOCK", 8)

    def kept(length: int) -> int:
        layout = packed([[(length, 0)]], length)
        sizes = {}
        with torch.autograd.graph.saved_tensors_hooks(
            lambda tensor: sizes.setdefault(tensor.data_ptr(), tensor.numel()) and tensor,
            lambda tensor: tensor,
        ):
            output = attention(*tensors(1, length), layout)
        assert output.requires_grad
        return max(sizes.values())

    assert kept(128) == 2 * kept(64)


def test_blocks_with_dropout_use_the_same_mask_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLAIN_LENGTH", 8)
    monkeypatch.setattr(module, "BLOCK", 8)
    query, key, value = tensors(1, 16)

    def run() -> Tensor:
        torch.manual_seed(7)
        return attention(query, key, value, dropout=0.5, training=True)

    output = run()
    (gradient,) = torch.autograd.grad(output.sum(), value)
    weights = torch.autograd.grad(run()[0, 0, :, 0].sum(), value)[0][
        0, 0, :, 0
    ]  # column sums of the first head
    torch.testing.assert_close(gradient[0, 0, :, 0], weights)


def test_scaled_dot_product_attention_gets_the_same_answer() -> None:
    """The kernel that GPUs use, given our mask."""
    layout = packed(MIXED, 14)
    query, key, value = tensors(2, 14)
    fused = F.scaled_dot_product_attention(query, key, value, layout.mask(query.dtype))
    assert fused.isfinite().all()
    assert_equal_where_seen(fused, attention(query, key, value, layout), layout)


def test_bfloat16() -> None:
    layout = packed(MIXED, 14)
    query, key, value = (tensor.bfloat16() for tensor in tensors(2, 14))
    output = attention(query, key, value, layout)
    assert output.dtype == torch.bfloat16 and output.isfinite().all()
    exact = attention(query.float(), key.float(), value.float(), layout)
    assert (output - exact).abs().max() < 0.05


def test_the_mask_is_made_once() -> None:
    layout = packed(MIXED, 14)
    assert layout.mask(torch.float32) is layout.mask(torch.float32)


def test_dropout_only_in_training() -> None:
    query, key, value = tensors(1, 6)
    still = attention(query, key, value, dropout=0.5, training=False)
    torch.testing.assert_close(still, attention(query, key, value))
    torch.manual_seed(0)
    assert not torch.equal(attention(query, key, value, dropout=0.5, training=True), still)
