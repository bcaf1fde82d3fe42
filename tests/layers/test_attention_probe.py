"""The probe of attention kernels: what it measures, and what follows from it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from yanmo.layers import attention_kernels, attention_probe
from yanmo.layers.attention import Layout
from yanmo.layers.attention_probe import TOLERANCE, Measured, best, measure
from yanmo.machine.attention import Attention


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_every_candidate_is_timed_and_right(dtype: torch.dtype) -> None:
    before = torch.get_num_threads(), torch.get_rng_state().tolist()
    with torch.inference_mode():
        measured = measure("cpu", dtype)
    assert (torch.get_num_threads(), torch.get_rng_state().tolist()) == before
    assert [each.kernel for each in measured] == ["products", "fused"]
    for each in measured:
        assert each.seconds is not None and 0 < each.seconds < 5
        assert each.error is not None and 0 < each.error < TOLERANCE[dtype]
    assert best(measured, dtype) in ("products", "fused")


def test_the_usual_one_stays_unless_another_is_clearly_faster_and_right() -> None:
    usual = Measured(kernel="fused", seconds=1.0, error=1e-7)
    others = {
        "flex": Measured(kernel="flex", seconds=0.5, error=1e-7),
        "wrong": Measured(kernel="flex", seconds=0.5, error=0.3),
        "hardly": Measured(kernel="flex", seconds=0.95, error=1e-7),
        "broken": Measured(kernel="flex", failure="no compiler"),
    }
    found = {name: best((usual, other), torch.float32) for name, other in others.items()}
    assert found == {"flex": "flex", "wrong": "fused", "hardly": "fused", "broken": "fused"}


def test_the_usual_one_goes_where_it_is_wrong_and_another_right() -> None:
    slow = Measured(kernel="flex", seconds=9.0, error=1e-7)
    for error in (0.3, float("nan")):
        assert best((Measured(kernel="fused", seconds=1.0, error=error), slow), torch.float32) == "flex"


@pytest.mark.parametrize("broken", range(4))
def test_one_nan_among_output_and_gradients_is_a_refusal(
    broken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = attention_probe._pass

    def spoilt(kernel: Attention, inputs: list[Tensor], layout: Layout) -> list[Tensor]:
        found = whole(kernel, inputs, layout)
        if kernel == "fused":
            found[broken][0, 0, 0, 0] = float("nan")
        return found

    monkeypatch.setattr(attention_probe, "_pass", spoilt)
    products, fused = measure("cpu", torch.float32)
    assert fused.error is not None and math.isnan(fused.error)
    assert best((replace(products, seconds=9.0), replace(fused, seconds=1.0)), torch.float32) == "products"


def test_a_kernel_that_cannot_run_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    run = attention_kernels.run

    def broken(kernel: str, *rest: object) -> object:
        if kernel == "fused":
            raise RuntimeError("no such kernel here\nand more")
        return run(kernel, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(attention_kernels, "run", broken)
    products, fused = measure("cpu", torch.float32)
    assert products.failure == "" and fused.seconds is None
    assert fused.failure == "RuntimeError: no such kernel here"
    assert best((products, fused), torch.float32) == "products"
