"""Named stretches of time."""

from __future__ import annotations

import pytest
import torch
from torch.profiler import ProfilerActivity, itt, profile

from yanmo.machine.ranges import named


@named("whole")
def work() -> None:
    with named("part"):
        torch.ones(3).sum()


def test_ranges_have_their_names_in_a_trace() -> None:
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        work()
        work()
    counts = {event.key: event.count for event in profiler.key_averages()}
    assert (counts["whole"], counts["part"]) == (2, 2)


def test_an_error_goes_through() -> None:
    with pytest.raises(ValueError, match="inside"), named("part"):
        raise ValueError("inside")


@pytest.mark.parametrize("gpu", [True, False])
def test_what_is_pushed_for_nvidia_or_intel_is_popped(gpu: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """In balance, an error or not."""
    told: list[str] = []
    there = {"push": lambda name: told.append(f"+{name}"), "pop": lambda: told.append("-")}
    for way, ours in ((torch.cuda.nvtx, gpu), (itt, not gpu)):
        for verb, tell in there.items():
            monkeypatch.setattr(way, f"range_{verb}", tell if ours else pytest.fail)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr(itt, "is_available", lambda: True)
    work()
    with pytest.raises(ValueError, match="inside"), named("outer"), named("part"):
        raise ValueError("inside")
    assert told == ["+whole", "+part", "-", "-", "+outer", "+part", "-", "-"]
