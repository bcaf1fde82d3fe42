"""Matrix products: how fast each kind is on a device, and how far from exact."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Kind = Literal["highest", "high", "medium", "bf16"]  # fp32 under a torch setting, or bfloat16

ROUNDS = 8
HOPELESS = 0.25  # seconds: such a kind is not repeated
ERROR_ROWS = 256  # of the product that is compared with double precision


@dataclass(frozen=True, kw_only=True)
class Product:
    """rate: GFLOP/s. error: relative, of the product of random matrices against double precision."""

    kind: Kind
    rate: float
    error: float


def measure(device: str, kinds: tuple[Kind, ...], *, size: int) -> tuple[Product, ...]:
    """Square products in turn, the best of several rounds of each, so that a passing load hits all kinds alike."""
    generator = torch.Generator().manual_seed(0)
    left, right = torch.randn(2, size, size, generator=generator).to(device)
    exact = left[:ERROR_ROWS].double() @ right.double()
    pairs = {kind: (left.bfloat16(), right.bfloat16()) if kind == "bf16" else (left, right) for kind in kinds}
    seconds = dict.fromkeys(kinds, float("inf"))
    for _ in range(ROUNDS):
        for kind, pair in pairs.items():
            if not HOPELESS < seconds[kind] < float("inf"):
                seconds[kind] = min(seconds[kind], _seconds(kind, *pair))
    return tuple(
        Product(kind=kind, rate=2 * size**3 / seconds[kind] / 1e9, error=_error(kind, *pair, exact=exact))
        for kind, pair in pairs.items()
    )


def _seconds(kind: Kind, left: Tensor, right: Tensor) -> float:
    with _matmul_precision("highest" if kind == "bf16" else kind):
        _wait(left.device)
        began = time.perf_counter()
        left @ right
        _wait(left.device)
        return time.perf_counter() - began


def _error(kind: Kind, left: Tensor, right: Tensor, *, exact: Tensor) -> float:
    with _matmul_precision("highest" if kind == "bf16" else kind):
        product = left[:ERROR_ROWS] @ right
    return float((product.double() - exact).norm() / exact.norm())


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def _matmul_precision(name: str) -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(name)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
