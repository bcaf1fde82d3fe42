"""What this machine can do, measured in about a second; nothing is remembered between runs.

Rates and errors decide two settings that no table of processors could: whether bf16 pays, and whether
`set_float32_matmul_precision("medium")` does: on some processors it is exact and twice as fast as the
default, on others it computes in bf16. A GPU's own rates and errors decide there; TF32 is measured and shown, and
never used, for its error is that of 10 bits.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

import torch

from yanmo.machine import attention
from yanmo.machine.attention import Attention
from yanmo.machine.memory import CGROUP, read_limit, total_memory
from yanmo.machine.products import Product, measure
from yanmo.messages import text

SIZE = 768  # of the square matrices: large enough for the full rate of a few cores, small enough for a second
GPU_SIZE = 4096
EXACT = 2e-6  # relative error of a float32 product
BF16_ERROR = 1e-2  # of a bfloat16 product that adds up in float32: 3e-3
FASTER = 1.3  # a few percent, which differ from one probe to the next, decide nothing; nor does emulated bf16


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Rates are GFLOP/s of a matrix product on one core of the processor, errors relative.

    gpu: the same for its products under "highest", "high" (TF32) and in bf16; nothing where there is no GPU.
    """

    cores: int
    memory_bytes: int
    cuda: str | None
    mps: bool
    fp32_rate: float
    fp32_medium_rate: float
    fp32_medium_error: float
    bf16_rate: float
    bf16_error: float
    gpu: tuple[Product, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the bits of a run depend on: a resumed run applies those it was started with."""

    precision: Literal["bf16", "fp32"]
    matmul: Literal["highest", "medium"]
    threads: int
    attention: Attention = "products"


def probe() -> Machine:
    """Measures this machine in the time that this process is at work, so that a load changes no choice."""
    cuda = torch.cuda.is_available()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # whose time at work can be told from its time waiting
    try:
        highest, medium, bf16 = measure("cpu", ("highest", "medium", "bf16"), size=SIZE)
    finally:
        torch.set_num_threads(threads)
    return Machine(
        cores=available_cores(),
        memory_bytes=total_memory(),
        cuda=torch.cuda.get_device_name() if cuda else None,
        mps=torch.backends.mps.is_available(),
        fp32_rate=highest.rate,
        fp32_medium_rate=medium.rate,
        fp32_medium_error=medium.error,
        bf16_rate=bf16.rate,
        bf16_error=bf16.error,
        gpu=measure("cuda", ("highest", "high", "bf16"), size=GPU_SIZE) if cuda else (),
    )


def precision(machine: Machine) -> Literal["bf16", "fp32"]:
    """bf16 where it was measured clearly faster, on the GPU if there is one, and as exact as it should be."""
    if machine.gpu:
        products = {product.kind: product for product in machine.gpu}
        bf16, fp32 = products["bf16"], products["highest"].rate
        return "bf16" if bf16.error < BF16_ERROR and bf16.rate > FASTER * fp32 else "fp32"
    if machine.mps or machine.bf16_error >= BF16_ERROR:
        return "fp32"
    return "bf16" if machine.bf16_rate > FASTER * best_fp32(machine) else "fp32"


def best_fp32(machine: Machine) -> float:
    """The rate of float32 products under the settings that would be chosen."""
    return machine.fp32_medium_rate if matmul(machine) == "medium" else machine.fp32_rate


def matmul(machine: Machine) -> Literal["highest", "medium"]:
    """medium only where it was measured faster and as exact as float32 is."""
    exact = machine.fp32_medium_error < EXACT
    faster = machine.fp32_medium_rate > FASTER * machine.fp32_rate
    return "medium" if exact and faster and not machine.cuda else "highest"  # on CUDA, medium is bf16


def choose(machine: Machine) -> Settings:
    """The settings for a new run, but for attention, which is measured on its own kernels (`layers`).

    Threads: as torch has them, but no more than there are cores.
    """
    threads = min(torch.get_num_threads(), machine.cores)
    return Settings(precision=precision(machine), matmul=matmul(machine), threads=threads)


def configure(settings: Settings) -> None:
    """Applies the settings to this process. Precision is the business of whoever builds the model."""
    torch.set_float32_matmul_precision(settings.matmul)
    attention.use(settings.attention)
    if torch.get_num_threads() != settings.threads:
        torch.set_num_threads(settings.threads)


def describe(machine: Machine) -> list[tuple[str, str]]:
    """What was found, as rows of name and value in the user's language."""
    chosen = choose(machine)
    rows = [
        ("machine.cores", str(machine.cores)),
        ("machine.memory", text("machine.gigabytes", value=f"{machine.memory_bytes / 2**30:.1f}")),
        ("machine.accelerator", machine.cuda or ("MPS" if machine.mps else text("machine.none"))),
        ("machine.fp32", text("machine.rate", value=f"{machine.fp32_rate:.0f}")),
        ("machine.fp32_medium", _rate_and_error(machine.fp32_medium_rate, machine.fp32_medium_error)),
        ("machine.bf16", _rate_and_error(machine.bf16_rate, machine.bf16_error)),
        *(
            (f"machine.gpu_{product.kind}", _rate_and_error(product.rate, product.error))
            for product in machine.gpu
        ),
        ("machine.precision", chosen.precision),
        ("machine.matmul", chosen.matmul),
        ("machine.threads", str(chosen.threads)),
    ]
    return [(text(name), value) for name, value in rows]


def _rate_and_error(rate: float, error: float) -> str:
    return text("machine.rate_and_error", value=f"{rate:.0f}", error=f"{error:.1e}")


def available_cores() -> int:
    """Cores that this process may use: its affinity, or its container's quota if that is less."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = read_limit(CGROUP / "cpu.max")  # cgroup v2: "200000 100000" or "max 100000"
    if not quota:
        quota = read_limit(CGROUP / "cpu/cpu.cfs_quota_us") + read_limit(CGROUP / "cpu/cpu.cfs_period_us")
    if len(quota) == 2 and quota[0].isdigit() and quota[1].isdigit():
        cores = min(cores, max(1, round(int(quota[0]) / int(quota[1]))))
    return cores
