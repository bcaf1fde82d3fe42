"""Machines that can be rented, as assumptions: no such machine is asked, and a plan prints what it assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Rentable:
    """matmul_rate: FLOP/s of bf16 products, all cores together. share: of it that training reaches.

    step_seconds: the least time of a step per layer, however small the work: starting kernels, the optimiser.
    """

    name: str
    device: Literal["cpu", "cuda"]
    memory_bytes: int
    matmul_rate: float
    share: float
    step_seconds: float


# cpu16: a core with avx512_bf16 does 470 to 520 GFLOP/s alone and 435 beside a second one; sixteen share caches,
#   memory and power: 250 each. Two such cores reach 35 to 45 % in training; small steps split over 16 less.
# h100: 989 TFLOP/s on the data sheet, about 700 in a good product. Networks of these widths reach a quarter, and an
#   eager step takes some 2 ms per layer for forward, backward and optimiser, whatever its size.
RENTABLE = (
    Rentable(
        name="cpu16",
        device="cpu",
        memory_bytes=64 * 2**30,
        matmul_rate=16 * 250e9,
        share=0.25,
        step_seconds=0.002,
    ),
    Rentable(
        name="h100",
        device="cuda",
        memory_bytes=80 * 2**30,
        matmul_rate=700e12,
        share=0.25,
        step_seconds=0.002,
    ),
)
