"""Every path of `attention` against a naive loop."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.attention import flex_attention

from yanmo.layers import attention_kernels as kernels
from yanmo.layers.attention import Layout, attention
from yanmo.layers.attention_kernels import Kernel
from yanmo.layers.spans import spans_of_all
from yanmo.machine import attention as machine


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


def packed(rows: list[list[tuple[int, int]]], length: int) -> Layout:
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
    return Layout(query_ids=ids, key_ids=ids, last_visible=last, key_positions=positions)


def tensors(rows: int, length: int, seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shape = (rows, 2, length, 4)
    return [torch.randn(shape, generator=generator, requires_grad=True) for _ in range(3)]


MIXED = [[(3, 0), (4, 4), (5, 2)], [(6, 6), (2, 0)]]  # causal, bidirectional and prefix in one row; padding


def assert_equal_where_seen(ours: Tensor, other: Tensor, layout: Layout) -> None:
    sees = layout.visible().any(2)[:, None, :, None]
    torch.testing.assert_close(ours * sees, other * sees, atol=1e-6, rtol=1e-5)


Rows = list[list[tuple[int, int]]]
ROWS = st.lists(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), max_size=3), min_size=1, max_size=3)


def clamped(rows: Rows) -> Rows:
    return [[(count, min(prefix, count)) for count, prefix in row] for row in rows]


def across(rows: Rows, length: int, keys: int) -> Layout:
    """Queries of these rows, and keys of the same sequences in other places: a source, or a cache."""
    own = packed(rows, length)
    ids = own.query_ids.flip(1).roll(2, dims=1)[:, :keys]
    positions = own.key_positions.flip(1).roll(2, dims=1)[:, :keys]
    return Layout(
        query_ids=own.query_ids, key_ids=ids, last_visible=own.last_visible, key_positions=positions
    )


def by(kernel: Kernel, query: Tensor, key: Tensor, value: Tensor, layout: Layout | None) -> Tensor:
    return kernels.run(kernel, query, key, value, layout, 0.0, query.shape[-1] ** -0.5)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "PLAIN_LENGTH", 8)
    monkeypatch.setattr(kernels, "BLOCK", 5)


@pytest.mark.parametrize("kernel", ["products", "blocks", "fused"])
@settings(max_examples=25, deadline=None)
@given(ROWS, st.integers(0, 100), st.booleans())
def test_any_packing(kernel: Kernel, rows: Rows, seed: int, other_keys: bool) -> None:
    """Output and gradients of packed, causal, prefix and padded rows, and of keys that are not the queries'."""
    before, kernels.BLOCK = kernels.BLOCK, 4
    try:
        layout = across(clamped(rows), 15, 12) if other_keys else packed(clamped(rows), 15)
        query, key, value = tensors(len(rows), 15, seed)
        key, value = (each[:, :, : layout.key_ids.shape[1]] for each in (key, value))
        output, wanted = by(kernel, query, key, value, layout), naive(query, key, value, layout)
        assert output.isfinite().all(), "padding must not become NaN"
        assert_equal_where_seen(output, wanted, layout)
        weights = torch.randn(output.shape) * layout.visible().any(2)[:, None, :, None]
        if wanted.requires_grad:  # else nobody sees anything
            ours, others = (
                torch.autograd.grad((each * weights).sum(), (query, key, value)) for each in (output, wanted)
            )
            for mine, other in zip(ours, others, strict=True):
                torch.testing.assert_close(mine, other, atol=1e-5, rtol=1e-4)
    finally:
        kernels.BLOCK = before


