"""The trace of a few steps: what is in it, when it ends, and that it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
from torch.autograd.profiler_util import EventList

from yanmo.data.batch import Batch
from yanmo.errors import TrainingError
from yanmo.machine import ranges
from yanmo.training import prefetch
from yanmo.training import profile as module
from yanmo.training.profile import Profile
from yanmo.training.trainer import Trainer

NewTrainer = Callable[..., tuple[Trainer, object]]


def profiled(new_trainer: NewTrainer, folder: Path, **settings: object) -> tuple[list[str], list[float]]:
    notes: list[str] = []
    trainer, recorder = new_trainer(**settings)
    tracing = Profile(folder, trainer.weights.working.backbone, note=notes.append)
    trainer.hooks = [*trainer.hooks, tracing]
    with tracing:
        trainer.train()
    assert not trainer.weights.working.backbone._forward_hooks
    return notes, [sum(step.losses.values()) for step in recorder.steps]  # type: ignore[attr-defined]


def test_a_trace_has_the_parts_of_a_step(
    new_trainer: NewTrainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEPS", 3)
    notes, losses = profiled(new_trainer, tmp_path / "profile", budget="6steps")
    events = json.loads((tmp_path / "profile/trace.json").read_text(encoding="utf-8"))["traceEvents"]
    names = [event.get("name") for event in events if event.get("cat") == "user_annotation"]
    counts = {name: names.count(name) for name in ("data", "loss", "forward", "backward", "optimiser")}
    assert counts["loss"] == counts["backward"] == counts["optimiser"] == counts["data"] == 3
    assert counts["forward"] >= 3, "an evaluation has some too"
    assert "aten::" in (tmp_path / "profile/summary.txt").read_text(encoding="utf-8")
    (note,) = notes
    assert "2" in note and "4" in note and str(tmp_path / "profile/trace.json") in note
    assert "perfetto" in note
    assert len(losses) == 6


def test_it_changes_nothing(new_trainer: NewTrainer, tmp_path: Path) -> None:
    _, traced = profiled(new_trainer, tmp_path / "profile", budget="4steps")
    for path in sorted((tmp_path / "run").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    trainer, recorder = new_trainer(budget="4steps")
    trainer.train()
    assert traced == [sum(step.losses.values()) for step in recorder.steps]  # type: ignore[attr-defined]


def test_a_short_run_is_traced_to_its_end(new_trainer: NewTrainer, tmp_path: Path) -> None:
    notes, _ = profiled(new_trainer, tmp_path / "profile", budget="2steps")
    assert len(notes) == 1
    assert (tmp_path / "profile/trace.json").is_file()


def test_a_run_of_one_step_has_nothing_to_trace(new_trainer: NewTrainer, tmp_path: Path) -> None:
    notes, _ = profiled(new_trainer, tmp_path / "profile", budget="1steps")
    assert notes == []
    assert not (tmp_path / "profile").exists()


def test_an_error_ends_the_profiler(new_trainer: NewTrainer, tmp_path: Path) -> None:
    trainer, _ = new_trainer()
    tracing = Profile(tmp_path / "first", trainer.weights.working.backbone, note=lambda message: None)
    trainer.hooks = [*trainer.hooks, tracing, Failing()]
    with pytest.raises(TrainingError), tracing:
        trainer.train()
    notes, _ = profiled(new_trainer, tmp_path / "second", budget="3steps")
    assert len(notes) == 1


class Failing(module.Hook):
    def on_step(self, report: module.StepReport) -> None:
        if report.step == 2:
            raise TrainingError("training.not_finite", step=2, count=1)


def test_a_trace_has_what_another_thread_does(
    new_trainer: NewTrainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(int).result()  # it is there before the profiler, as the one that builds batches ahead

        def elsewhere(batches: Iterator[Batch], device: torch.device) -> Iterator[Batch]:
            while True:
                yield thread.submit(prefetch._next, batches, device).result()  # type: ignore[misc]

        monkeypatch.setattr("yanmo.training.trainer.on_device", elsewhere)
        profiled(new_trainer, tmp_path / "profile", budget="3steps")
    events = json.loads((tmp_path / "profile/trace.json").read_text(encoding="utf-8"))["traceEvents"]
    threads = {
        event["tid"]
        for event in events
        if event.get("cat") == "user_annotation" and event.get("name") == "data"
    }
    assert len(threads) == 2


@pytest.mark.parametrize("gpu", [True, False])
def test_the_summary_begins_with_what_takes_longest_on_the_device(
    gpu: bool, new_trainer: NewTrainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[str] = []
    table = EventList.table
    monkeypatch.setattr(
        EventList, "table", lambda events, sort_by, **rest: orders.append(sort_by) or table(events, sort_by)
    )
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr(ranges, "_vendors", lambda name: nullcontext())
    profiled(new_trainer, tmp_path / "profile", budget="3steps")
    assert orders == ["self_device_time_total" if gpu else "self_cpu_time_total"]
