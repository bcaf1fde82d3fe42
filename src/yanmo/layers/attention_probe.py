"""Which attention kernel is the fastest here: each one is run on a small packed batch, timed, and compared."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from yanmo.layers import attention_kernels
from yanmo.layers.attention import Layout
from yanmo.machine.attention import Attention
from yanmo.machine.stopwatch import stopwatch

ROUNDS = 3
FASTER = 1.1  # than the usual kernel of the device, or that one stays
TOLERANCE = {torch.float32: 1e-4, torch.bfloat16: 3e-2}  # relative, against double precision
CANDIDATES: dict[str, tuple[Attention, ...]] = {"cpu": ("products", "fused"), "cuda": ("fused", "flex")}
SHAPES = {"cpu": (4, 4, 128, 64), "cuda": (8, 12, 512, 64)}  # rows, heads, length, size of a head


@dataclass(frozen=True, kw_only=True)
class Measured:
    """seconds: of a forward and a backward pass. error: of output and gradients. failure: why there are none."""

    kernel: Attention
    seconds: float | None = None
    error: float | None = None
    failure: str = ""


def measure(device: str, dtype: torch.dtype) -> tuple[Measured, ...]:
    """The kernels that this kind of device may have, the usual one first. On a GPU some are compiled for it here."""
    threads = torch.get_num_threads()
    if device == "cpu":
        torch.set_num_threads(1)  # as in the probe of products
    try:
        with torch.inference_mode(False), torch.enable_grad():
            inputs, layout = _inputs(device, dtype)
            wanted = _pass("products", [each.double() for each in inputs], layout)
            return tuple(_measured(kernel, inputs, layout, wanted) for kernel in CANDIDATES[device])
    finally:
        torch.set_num_threads(threads)


def best(measured: tuple[Measured, ...], dtype: torch.dtype) -> Attention:
    """The fastest of those that compute the right thing; the first unless it does not, or another is clearly faster."""
    usual, *others = measured
    chosen, least = usual.kernel, usual.seconds if _right(usual, dtype) else None
    for other in others:
        if other.seconds is None or not _right(other, dtype):
            continue
        if least is None or FASTER * other.seconds < least:
            chosen, least = other.kernel, other.seconds
    return chosen


def _right(measured: Measured, dtype: torch.dtype) -> bool:
    """Not so where the error is NaN, which compares as false to everything."""
    return measured.error is not None and measured.error <= TOLERANCE[dtype]


def _measured(kernel: Attention, inputs: list[Tensor], layout: Layout, wanted: list[Tensor]) -> Measured:
    try:
        found = _pass(kernel, inputs, layout)
        device = inputs[0].device.type
        seconds = min(stopwatch(device, lambda: _pass(kernel, inputs, layout)) for _ in range(ROUNDS))
    except Exception as error:  # a compiler that is missing or broken says so in many ways
        reason = (str(error).strip().splitlines() or [""])[0]
        return Measured(kernel=kernel, failure=f"{type(error).__name__}: {reason}")
    errors = [(one.double() - other).norm() / other.norm() for one, other in zip(found, wanted, strict=True)]
    return Measured(kernel=kernel, seconds=seconds, error=float(torch.stack(errors).max()))  # NaN if one is


def _pass(kernel: Attention, inputs: list[Tensor], layout: Layout) -> list[Tensor]:
    """The output where there are tokens, and the gradients of the three inputs."""
    query, key, value = (each.detach().requires_grad_() for each in inputs)
    output = attention_kernels.run(kernel, query, key, value, layout, 0.0, query.shape[-1] ** -0.5)
    real = output * (layout.query_ids > 0)[:, None, :, None]
    return [real.detach(), *torch.autograd.grad(real.square().sum(), (query, key, value))]


def _inputs(device: str, dtype: torch.dtype) -> tuple[list[Tensor], Layout]:
    """Rows of one bidirectional and one causal sequence, and some padding."""
    rows, _, length, _ = SHAPES[device]
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(3, *SHAPES[device], generator=generator).to(device, dtype)
    first, second = length // 2, length // 3
    ids = torch.tensor([1] * first + [2] * second + [0] * (length - first - second))
    positions = torch.cat([torch.arange(count) for count in (first, second, length - first - second)])
    last = torch.where(ids == 1, first - 1, positions)
    ids, positions, last = (each.expand(rows, length).to(device) for each in (ids, positions, last))
    return list(inputs), Layout(query_ids=ids, key_ids=ids, last_visible=last, key_positions=positions)