@settings(max_examples=25, deadline=None)
@given(ROWS, st.booleans(), st.integers(1, 6))
def test_spans_hold_all_that_is_seen(rows: Rows, other_keys: bool, block: int) -> None:
    layout = across(clamped(rows), 15, 12) if other_keys else packed(clamped(rows), 15)
    seen = layout.visible()
    rest = seen.clone()
    for span in layout.spans(block):
        rest[:, span.queries, span.keys] = False
        first = span.keys.start
        assert seen[:, span.queries, first : first + span.seen_by_all].all()
        assert torch.equal(
            layout.visible(span), seen[:, span.queries, first + span.seen_by_all : span.keys.stop]
        )
    assert not rest.any()


def test_spans_are_short_where_little_is_seen() -> None:
    """A causal sequence: everything before the block is seen by all. Short ones: no key of another."""
    causal = packed([[(12, 0)]], 12).spans(4)
    assert [(span.keys.stop, span.seen_by_all) for span in causal] == [(4, 1), (8, 5), (12, 9)]
    whole = packed([[(12, 12)]], 12).spans(4)
    assert whole == spans_of_all(12, 12, 4)
    short = packed([[(4, 4), (4, 4)]], 12).spans(4)
    assert [(span.keys.start, span.keys.stop) for span in short] == [(0, 4), (4, 8)]


def test_without_a_layout_everyone_sees_everyone(small_blocks: None) -> None:
    for length in (7, 13):
        query, key, value = tensors(2, length)
        torch.testing.assert_close(attention(query, key, value), naive(query, key, value, None))


def test_flex_has_the_same_rule_and_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its mask here; its kernel only as torch's own unfused form, for the compiled one needs a GPU."""
    for layout in (packed(MIXED, 14), across(MIXED, 14, 11)):
        rows, queries = layout.query_ids.shape
        keys = layout.key_ids.shape[1]
        rule = kernels.mask_rule(layout)
        mask = flex_attention.create_mask(rule, rows, 1, queries, keys, device="cpu")
        assert torch.equal(mask[:, 0], layout.visible())
        assert layout.block_mask() is layout.block_mask()
        monkeypatch.setattr(flex_attention, "_FLEX_ATTENTION_DISABLE_COMPILE_DEBUG", True)
        monkeypatch.setattr(kernels, "_compiled_flex", lambda: flex_attention.flex_attention)
        query, key, value = (each.detach() for each in tensors(2, 14))
        key, value = key[:, :, :keys], value[:, :, :keys]
        output = by("flex", query, key, value, layout)
        assert output.isfinite().all()
        assert_equal_where_seen(output, naive(query, key, value, layout), layout)


def test_who_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen(queries: int, keys: int, device: str = "cpu", rate: float = 0.0) -> Kernel:
        query, key = (torch.empty(1, 1, length, 4, device=device) for length in (queries, keys))
        return kernels.kernel_for(query.requires_grad_(), key, packed(MIXED, 14), rate)

    assert chosen(100, 512) == "products"
    assert chosen(100, 513) == "blocks"
    assert chosen(1, 4000) == "products", "one new token over a cache"
    assert chosen(100, 100, "meta") == "fused"
    monkeypatch.setattr(machine, "_chosen", "fused")
    assert (chosen(100, 512), chosen(100, 513)) == ("fused", "blocks")
    monkeypatch.setattr(machine, "_chosen", "flex")
    assert chosen(100, 100) == "products", "Flex has no backward pass on a CPU"
    assert chosen(100, 100, "meta") == "flex"
    assert chosen(100, 100, "meta", rate=0.1) == "fused"
    with torch.no_grad():
        assert chosen(100, 100, "meta") == "fused"


def test_blocks_save_no_square(small_blocks: None) -> None:
    """What autograd keeps grows with the length, not with its square."""

    def kept(length: int) -> int:
        layout = packed([[(length, 0)]], length)
        sizes = {}
        with torch.autograd.graph.saved_tensors_hooks(
            lambda tensor: sizes.setdefault(tensor.data_ptr(), tensor.numel()) and tensor,
            lambda tensor: tensor,
        ):
            output = attention(*tensors(1, length), layout)
        assert output.requires_grad
        return sum(sizes.values())

    assert kept(128) == 2 * kept(64)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read there")
