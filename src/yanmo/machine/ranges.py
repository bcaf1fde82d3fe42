"""Names for stretches of time, for whoever profiles: torch's profiler, NVIDIA's (NVTX), Intel's (ITT)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.profiler import itt, record_function


@contextmanager
def named(name: str) -> Iterator[None]:
    """What runs inside has this name in a trace; some microseconds where nobody looks. Also a decorator."""
    with record_function(name), _vendors(name):
        yield


@contextmanager
def _vendors(name: str) -> Iterator[None]:
    if torch.cuda.is_available():
        torch.cuda.nvtx.range_push(name)  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            torch.cuda.nvtx.range_pop()  # type: ignore[no-untyped-call]
    elif itt.is_available():  # type: ignore[no-untyped-call]
        with itt.range(name):
            yield
    else:
        yield
