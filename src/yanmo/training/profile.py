"""`--profile`: a trace of a few steps of a run, by torch's profiler."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from torch import nn
from torch._C._profiler import _ExperimentalConfig
from torch.profiler import profile

from yanmo.machine.ranges import named
from yanmo.messages import text
from yanmo.training.hooks import Hook, StepReport

SKIPPED = 1  # the first step of a start allocates, and on a GPU compiles
STEPS = 5
ROWS = 25  # operations in the summary


class Profile(Hook):
    """Traces the steps after the first into folder/trace.json and sums them up in folder/summary.txt.

    The trace has named ranges: data, loss with forward inside it, backward, optimiser, and evaluation and checkpoint
    where they fall into these steps. Inside `with`, and given to the Trainer as a hook, it starts and ends by itself.
    note: is told where the trace lies and how to open it. backbone: whose forward pass is named.
    """

    def __init__(self, folder: Path, backbone: nn.Module, *, note: Callable[[str], None]) -> None:
        self._folder = folder
        self._backbone = backbone
        self._note = note
        self._profiler: profile | None = None
        self._first: int | None = None
        self._last = 0
        self._seen = 0
        self._ranges: list[AbstractContextManager[None]] = []
        self._handles: list[Any] = []  # torch's RemovableHandle

    def __enter__(self) -> Profile:
        self._handles = [
            self._backbone.register_forward_pre_hook(self._forward_begins),
            self._backbone.register_forward_hook(self._forward_ends),
        ]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()
        for handle in self._handles:
            handle.remove()

    def on_step(self, report: StepReport) -> None:
        self._seen += 1
        if self._profiler is not None:
            self._last = report.step
            if self._last - (self._first or 0) + 1 >= STEPS:
                self._finish()
        elif self._seen == SKIPPED:
            self._first = report.step + 1
            threads = _ExperimentalConfig(profile_all_threads=True)  # one builds batches ahead on a GPU
            self._profiler = profile(with_flops=True, experimental_config=threads)
            self._profiler.start()

    def on_end(self, step: int) -> None:
        self._finish()

    def _finish(self) -> None:
        if self._profiler is None:
            return
        profiler, self._profiler = self._profiler, None
        profiler.stop()
        if self._last < (self._first or 0):
            return  # it ended before a whole step
        self._folder.mkdir(parents=True, exist_ok=True)
        path, summary = self._folder / "trace.json", self._folder / "summary.txt"
        profiler.export_chrome_trace(str(path))
        table = profiler.key_averages().table(sort_by=_order(), row_limit=ROWS)
        summary.write_text(table, encoding="utf-8")
        self._note(text("training.profile", first=self._first, last=self._last, path=path, summary=summary))

    def _forward_begins(self, module: nn.Module, inputs: object) -> None:
        self._ranges.append(named("forward"))
        self._ranges[-1].__enter__()

    def _forward_ends(self, module: nn.Module, inputs: object, output: object) -> None:
        self._ranges.pop().__exit__(None, None, None)


def _order() -> str:
    """Where the time goes: on a GPU to its kernels, while the processor waits."""
    return "self_device_time_total" if torch.cuda.is_available() else "self_cpu_time_total"
