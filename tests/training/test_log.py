import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from yanmo.errors import TrainingError
from yanmo.training.hooks import StepReport
from yanmo.training.log import FILE, EvaluationLine, MetricsLog, SaveLine, StepLine, Throughput, read_metrics


def report(step: int, *, steps: int = 10, loss: float = 2.0, finite: bool = True) -> StepReport:
    return StepReport(
        step=step,
        progress=step / steps,
        losses={"mlm": loss, "nsp": 0.5},
        norm=1.0,
        lr_scale=0.1,
        finite=finite,
        tokens=100,
        tokens_seen=100 * step,
        epochs=step / 20,
        seconds=0.5 * step,
        seconds_left=None,
    )


def steps_in(folder: Path) -> list[int]:
    return [line.step for line in read_metrics(folder / FILE) if isinstance(line, StepLine)]


def test_every_event_is_a_line_that_reads_back(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path, tensorboard=False)
    log.on_step(report(1))
    log.on_evaluate(1, {"loss": 1.5, "perplexity": math.inf}, best=True)
    log.on_save(1, tmp_path / "checkpoints" / "step-1", 0.2)
    log.on_end(1)
    step, evaluation, save = read_metrics(tmp_path / FILE)
    assert isinstance(step, StepLine)
    assert (step.step, step.loss, step.losses, step.tokens_seen) == (1, 2.5, {"mlm": 2.0, "nsp": 0.5}, 100)
    assert evaluation == EvaluationLine(step=1, metrics={"loss": 1.5, "perplexity": math.inf}, best=True)
    assert save == SaveLine(step=1, checkpoint="step-1", seconds=0.2)
    first = json.loads((tmp_path / FILE).read_text().splitlines()[0])
    assert (first["event"], first["loss"]) == ("step", 2.5)


def test_what_is_not_finite_is_always_written_and_stays_json(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path, every=100, tensorboard=False)
    log.on_step(report(1))
    log.on_step(replace(report(2, loss=math.nan, finite=False), norm=math.inf))
    (source,) = (tmp_path / FILE).read_text().splitlines()

    def refuse(name: str) -> float:
        raise AssertionError(name)

    values = json.loads(source, parse_constant=refuse)
    assert (values["losses"]["mlm"], values["loss"], values["norm"]) == ("nan", "nan", "inf")
    (line,) = read_metrics(tmp_path / FILE)
    assert isinstance(line, StepLine)
    assert math.isnan(line.losses["mlm"]) and line.norm == math.inf and not line.finite


def test_a_long_run_has_at_most_two_thousand_lines_of_steps(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path, tensorboard=False)
    for step in range(1, 5001):
        log.on_step(report(step, steps=5000))
    steps = steps_in(tmp_path)
    assert steps[0] == 1 and steps[-1] == 5000
    assert 1900 < len(steps) <= 2001


@pytest.mark.parametrize(
    "torn", ["", '{"event": "step", "st', '{"event": "evaluate", "step": 41, "metrics": {"损']
)
def test_a_resumed_run_writes_what_an_unbroken_one_writes(tmp_path: Path, torn: str) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    log = MetricsLog(whole, tensorboard=False)
    for step in range(1, 3001):
        log.on_step(report(step, steps=3000))
    log = MetricsLog(broken, tensorboard=False)
    for step in range(1, 1500):
        log.on_step(report(step, steps=3000))
    with (broken / FILE).open("a") as file:
        file.write(torn)
    log = MetricsLog(broken, resumed_step=1000, tensorboard=False)
    assert max(steps_in(broken)) <= 1000
    for step in range(1001, 3001):
        log.on_step(report(step, steps=3000))
    assert steps_in(broken) == steps_in(whole)
    assert all(json.loads(line) for line in (broken / FILE).read_text().splitlines())


def test_a_run_that_starts_anew_drops_the_old_lines(tmp_path: Path) -> None:
    MetricsLog(tmp_path, tensorboard=False).on_step(report(1))
    MetricsLog(tmp_path, tensorboard=False)
    assert read_metrics(tmp_path / FILE) == []
    assert read_metrics(tmp_path / "no_such_file") == []


def test_tokens_per_second_leave_evaluations_out() -> None:
    now = 0.0
    throughput = Throughput(clock=lambda: now)
    assert throughput.step(100) is None
    now = 1.0
    assert throughput.step(100) == 100
    now = 31.0
    throughput.pause()
    now = 33.0
    assert throughput.step(500) == 200
    for _ in range(20):
        now += 1.0
        rate = throughput.step(40)
    assert rate == 40  # the window has forgotten the beginning


def test_tensorboard_events(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path)
    log.on_step(report(1))
    log.on_step(report(2))
    log.on_evaluate(2, {"accuracy": 0.75}, best=True)
    log.on_end(2)
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    tags = set(events.Tags()["scalars"])
    assert {"train/loss", "train/loss_mlm", "train/loss_nsp", "train/lr_scale", "evaluate/accuracy"} <= tags
    assert [(event.step, event.value) for event in events.Scalars("train/loss")] == [(1, 2.5), (2, 2.5)]


def test_without_the_extra_there_is_only_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yanmo.training.log.find_spec", lambda name: None)
    log = MetricsLog(tmp_path)
    log.on_step(report(1))
    log.on_end(1)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match="file"):
        MetricsLog(tmp_path / "file", tensorboard=False)
