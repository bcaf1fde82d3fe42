"""The record of a run: metrics.jsonl always, TensorBoard events where the extra `tracking` is installed."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from yanmo.errors import TrainingError, reason_of
from yanmo.metrics.finite import finite
from yanmo.training.durable import replacing
from yanmo.training.hooks import Hook, StepReport
from yanmo.training.samples import TextSample

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

FILE = "metrics.jsonl"
MOST_LINES = 2000  # of steps; evaluations, saves and non-finite steps are always written
WINDOW = 10.0  # seconds of training over which tokens/s is taken


@dataclass(frozen=True, kw_only=True)
class StepLine:
    """A step: `losses` are its own, by term, no running mean. tokens_per_second: of training alone."""

    event: Literal["step"] = "step"
    step: int
    progress: float
    losses: Mapping[str, float]
    norm: float
    lr_scale: float
    finite: bool
    tokens_seen: int
    epochs: float
    tokens_per_second: float | None
    seconds: float

    @property
    def loss(self) -> float:
        return sum(self.losses.values())


@dataclass(frozen=True, kw_only=True)
class EvaluationLine:
    """An evaluation after `step`. best: whether it was the best so far."""

    event: Literal["evaluate"] = "evaluate"
    step: int
    metrics: Mapping[str, float]
    best: bool


@dataclass(frozen=True, kw_only=True)
class SamplesLine:
    """What the model made of a few texts at an evaluation."""

    event: Literal["samples"] = "samples"
    step: int
    samples: tuple[TextSample, ...]


@dataclass(frozen=True, kw_only=True)
class SaveLine:
    """A committed checkpoint, the name of its folder, and the seconds that it took."""

    event: Literal["save"] = "save"
    step: int
    checkpoint: str
    seconds: float


Line: TypeAlias = StepLine | EvaluationLine | SamplesLine | SaveLine
LINE: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="event")])


class Throughput:
    """Tokens per second of training alone: call `step` after each, `pause` after whatever is no training."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mark: float | None = None
        self._steps: deque[tuple[float, int]] = deque()  # seconds, tokens

    def step(self, tokens: int) -> float | None:
        """The rate over the last seconds; None at the first step, whose start was not seen."""
        now = self._clock()
        if self._mark is not None:
            self._steps.append((now - self._mark, tokens))
        self._mark = now
        seconds = sum(seconds for seconds, _ in self._steps)
        while len(self._steps) > 1 and seconds - self._steps[0][0] >= WINDOW:
            seconds -= self._steps.popleft()[0]
        return sum(tokens for _, tokens in self._steps) / seconds if seconds > 0 else None

    def pause(self) -> None:
        """An evaluation or a save ended just now."""
        self._mark = self._clock()


class MetricsLog(Hook):
    """Appends to `folder/metrics.jsonl`, one JSON object a line, and to the events in `folder/tensorboard`.

    resumed_step: lines after it are dropped, so that no step stands there twice.
    every: steps between two lines; None spreads at most 2,000 of them evenly over the budget.
    Each line reaches the system when it is written, so a kill loses at most one.
    Errors: TrainingError when the folder cannot be written.
    """

    def __init__(
        self, folder: Path, *, resumed_step: int = 0, every: int | None = None, tensorboard: bool = True
    ) -> None:
        self.path = folder / FILE
        self._every = every
        self._throughput = Throughput()
        self._progress = -1.0  # of the last step written
        self._truncate(resumed_step)
        self._writer = _writer(folder / "tensorboard", resumed_step) if tensorboard else None

    def on_step(self, report: StepReport) -> None:
        rate = self._throughput.step(report.tokens)
        if report.finite and not self._is_due(report):
            return
        self._progress = report.progress
        line = StepLine(
            step=report.step,
            progress=report.progress,
            losses=dict(report.losses),
            norm=report.norm,
            lr_scale=report.lr_scale,
            finite=report.finite,
            tokens_seen=report.tokens_seen,
            epochs=report.epochs,
            tokens_per_second=rate,
            seconds=report.seconds,
        )
        self._append(line)
        self._scalars("train", report.step, {"loss": line.loss, "lr_scale": line.lr_scale, "norm": line.norm})
        self._scalars("train", report.step, {f"loss_{term}": loss for term, loss in line.losses.items()})
        if rate is not None:
            self._scalars("train", report.step, {"tokens_per_second": rate})

    def on_evaluate(self, step: int, metrics: Mapping[str, float], *, best: bool) -> None:
        self._append(EvaluationLine(step=step, metrics=dict(metrics), best=best))
        self._scalars("evaluate", step, metrics)
        self._throughput.pause()

    def on_samples(self, step: int, samples: Sequence[TextSample]) -> None:
        self._append(SamplesLine(step=step, samples=tuple(samples)))
        if self._writer is not None:
            for number, one in enumerate(samples, 1):
                shown = "\n\n".join((one.given, f"**{one.written}**", f"*{one.wanted}*"))
                self._writer.add_text(f"held_out/{number}", shown, step)

    def on_save(self, step: int, path: Path, seconds: float) -> None:
        self._append(SaveLine(step=step, checkpoint=path.name, seconds=seconds))
        if self._writer is not None:
            self._writer.flush()
        self._throughput.pause()

    def on_end(self, step: int) -> None:
        if self._writer is not None:
            self._writer.close()

    def _is_due(self, report: StepReport) -> bool:
        if self._every is not None:
            return report.step % self._every == 0
        # A function of progress, so a resumed run writes the same steps as one that was never stopped.
        return self._progress < 0 or int(report.progress * MOST_LINES) > int(self._progress * MOST_LINES)

    def _append(self, line: Line) -> None:
        values: dict[str, JsonValue] = asdict(line)
        if isinstance(line, StepLine):
            values["loss"] = line.loss
        try:
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(finite(values), ensure_ascii=False, allow_nan=False) + "\n")
        except OSError as error:
            raise TrainingError("training.cannot_write", path=self.path, reason=reason_of(error)) from error

    def _truncate(self, resumed_step: int) -> None:
        """Keeps the whole lines up to the resumed step; a line torn by a kill goes with the rest."""
        kept = [(source, line) for source, line in _lines(self.path) if line.step <= resumed_step]
        self._progress = max(
            (line.progress for _, line in kept if isinstance(line, StepLine)), default=self._progress
        )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self.path) as file:
                file.write("".join(f"{source}\n" for source, _ in kept).encode())
        except OSError as error:
            raise TrainingError("training.cannot_write", path=self.path, reason=reason_of(error)) from error

    def _scalars(self, group: str, step: int, values: Mapping[str, float]) -> None:
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"{group}/{name}", value, step)


def read_metrics(path: Path) -> list[Line]:
    """The lines of a metrics.jsonl, in order; empty when there is no file. A torn line is left out."""
    return [line for _, line in _lines(path)]


def _lines(path: Path) -> Iterator[tuple[str, Line]]:
    """The source and the value of every whole line."""
    if not path.is_file():
        return
    for source in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            yield source, LINE.validate_json(source)
        except ValidationError:
            continue


def _writer(folder: Path, resumed_step: int) -> SummaryWriter | None:
    """TensorBoard, told to forget what came after the resumed step; None where it is not installed."""
    if find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder), purge_step=resumed_step + 1 if resumed_step else None)
