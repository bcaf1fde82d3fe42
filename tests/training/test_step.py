"""One step: the same gradient however it is cut, and nothing non-finite is stepped on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.data.cursor import Cursor
from yanmo.data.plan import Plan
from yanmo.models.learner import Learner
from yanmo.objectives import Objective, make
from yanmo.optim.optimizer import OptimConfig, Optimizer, build
from yanmo.training.precision import Weights
from yanmo.training.step import StepResult, train_step

NewPlan = Callable[..., Plan]
NewLearner = Callable[..., Learner]


class Recording:
    """Stands for an optimiser: keeps the gradients that it was to step on."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner
        self.gradients: dict[str, Tensor] | None = None

    def step(self, lr_scale: float) -> None:
        self.gradients = {
            name: parameter.grad.clone()
            for name, parameter in self.learner.named_parameters()
            if parameter.grad is not None
        }

    def zero_grad(self) -> None:
        for parameter in self.learner.parameters():
            parameter.grad = None


def epoch(plan: Plan) -> list[Batch]:
    return list(plan.stream(Cursor(), epochs=1))


def step(learner: Learner, name: str, batches: list[Batch]) -> tuple[StepResult, dict[str, Tensor]]:
    recording = Recording(learner)
    result = train_step(
        Weights(learner, torch.float32),
        make(name),
        batches,
        recording,  # type: ignore[arg-type]
        lr_scale=1.0,
        max_norm=0.0,
    )
    assert recording.gradients is not None
    return result, recording.gradients


@pytest.mark.parametrize("name", ["mlm", "mlm+nsp", "clm"])
def test_the_gradient_does_not_depend_on_the_cut(
    name: str, new_plan: NewPlan, new_learner: NewLearner
) -> None:
    learner = new_learner(name).double()
    whole = epoch(new_plan(name, batch_tokens=4096))
    cut = epoch(new_plan(name, batch_tokens=32))
    assert len(whole) == 1
    assert len(cut) > 4
    result, gradients = step(learner, name, whole)
    pieces, other = step(learner, name, cut)
    assert pieces.losses == pytest.approx(result.losses, rel=1e-6)
    assert pieces.norm == pytest.approx(result.norm, rel=1e-6)
    assert pieces.tokens == result.tokens
    for parameter, gradient in gradients.items():
        assert (gradient - other[parameter]).norm() <= 1e-6 * result.norm, parameter


def test_a_mean_of_means_would_be_seen(new_plan: NewPlan, new_learner: NewLearner) -> None:
    """The test above can fail: the usual way of accumulating is far off."""
    learner = new_learner("mlm+nsp")
    _, gradients = step(learner, "mlm+nsp", epoch(new_plan("mlm+nsp", batch_tokens=4096)))
    cut = epoch(new_plan("mlm+nsp", batch_tokens=32))
    single = [step(learner, "mlm+nsp", [batch])[1] for batch in cut]
    name = "backbone.embedding.word.weight"
    mean = torch.stack([one[name] for one in single]).mean(0)
    assert (mean - gradients[name]).norm() > 0.05 * gradients[name].norm()


def test_dropout_is_a_function_of_the_batch(new_plan: NewPlan, new_learner: NewLearner) -> None:
    learner = new_learner("mlm", dropout=0.2)
    batches = epoch(new_plan("mlm"))
    first, _ = step(learner, "mlm", batches)
    torch.manual_seed(99)
    torch.randn(1000)
    learner.eval()
    again, _ = step(learner, "mlm", batches)
    assert again == first
    without, _ = step(new_learner("mlm"), "mlm", batches)
    assert without != first


@dataclass(frozen=True, kw_only=True)
class Broken(Objective):
    """Masked language modelling with a loss or a gradient that is not finite."""

    terms: ClassVar = ("mlm",)
    loss_factor: float = 1.0
    broken_gradient: bool = False

    def loss(self, learner: Learner, batch: Batch) -> dict[str, Tensor]:
        total = make("mlm").loss(learner, batch)["mlm"]
        if self.broken_gradient:
            zero = learner.backbone.embedding.word.weight.sum() * 0
            total = total + zero.sqrt()  # 0, with a gradient of infinity times 0
        return {"mlm": total * self.loss_factor}


@pytest.mark.parametrize(
    "objective",
    [Broken(loss_factor=float("nan")), Broken(loss_factor=float("inf")), Broken(broken_gradient=True)],
)
def test_what_is_not_finite_is_not_stepped_on(
    objective: Broken, new_plan: NewPlan, new_learner: NewLearner
) -> None:
    learner = new_learner("mlm")
    weights = Weights(learner, torch.float32)
    optimizer = build(learner.named_parameters(), OptimConfig())
    before = {name: value.clone() for name, value in learner.state_dict().items()}
    slots = {name: value.clone() for name, value in optimizer.state_tensors().items()}
    batches = epoch(new_plan("mlm"))
    result = train_step(weights, objective, batches, optimizer, lr_scale=1.0, max_norm=1.0)
    assert not result.finite
    assert result.tokens == sum(batch.num_tokens for batch in batches)
    assert all(torch.equal(value, before[name]) for name, value in learner.state_dict().items())
    assert all(torch.equal(value, slots[name]) for name, value in optimizer.state_tensors().items())
    assert all(parameter.grad is None for parameter in learner.parameters())
    good = train_step(weights, make("mlm"), batches, optimizer, lr_scale=1.0, max_norm=1.0)
    assert good.finite
    assert not torch.equal(
        learner.state_dict()["backbone.embedding.word.weight"], before["backbone.embedding.word.weight"]
    )


def test_a_batch_without_labels_is_no_error(new_plan: NewPlan, new_learner: NewLearner) -> None:
    """Next-sentence prediction alone, on documents of one sentence."""
    learner = new_learner("nsp")
    optimizer: Optimizer = build(learner.named_parameters(), OptimConfig())
    batches = epoch(new_plan("nsp", documents=[[4], [9]]))
    assert batches[0].labels == {}
    before = {name: value.clone() for name, value in learner.state_dict().items()}
    weights = Weights(learner, torch.float32)
    result = train_step(weights, make("nsp"), batches, optimizer, lr_scale=1.0, max_norm=1.0)
    assert (result.losses, result.loss, result.finite) == ({}, 0, True)
    assert all(torch.equal(value, before[name]) for name, value in learner.state_dict().items())


def test_clipping(new_plan: NewPlan, new_learner: NewLearner) -> None:
    learner = new_learner("mlm")
    recording = Recording(learner)
    weights = Weights(learner, torch.float32)
    batches = epoch(new_plan("mlm"))
    result = train_step(weights, make("mlm"), batches, recording, lr_scale=1.0, max_norm=0.01)  # type: ignore[arg-type]
    assert recording.gradients is not None
    clipped = torch.cat([value.flatten() for value in recording.gradients.values()]).norm()
    assert float(clipped) == pytest.approx(0.01, rel=1e-3)
    assert result.norm > 0.01