def test_long_sequences_take_linear_memory() -> None:
    """The most memory of the process while a layer of attention is trained on 4,096 and on 8,192 tokens."""
    code = """
import torch
from yanmo.layers.attention import Layout, attention
torch.set_num_threads(1)
peak = lambda: int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])
def train(length):
    ids, places = torch.ones(1, length, dtype=torch.int64), torch.arange(length)[None]
    layout = Layout(query_ids=ids, key_ids=ids, last_visible=places, key_positions=places)
    inputs = [torch.randn(1, 1, length, 16, requires_grad=True) for _ in range(3)]
    attention(*inputs, layout).square().sum().backward()
train(1024)
before = peak()
train(4096)
middle = peak()
train(8192)
print(middle - before, peak() - before)
"""
    # what is freed goes back at once: else the peak is that of the allocator, which keeps more or less by chance
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    half, whole = map(int, ran.stdout.split())
    assert whole < 3 * max(half, 2_000)  # kB; a square would be 4 times
    assert whole < 60_000, "one square of 8,192 in fp32 has 268 MB"


@pytest.mark.parametrize("rate", [0.0, 0.4])
def test_gradients_of_blocks(small_blocks: None, rate: float) -> None:
    """Against finite differences; with dropout the same mask in both passes."""
    layout = packed(MIXED, 14)
    inputs = [each.detach()[:, :1].double().requires_grad_() for each in tensors(2, 14)]
    real = (layout.query_ids > 0)[:, None, :, None]

    def output(*inputs: Tensor) -> Tensor:
        torch.manual_seed(7)
        return attention(*inputs, layout, dropout=rate, training=True) * real

    assert torch.autograd.gradcheck(output, inputs)


def test_dropout_of_blocks_is_drawn_anew_and_keeps_the_mean(small_blocks: None) -> None:
    query, key, value = (each.detach() for each in tensors(1, 16))
    torch.manual_seed(0)
    first, second = (attention(query, key, value, dropout=0.5, training=True) for _ in range(2))
    assert not torch.equal(first, second)
    many = torch.stack([attention(query, key, value, dropout=0.5, training=True) for _ in range(2000)])
    torch.testing.assert_close(many.mean(0), attention(query, key, value), atol=0.1, rtol=0.0)


def test_bfloat16() -> None:
    layout = packed(MIXED, 14)
    query, key, value = (tensor.bfloat16() for tensor in tensors(2, 14))
    output = attention(query, key, value, layout)
    assert output.dtype == torch.bfloat16 and output.isfinite().all()
    exact = attention(query.float(), key.float(), value.float(), layout)
    assert (output - exact).abs().max() < 0.05


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_row_of_padding_survives_a_softmax_in_powers_of_two(dtype: torch.dtype) -> None:
    """Kernels for GPUs add the mask in fp32, multiply by log2(e), subtract the greatest and take powers of two."""
    scores = torch.randn(2, 1, 12, 12) * 100 + packed(MIXED, 12).mask(dtype).float()
    powers = scores * math.log2(math.e)
    weights = (powers - powers.amax(-1, keepdim=True)).exp2()
    assert weights.isfinite().all()
    hidden = packed(MIXED, 12).visible().logical_not() & packed(MIXED, 12).visible().any(2, keepdim=True)
    assert (weights[hidden.unsqueeze(1)] == 0).all()


def test_the_mask_is_made_once() -> None:
    layout = packed(MIXED, 14)
    assert layout.mask(torch.float32) is layout.mask(torch.float32)


def test_dropout_only_in_training() -> None:
    query, key, value = tensors(1, 6)
    still = attention(query, key, value, dropout=0.5, training=False)
    torch.testing.assert_close(still, attention(query, key, value))
    torch.manual_seed(0)
    assert not torch.equal(attention(query, key, value, dropout=0.5, training=True), still)
