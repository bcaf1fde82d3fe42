"""What this machine can do, measured in about a second; nothing is remembered between runs.

Rates decide two settings that no table of processors could: whether bf16 pays, and whether
`set_float32_matmul_precision("medium")` does: on some processors it is exact and twice as fast as the
default, on others it computes in bf16.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from yanmo.machine.memory import CGROUP, read_limit, total_memory
from yanmo.messages import text

SIZE = 768  # of the square matrices: large enough for the full rate of a few cores, small enough for a second
ROUNDS = 8
HOPELESS = 0.25  # seconds: under 4 GFLOP/s
EXACT = 2e-6  # relative error of a float32 product
FASTER = 1.1
BF16_FASTER = 1.3  # below this, bf16 is emulated or not worth its precision


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Rates are GFLOP/s of a matrix product on one core of the processor; 0 where it cannot be run."""

    cores: int
    memory_bytes: int
    cuda: str | None
    cuda_bf16: bool
    mps: bool
    fp32_rate: float
    fp32_medium_rate: float
    fp32_medium_error: float
    bf16_rate: float


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the bits of a run depend on: a resumed run applies those it was started with."""

    precision: Literal["bf16", "fp32"]
    matmul: Literal["highest", "medium"]
    threads: int


def probe() -> Machine:
    """Measures this machine, in turn and several times each, so that a passing load hits all rates alike."""
    cuda = torch.cuda.is_available()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # on one core the best of some rounds is undisturbed even on a busy machine
    try:
        generator = torch.Generator().manual_seed(0)
        left, right = torch.randn(2, SIZE, SIZE, generator=generator)
        rates = _rates(left, right)
        error = _relative_error(left[:256], right)
    finally:
        torch.set_num_threads(threads)
    return Machine(
        cores=available_cores(),
        memory_bytes=total_memory(),
        cuda=torch.cuda.get_device_name() if cuda else None,
        cuda_bf16=cuda and torch.cuda.is_bf16_supported(including_emulation=False),
        mps=torch.backends.mps.is_available(),
        fp32_rate=rates["highest"],
        fp32_medium_rate=rates["medium"],
        fp32_medium_error=error,
        bf16_rate=rates["bf16"],
    )


def precision(machine: Machine) -> Literal["bf16", "fp32"]:
    """bf16 where the hardware has it: on the accelerator, else where it was measured clearly faster."""
    if machine.cuda or machine.mps:
        return "bf16" if machine.cuda_bf16 else "fp32"
    return "bf16" if machine.bf16_rate > BF16_FASTER * best_fp32(machine) else "fp32"


def best_fp32(machine: Machine) -> float:
    """The rate of float32 products under the settings that would be chosen."""
    return machine.fp32_medium_rate if matmul(machine) == "medium" else machine.fp32_rate


def matmul(machine: Machine) -> Literal["highest", "medium"]:
    """medium only where it was measured faster and as exact as float32 is."""
    exact = machine.fp32_medium_error < EXACT
    faster = machine.fp32_medium_rate > FASTER * machine.fp32_rate
    return "medium" if exact and faster and not machine.cuda else "highest"  # on CUDA, medium is bf16


def choose(machine: Machine) -> Settings:
    """The settings for a new run. Threads: as torch has them, but no more than there are cores."""
    threads = min(torch.get_num_threads(), machine.cores)
    return Settings(precision=precision(machine), matmul=matmul(machine), threads=threads)


def configure(settings: Settings) -> None:
    """Applies the settings to this process. Precision is the business of whoever builds the model."""
    torch.set_float32_matmul_precision(settings.matmul)
    if torch.get_num_threads() != settings.threads:
        torch.set_num_threads(settings.threads)


def describe(machine: Machine) -> list[tuple[str, str]]:
    """What was found, as rows of name and value in the user's language."""
    chosen = choose(machine)
    rate = "machine.rate"
    rows = [
        ("machine.cores", str(machine.cores)),
        ("machine.memory", text("machine.gigabytes", value=f"{machine.memory_bytes / 2**30:.1f}")),
        ("machine.accelerator", machine.cuda or ("MPS" if machine.mps else text("machine.none"))),
        ("machine.fp32", text(rate, value=f"{machine.fp32_rate:.0f}")),
        (
            "machine.fp32_medium",
            text(
                "machine.rate_and_error",
                value=f"{machine.fp32_medium_rate:.0f}",
                error=f"{machine.fp32_medium_error:.1e}",
            ),
        ),
        (
            "machine.bf16",
            text(rate, value=f"{machine.bf16_rate:.0f}") if machine.bf16_rate else text("machine.none"),
        ),
        ("machine.precision", chosen.precision),
        ("machine.matmul", chosen.matmul),
        ("machine.threads", str(chosen.threads)),
    ]
    return [(text(name), value) for name, value in rows]


def available_cores() -> int:
    """Cores that this process may use: its affinity, or its container's quota if that is less."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = read_limit(CGROUP / "cpu.max")  # cgroup v2: "200000 100000" or "max 100000"
    if not quota:
        quota = read_limit(CGROUP / "cpu/cpu.cfs_quota_us") + read_limit(CGROUP / "cpu/cpu.cfs_period_us")
    if len(quota) == 2 and quota[0].isdigit() and quota[1].isdigit():
        cores = min(cores, max(1, round(int(quota[0]) / int(quota[1]))))
    return cores


@contextmanager
def _matmul_precision(name: str) -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(name)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _rates(left: Tensor, right: Tensor) -> dict[str, float]:
    """The best of several rounds of each kind, interleaved; a hopelessly slow kind is not repeated."""
    kinds = {
        "highest": (left, right),
        "medium": (left, right),
        "bf16": (left.bfloat16(), right.bfloat16()),
    }
    seconds = dict.fromkeys(kinds, float("inf"))
    for _ in range(ROUNDS):
        for kind, (first, second) in kinds.items():
            if HOPELESS < seconds[kind] < float("inf"):
                continue
            with _matmul_precision("medium" if kind == "medium" else "highest"):
                began = time.perf_counter()
                first @ second
                took = time.perf_counter() - began
            seconds[kind] = min(seconds[kind], took)
    return {kind: 2 * SIZE**3 / took / 1e9 for kind, took in seconds.items()}


def _relative_error(left: Tensor, right: Tensor) -> float:
    """Of a product under "medium", against double precision."""
    exact = left.double() @ right.double()
    with _matmul_precision("medium"):
        product = left @ right
    return float((product.double() - exact).norm() / exact.norm())
