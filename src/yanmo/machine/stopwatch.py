"""The time that a piece of work takes, whatever else the machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

FINE = 1e-5  # seconds: a clock that ticks more slowly says nothing about a small product


def stopwatch(device: str, work: Callable[[], object]) -> float:
    """Seconds of the work: on a processor those that this thread spent at it, on a GPU those that passed.

    On a processor the work must stay in this thread (one thread in torch).
    """
    if device == "cuda":
        torch.cuda.synchronize()
        began = time.perf_counter()
        work()
        torch.cuda.synchronize()
        return time.perf_counter() - began
    clock = time.thread_time if time.get_clock_info("thread_time").resolution <= FINE else time.perf_counter
    began = clock()
    work()
    return clock() - began
