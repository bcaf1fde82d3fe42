"""What a person sees while a verb works: a bar on a terminal, a plain line now and then elsewhere.

All of it goes to stderr, so stdout holds results alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Column

from yanmo.api.reporter import Advance, Reporter
from yanmo.evaluation.metric_text import duration, metric_name, metric_value, number
from yanmo.messages import text
from yanmo.training.hooks import StepReport
from yanmo.training.log import Throughput

PLAIN_SECONDS = 10.0  # between two lines where there is no terminal
FRESH_SECONDS = 0.1  # between two changes of a bar
MEMORY = 0.98  # of the running mean of the loss

Clock = Callable[[], float]


class RunningMean:
    """With exponential weights, unbiased at its start."""

    def __init__(self) -> None:
        self._total = self._weight = 0.0

    @property
    def value(self) -> float | None:
        return self._total / self._weight if self._weight else None

    def add(self, value: float) -> None:
        self._total = MEMORY * self._total + (1 - MEMORY) * value
        self._weight = MEMORY * self._weight + (1 - MEMORY)


class ProgressBar(Reporter):
    """One line per training: bar, step, smoothed loss, tokens/s, time left; evaluations stand above it.

    A context manager: leaving it, also by an error, gives the terminal back as it was.
    """

    _throughput: Throughput
    _loss: RunningMean
    _live: Progress | None
    _progress: float
    _status: str
    _shown: float

    def __init__(
        self, description: str | None = None, *, console: Console | None = None, clock: Clock = time.monotonic
    ) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self._description = description
        self._clock = clock
        self._reset()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def on_step(self, report: StepReport) -> None:
        rate = self._throughput.step(report.tokens)
        if not report.finite:
            self._tell_not_finite(report)
        else:
            self._loss.add(sum(report.losses.values()))
        self._status = text(
            "progress.status",
            step=number(report.step),
            loss="–" if self._loss.value is None else f"{self._loss.value:.3f}",
            rate="–" if rate is None else number(round(rate)),
            left="–" if report.seconds_left is None else duration(report.seconds_left),
        )
        self._progress = min(report.progress, 1.0)
        now = self._clock()
        if now - self._shown >= (FRESH_SECONDS if is_live(self.console) else PLAIN_SECONDS):
            self._shown = now
            self._show()

    def on_evaluate(self, step: int, metrics: Mapping[str, float], *, best: bool) -> None:
        names = sorted(metrics, key=lambda name: name != "loss")  # the sum first, the rest as it comes
        told = [
            text("progress.metric", name=metric_name(name), value=metric_value(name, metrics[name]))
            for name in names
        ]
        key = "progress.evaluation_best" if best else "progress.evaluation"
        self.note(text(key, step=number(step), metrics=text("progress.separator").join(told)))
        self._throughput.pause()

    def on_save(self, step: int, path: object, seconds: float) -> None:
        self._throughput.pause()

    def on_end(self, step: int) -> None:
        if self._status:
            self._show()
        self._stop()

    def note(self, message: str) -> None:
        """One line of what was decided or found."""
        _say(self.console, message)

    def warn(self, message: str) -> None:
        """One line that the user should read."""
        _say(self.console, text("progress.warning", message=message), style="yellow")

    @contextmanager
    def stage(self, description: str) -> Iterator[Advance]:
        """Around work that takes time: reading, tokenising."""
        with task_bar(description, console=self.console, clock=self._clock) as advance:
            yield advance

    def _tell_not_finite(self, report: StepReport) -> None:
        losses = text("progress.separator").join(
            text("progress.metric", name=name, value=number(loss)) for name, loss in report.losses.items()
        )
        norm = number(report.norm)
        self.warn(text("progress.not_finite", step=number(report.step), losses=losses, norm=norm))

    def _show(self) -> None:
        description = self._description or text("progress.training")
        if not is_live(self.console):
            percent = f"{100 * self._progress:.0f}"
            self.note(text("progress.plain", description=description, percent=percent, status=self._status))
            return
        if self._live is None:
            self._live = _bar(self.console)
            self._live.add_task(description, total=1.0, status="")
            self._live.start()
        self._live.update(self._live.task_ids[0], completed=self._progress, status=self._status)

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
        self._reset()

    def _reset(self) -> None:
        """Ready for the next training."""
        self._throughput = Throughput(self._clock)
        self._live = None
        self._loss = RunningMean()
        self._progress = 0.0
        self._status = ""
        self._shown = -math.inf


@contextmanager
def task_bar(
    description: str, *, console: Console | None = None, clock: Clock = time.monotonic
) -> Iterator[Advance]:
    """A line for work of unknown length; yields a function that is told (characters, tokens) so far.

    At the end it becomes a line with the totals and the time.
    """
    console = console or Console(stderr=True, highlight=False)
    began = shown = clock()
    counts = ""
    with _spinner(console) as live:
        task = live.add_task(description, total=None, status="")

        def advance(characters: int, tokens: int) -> None:
            nonlocal counts, shown
            counts = _counts(characters, tokens)
            now = clock()
            if now - shown < (FRESH_SECONDS if is_live(console) else PLAIN_SECONDS):
                return
            shown = now
            if is_live(console):
                live.update(task, status=f"{counts}  {duration(now - began)}")
            else:
                passed = duration(now - began)
                _say(console, text("progress.task", description=description, counts=counts, time=passed))

        yield advance
    key = "progress.task_done" if counts else "progress.task_time"
    _say(console, text(key, description=description, counts=counts, time=duration(clock() - began)))


def is_live(console: Console) -> bool:
    """Whether a line can be drawn over."""
    return console.is_terminal and not console.is_dumb_terminal


def _counts(characters: int, tokens: int) -> str:
    if tokens:
        return text("progress.characters_tokens", characters=number(characters), tokens=number(tokens))
    return text("progress.characters", count=number(characters))


def _say(console: Console, message: str, style: str | None = None) -> None:
    # soft_wrap: a line in a log stays one line, however narrow the terminal is thought to be.
    console.print(message, style=style, markup=False, highlight=False, soft_wrap=True)


def _bar(console: Console) -> Progress:
    def column(template: str) -> TextColumn:
        return TextColumn(template, markup=False, table_column=Column(no_wrap=True))

    return Progress(
        column("{task.description}"),
        BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=8)),
        column("{task.percentage:>3.0f} %"),
        column("{task.fields[status]}"),
        console=console,
        expand=True,
    )


def _spinner(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[status]}", markup=False),
    )
    return Progress(SpinnerColumn(), *columns, console=console, transient=True, disable=not is_live(console))
