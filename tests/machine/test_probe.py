"""The probe: quick, without side effects, and its choices follow from what was measured."""

import dataclasses
import time
from pathlib import Path

import pytest
import torch

from yanmo.machine import attention, memory, probe, products
from yanmo.machine.probe import Machine, Settings, choose, configure, describe, matmul, precision
from yanmo.machine.products import Product
from yanmo.machine.stopwatch import stopwatch

MACHINE = Machine(
    cores=2, memory_bytes=24 << 30, cuda=None, mps=False,
    fp32_rate=200, fp32_medium_rate=440, fp32_medium_error=4e-7, bf16_rate=870, bf16_error=2.9e-3,
)  # fmt: skip


def with_(**changes: object) -> Machine:
    return dataclasses.replace(MACHINE, **changes)


def test_probe_is_quick_and_changes_nothing() -> None:
    before = torch.get_num_threads(), torch.get_float32_matmul_precision(), torch.get_rng_state().tolist()
    probe.probe()  # the first call of a process also loads the libraries
    began = time.perf_counter()
    found = probe.probe()
    assert time.perf_counter() - began < 5
    assert (
        torch.get_num_threads(),
        torch.get_float32_matmul_precision(),
        torch.get_rng_state().tolist(),
    ) == before
    assert found.cores >= 1
    assert found.memory_bytes > 1 << 28
    assert min(found.fp32_rate, found.fp32_medium_rate, found.bf16_rate) > 0
    assert 1e-9 < found.fp32_medium_error < 0.02
    assert 1e-4 < found.bf16_error < 0.01
    assert bool(found.gpu) == torch.cuda.is_available()


def test_bf16_counts_only_where_the_hardware_has_it() -> None:
    assert precision(MACHINE) == "bf16"
    assert precision(with_(bf16_rate=440 * 1.29)) == "fp32"
    assert (
        precision(with_(bf16_rate=440 * 1.29, fp32_medium_error=3e-3)) == "bf16"
    )  # medium is not usable there
    assert precision(with_(mps=True)) == "fp32"
    assert precision(with_(bf16_error=0.02)) == "fp32"


def test_a_gpu_counts_by_what_was_measured_on_it() -> None:
    def gpu(bf16_rate: float, error: float = 3e-3) -> Machine:
        kinds = (("highest", 50e3, 2e-7), ("high", 300e3, 3e-4), ("bf16", bf16_rate, error))
        products = tuple(Product(kind=kind, rate=rate, error=error) for kind, rate, error in kinds)  # type: ignore[arg-type]
        return with_(cuda="gpu", gpu=products)

    assert precision(gpu(700e3)) == "bf16"
    assert precision(gpu(40e3)) == "fp32", "emulated"
    assert precision(gpu(700e3, error=0.1)) == "fp32"
    assert matmul(gpu(700e3)) == "highest", "TF32 is measured and never used"
    rows = [value for _, value in describe(gpu(700e3))]
    assert any("300000 GFLOP/s" in value and "3.0e-04" in value for value in rows)


def test_medium_only_where_it_is_faster_and_exact() -> None:
    assert matmul(MACHINE) == "medium"
    assert matmul(with_(fp32_medium_error=2.9e-3)) == "highest"
    assert matmul(with_(fp32_medium_rate=210)) == "highest"
    assert matmul(with_(cuda="gpu")) == "highest"


def test_threads_are_torchs_but_no_more_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 64)
    assert choose(MACHINE) == Settings(precision="bf16", matmul="medium", threads=2)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert choose(MACHINE).threads == 1


def test_configure_applies() -> None:
    before = Settings(
        precision="fp32", matmul=torch.get_float32_matmul_precision(), threads=torch.get_num_threads()
    )
    try:
        configure(Settings(precision="fp32", matmul="medium", threads=1, attention="fused"))
        assert (torch.get_float32_matmul_precision(), torch.get_num_threads()) == ("medium", 1)
        assert attention.chosen() == "fused"
    finally:
        configure(before)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_describe(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("YANMO_LANG", language)
    rows = dict(describe(MACHINE))
    assert len(rows) == 9
    assert "24.0 GB" in rows.values()
    assert rows["Precision used" if language == "en" else "采用的精度"] == "bf16"


def test_a_container_may_have_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    monkeypatch.setattr(probe, "CGROUP", tmp_path)
    monkeypatch.setattr(probe.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    whole = memory.total_memory()
    assert probe.available_cores() == 8
    (tmp_path / "cpu.max").write_text("max 100000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert (probe.available_cores(), memory.total_memory()) == (8, whole)
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    (tmp_path / "memory.max").write_text("1000000\n")
    assert (probe.available_cores(), memory.total_memory()) == (2, 1_000_000)
    (tmp_path / "cpu.max").unlink()
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("-1\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert probe.available_cores() == 8
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("20000\n")
    assert probe.available_cores() == 1


def test_keeping_buffers_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert memory.keep_large_buffers() in (True, False)

    def absent(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(memory.ctypes, "CDLL", absent)
    assert memory.keep_large_buffers() is False


def test_waiting_does_not_count() -> None:
    """As under load: the thread is not at work, and the choices of a run must not change."""
    assert stopwatch("cpu", lambda: time.sleep(0.2)) < 0.1
    assert stopwatch("cpu", lambda: sum(range(3_000_000))) > 0.01


def test_a_slow_start_is_not_a_slow_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first sample may be anything; a kind is given up after two slow ones."""
    given = {"highest": [9.0, 0.1] + [0.1] * 6, "bf16": [1.0, 1.0]}
    monkeypatch.setattr(products, "_seconds", lambda kind, left, right: given[kind].pop(0))
    fast, slow = products.measure("cpu", ("highest", "bf16"), size=64)
    assert fast.rate == pytest.approx(2 * 64**3 / 0.1 / 1e9)
    assert slow.rate == pytest.approx(2 * 64**3 / 1.0 / 1e9)
    assert not given["highest"] and not given["bf16"]
