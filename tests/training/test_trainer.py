"""The loop: when it evaluates, saves, stops, and what it does about steps that are not finite."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.errors import Preempted, TrainingError
from yanmo.models.learner import Learner
from yanmo.objectives import Objective, make
from yanmo.training import checkpoint
from yanmo.training.hooks import Hook, StepReport
from yanmo.training.interrupt import Interrupt
from yanmo.training.log import MetricsLog, StepLine, read_metrics
from yanmo.training.samples import TextSample
from yanmo.training.trainer import Trainer

NewTrainer = Callable[..., tuple[Trainer, "object"]]


@dataclass
class Scripted:
    """An evaluator that gives these values in turn, then the last one."""

    values: Sequence[float]
    higher_is_better: bool = True
    metric: str = "score"
    calls: list[bool] = field(default_factory=list)

    def __call__(self, learner: Learner, *, final: bool) -> dict[str, float]:
        self.calls.append(final)
        return {"score": self.values[min(len(self.calls), len(self.values)) - 1]}

    def samples(self, learner: Learner) -> tuple[TextSample, ...]:
        return ()


@dataclass(frozen=True, kw_only=True)
class Sometimes(Objective):
    """Masked language modelling whose loss is NaN where told, by the number of the batch."""

    terms: ClassVar = ("mlm",)
    bad: frozenset[int]
    seen: list[int] = field(default_factory=list)

    def loss(self, learner: Learner, batch: Batch) -> dict[str, Tensor]:
        self.seen.append(0)
        total = make("mlm").loss(learner, batch)["mlm"]
        return {"mlm": total * math.nan if len(self.seen) in self.bad else total}


def test_to_the_end_of_the_budget(new_trainer: NewTrainer) -> None:
    trainer, recorder = new_trainer(budget="6steps", accumulation=3)
    state = trainer.train()
    assert state.step == 6
    assert [report.step for report in recorder.steps] == [1, 2, 3, 4, 5, 6]
    assert [report.progress for report in recorder.steps] == pytest.approx([n / 6 for n in range(1, 7)])
    assert state.tokens == sum(report.tokens for report in recorder.steps) == recorder.steps[-1].tokens_seen
    assert recorder.saves == [6]
    assert recorder.ended == [6]
    assert all(report.finite and 0 < report.lr_scale <= 1 for report in recorder.steps)
    assert recorder.steps[-1].lr_scale < 0.1


def test_it_learns(new_trainer: NewTrainer) -> None:
    trainer, recorder = new_trainer("clm", budget="60steps")
    trainer.train()
    losses = [sum(report.losses.values()) for report in recorder.steps]
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])


@pytest.mark.parametrize("budget", ["8steps", "2ep", "900tok"])
def test_evaluations_at_equal_shares(new_trainer: NewTrainer, budget: str) -> None:
    evaluator = Scripted([1.0, 2.0, 1.5, 3.0])
    trainer, recorder = new_trainer(budget=budget, evaluations=4, evaluator=evaluator)
    state = trainer.train()
    progress = {report.step: report.progress for report in recorder.steps}
    shares = [progress[step] for step, _ in recorder.evaluations]
    assert len(shares) == 4
    assert all(share >= (number + 1) / 4 - 1e-9 for number, share in enumerate(shares))
    assert shares[-1] == 1.0
    assert [best for _, best in recorder.evaluations] == [True, True, False, True]
    assert state.best == 3.0
    assert state.best_step == state.step


def test_no_evaluations(new_trainer: NewTrainer) -> None:
    evaluator = Scripted([1.0])
    new_trainer(evaluations=0, evaluator=evaluator)[0].train()
    assert evaluator.calls == []


def test_stops_when_it_no_longer_improves(new_trainer: NewTrainer) -> None:
    evaluator = Scripted([1.0, 5.0, 4.0, 4.5, 9.0])
    trainer, recorder = new_trainer(
        budget="20steps", evaluations=10, patience=2, evaluator=evaluator, keeps_best=True
    )
    state = trainer.train()
    assert (state.step, state.stopped, state.best_step) == (8, True, 4)
    assert recorder.saves == [2, 4, 8]
    again, recorder = new_trainer(
        budget="20steps", evaluations=10, patience=2, evaluator=evaluator, keeps_best=True
    )
    assert again.train() == state  # stopped is stopped
    assert recorder.steps == []


def test_an_evaluation_with_nan_in_it_is_never_best(new_trainer: NewTrainer) -> None:
    class Broken(Scripted):
        def __call__(self, learner: Learner, *, final: bool) -> dict[str, float]:
            return {**super().__call__(learner, final=final), "ece": math.nan}

    state = new_trainer(budget="8steps", evaluations=2, evaluator=Broken([1.0, 2.0]))[0].train()
    assert (state.best, state.best_step, state.stale) == (None, None, 2)


def test_a_finished_run_is_left_as_it_is(new_trainer: NewTrainer, tmp_path: Path) -> None:
    state = new_trainer()[0].train()
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    again, recorder = new_trainer()
    assert again.train() == state
    assert (recorder.steps, recorder.saves, recorder.ended) == ([], [], [8])
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == before


class StopAt(Hook):
    def __init__(self, step: int, interrupt: Interrupt) -> None:
        self.step = step
        self.interrupt = interrupt

    def on_step(self, report: StepReport) -> None:
        if report.step == self.step:
            self.interrupt.signal = 15


def test_a_signal_saves_and_raises_after_the_step(new_trainer: NewTrainer) -> None:
    interrupt = Interrupt()
    trainer, recorder = new_trainer(interrupt=interrupt, hooks=[StopAt(3, interrupt)])
    with pytest.raises(Preempted) as error:
        trainer.train()
    assert error.value.exit_code == 75
    assert error.value.values == {"step": 3}
    assert [report.step for report in recorder.steps] == [1, 2, 3]
    assert recorder.saves == [3]
    assert recorder.ended == []
    again, recorder = new_trainer()
    assert again.state.step == 3
    assert again.train().step == 8
    assert [report.step for report in recorder.steps] == [4, 5, 6, 7, 8]


def test_a_step_that_is_not_finite_is_skipped_counted_and_logged(
    new_trainer: NewTrainer, tmp_path: Path
) -> None:
    log = MetricsLog(tmp_path / "log", tensorboard=False, every=100)
    objective = Sometimes(bad=frozenset({2, 3, 4, 6}))
    trainer, recorder = new_trainer(objective=objective, hooks=[log])
    state = trainer.train()
    assert (state.step, state.skipped, state.skipped_in_a_row) == (8, 4, 0)
    finite = [report.finite for report in recorder.steps]
    assert finite == [True, False, False, False, True, False, True, True]
    assert math.isnan(recorder.steps[1].losses["mlm"])
    lines = [line for line in read_metrics(tmp_path / "log" / "metrics.jsonl") if isinstance(line, StepLine)]
    assert [line.step for line in lines if not line.finite] == [2, 3, 4, 6]


def test_four_in_a_row_end_the_run_with_everything_good_kept(new_trainer: NewTrainer, tmp_path: Path) -> None:
    folder = tmp_path / "run" / "checkpoints"
    objective = Sometimes(bad=frozenset(range(3, 100)))
    trainer, recorder = new_trainer(objective=objective, save_seconds=1e-9)
    with pytest.raises(TrainingError) as error:
        trainer.train()
    assert error.value.key == "training.not_finite"
    assert error.value.values == {"step": 6, "count": 4}
    assert [report.finite for report in recorder.steps] == [True, True, False, False, False, False]
    found = checkpoint.newest(folder)
    assert found is not None
    tensors, _ = checkpoint.load(found.path)
    assert all(bool(value.isfinite().all()) for group in tensors.values() for value in group.values())
    with torch.no_grad():
        expected, _ = new_trainer(objective=Sometimes(bad=frozenset()))
    assert expected.state.step == found.step <= 5
    # the weights are those after the last good step
    alone, _ = new_trainer(objective=Sometimes(bad=frozenset()))
    for name, value in tensors["model"].items():
        assert torch.equal(value, alone.weights.master.state_dict()[name])


def test_weights_that_are_not_finite_are_never_saved(new_trainer: NewTrainer, tmp_path: Path) -> None:
    trainer, _ = new_trainer(budget="2steps")
    trainer.train()
    longer, _ = new_trainer(budget="4steps")
    with torch.no_grad():
        longer.weights.master.heads["mlm"].bias[0] = math.inf
    with pytest.raises(TrainingError) as error:
        longer._save()
    assert error.value.key == "training.tensor_not_finite"
    found = checkpoint.newest(tmp_path / "run" / "checkpoints")
    assert found is not None
    assert found.step == 2
