"""Matrix products: how fast each kind is on a device, and how far from exact."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from yanmo.machine.stopwatch import stopwatch

Kind = Literal["highest", "high", "medium", "bf16"]  # fp32 under a torch setting, or bfloat16

ROUNDS = 8
HOPELESS = 0.25  # seconds: a kind that takes longer twice is not repeated
ERROR_ROWS = 256  # of the product that is compared with double precision


@dataclass(frozen=True, kw_only=True)
class Product:
    """rate: GFLOP/s. error: relative, of the product of random matrices against double precision."""

    kind: Kind
    rate: float
    error: float


def measure(device: str, kinds: tuple[Kind, ...], *, size: int) -> tuple[Product, ...]:
    """Square products in turn, the best of several rounds of each.

    What a run computes in follows from this, so it must not depend on what else the machine does: the first product
    of a kind, which loads its library, is not timed, and on a processor only time at work counts.
    """
    generator = torch.Generator().manual_seed(0)
    left, right = torch.randn(2, size, size, generator=generator).to(device)
    exact = left[:ERROR_ROWS].double() @ right.double()
    pairs = {kind: (left.bfloat16(), right.bfloat16()) if kind == "bf16" else (left, right) for kind in kinds}
    errors = {kind: _error(kind, *pair, exact=exact) for kind, pair in pairs.items()}
    seconds: dict[Kind, list[float]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, pair in pairs.items():
            if len(seconds[kind]) < 2 or min(seconds[kind]) <= HOPELESS:
                seconds[kind].append(_seconds(kind, *pair))
    return tuple(
        Product(kind=kind, rate=2 * size**3 / min(seconds[kind]) / 1e9, error=errors[kind]) for kind in kinds
    )


def _seconds(kind: Kind, left: Tensor, right: Tensor) -> float:
    with _matmul_precision("highest" if kind == "bf16" else kind):
        return stopwatch(left.device.type, lambda: left @ right)


def _error(kind: Kind, left: Tensor, right: Tensor, *, exact: Tensor) -> float:
    with _matmul_precision("highest" if kind == "bf16" else kind):
        product = (left @ right)[:ERROR_ROWS]
    return float((product.double() - exact).norm() / exact.norm())


@contextmanager
def _matmul_precision(name: str) -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(name)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
