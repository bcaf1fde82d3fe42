"""The mean of the last weights: which steps are in it, where it is used, that nothing else changes."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from yanmo.models.learner import Learner
from yanmo.training.average import Average
from yanmo.training.hooks import Hook, StepReport
from yanmo.training.precision import Weights
from yanmo.training.samples import TextSample
from yanmo.training.trainer import Trainer

NewLearner = Callable[..., Learner]
NewTrainer = Callable[..., tuple[Trainer, object]]


def copied(learner: Learner) -> dict[str, Tensor]:
    return {name: weight.detach().clone() for name, weight in learner.named_parameters()}


def moved(learner: Learner, amount: float) -> None:
    with torch.no_grad():
        for weight in learner.parameters():
            weight += amount


def test_the_mean(new_learner: NewLearner) -> None:
    learner, average = new_learner("mlm"), Average()
    first = copied(learner)
    for count in (1, 2, 3):
        average.add(learner, count)
        moved(learner, 3.0)  # 0, 3, 6: the mean is 3 above the first
    assert average.mean.keys() == first.keys()
    for name, mean in average.mean.items():
        assert mean.dtype == torch.float32
        torch.testing.assert_close(mean, first[name] + 3.0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_both_learners_hold_it_and_then_what_they_held(new_learner: NewLearner, dtype: torch.dtype) -> None:
    weights = Weights(new_learner("mlm"), dtype)
    weights.average.add(weights.master, 1)
    mean = copied(weights.master)
    moved(weights.master, 1.0)
    weights.publish()
    before, working = copied(weights.master), copied(weights.working)
    with weights.averaged():
        for name, value in mean.items():
            assert torch.equal(dict(weights.master.named_parameters())[name], value)
            assert torch.equal(dict(weights.working.named_parameters())[name], value.to(dtype))
    for held, now in ((before, weights.master), (working, weights.working)):
        assert all(torch.equal(held[name], value) for name, value in now.named_parameters())


def test_without_a_mean_nothing_is_exchanged(new_learner: NewLearner) -> None:
    weights = Weights(new_learner("mlm"), torch.float32)
    before = copied(weights.master)
    with weights.averaged():
        assert all(torch.equal(before[name], value) for name, value in weights.master.named_parameters())


@dataclass
class Watching(Hook):
    """Keeps the weights after each step, and those that were evaluated."""

    trainer: Trainer | None = None
    after: list[dict[str, Tensor]] = field(default_factory=list)
    evaluated: list[dict[str, Tensor]] = field(default_factory=list)
    metric: str = "score"
    higher_is_better: bool = True

    def on_step(self, report: StepReport) -> None:
        assert self.trainer is not None
        self.after.append(copied(self.trainer.weights.master))

    def __call__(self, learner: Learner, *, final: bool) -> dict[str, float]:
        self.evaluated.append(copied(learner))
        return {"score": float(len(self.evaluated))}

    def samples(self, learner: Learner) -> tuple[TextSample, ...]:
        return ()


def watched(new_trainer: NewTrainer, average: float) -> Watching:
    watching = Watching()
    trainer, _ = new_trainer(evaluator=watching, hooks=[watching], average=average)
    watching.trainer = trainer
    state = trainer.train()
    assert state.averaged == round(8 * average)
    return watching


def test_the_last_part_of_a_run(new_trainer: NewTrainer) -> None:
    """Eight steps, four evaluations: the last two are of means of two and of four steps."""
    found = watched(new_trainer, 0.5)
    for name in found.after[0]:
        assert torch.equal(found.evaluated[0][name], found.after[1][name])
        assert torch.equal(found.evaluated[1][name], found.after[3][name])
        for evaluated, last in ((2, 6), (3, 8)):
            expected = torch.stack([weights[name] for weights in found.after[4:last]]).mean(0)
            torch.testing.assert_close(found.evaluated[evaluated][name], expected)


def test_the_steps_are_the_same_with_and_without(
    new_trainer: NewTrainer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plain = watched(new_trainer, 0.0)
    assert plain.trainer is not None
    for path in plain.trainer.saver.folder.iterdir():
        path.rename(tmp_path_factory.mktemp("aside") / path.name)
    averaged = watched(new_trainer, 0.25)
    for one, two in zip(plain.after, averaged.after, strict=True):
        assert all(torch.equal(value, two[name]) for name, value in one.items())
