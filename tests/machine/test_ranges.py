"""Named stretches of time."""

from __future__ import annotations

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

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
