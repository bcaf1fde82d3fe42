"""bf16 copies of fp32 weights: accumulation in fp32, and training that follows fp32."""

from collections.abc import Callable
from itertools import islice

import pytest
import torch

from yanmo.data.cursor import Cursor
from yanmo.data.plan import Plan
from yanmo.machine.probe import choose, probe
from yanmo.models.learner import Learner
from yanmo.objectives import make
from yanmo.optim.optimizer import OptimConfig, build
from yanmo.training.precision import Weights
from yanmo.training.step import train_step

NewLearner = Callable[..., Learner]


def test_in_fp32_both_are_one(new_learner: NewLearner) -> None:
    learner = new_learner("mlm")
    weights = Weights(learner, torch.float32)
    assert weights.working is weights.master is learner
    weights.collect()
    weights.publish()


def test_gradients_are_added_in_fp32(new_learner: NewLearner) -> None:
    """1 and 512 times 2^-9: in bf16, which has 8 bits, the sum would stay 1."""
    weights = Weights(new_learner("mlm"), torch.bfloat16)
    for number in range(513):
        for parameter in weights.working.parameters():
            parameter.grad = torch.full_like(parameter, 1.0 if number == 0 else 2.0**-9)
        weights.collect()
        assert all(parameter.grad is None for parameter in weights.working.parameters())
    for parameter in weights.master.parameters():
        assert parameter.grad is not None
        assert parameter.grad.dtype == torch.float32
        assert torch.equal(parameter.grad, torch.full_like(parameter, 2.0))


def test_small_steps_are_not_lost(new_learner: NewLearner) -> None:
    weights = Weights(new_learner("mlm"), torch.bfloat16)
    with torch.no_grad():
        for parameter in weights.master.parameters():
            parameter.fill_(1.0)
        for _ in range(1000):
            for parameter in weights.master.parameters():
                parameter.add_(2.0**-10)  # in bf16 each of these would round away
            weights.publish()
    assert all(
        bool((parameter.float() - 1.9766).abs().max() < 0.01) for parameter in weights.working.parameters()
    )
    assert {parameter.dtype for parameter in weights.working.parameters()} == {torch.bfloat16}
    assert {parameter.dtype for parameter in weights.master.parameters()} == {torch.float32}


@pytest.mark.parametrize("name", ["mlm", "clm"])
def test_training_follows_fp32(name: str, new_plan: Callable[..., Plan], new_learner: NewLearner) -> None:
    plan = new_plan(name, documents=[[20]] * 6)
    losses: dict[torch.dtype, list[float]] = {}
    for dtype in (torch.float32, torch.bfloat16):
        weights = Weights(new_learner(name), dtype)
        optimizer = build(weights.master.named_parameters(), OptimConfig(lr=1e-2, muon_lr=1e-2))
        losses[dtype] = [
            train_step(weights, make(name), [batch], optimizer, lr_scale=1.0, max_norm=1.0).loss
            for batch in islice(plan.stream(Cursor()), 80)
        ]
    exact, rounded = torch.tensor(losses[torch.float32]), torch.tensor(losses[torch.bfloat16])
    assert exact[-10:].mean() < 0.8 * exact[0]  # it learns
    assert (exact - rounded).abs().mean() < 0.05 * exact[0]
    assert abs(exact[-10:].mean() - rounded[-10:].mean()) < 0.1 * exact[-10:].mean()


@pytest.mark.slow
def test_after_two_thousand_steps_bf16_is_within_the_noise_of_fp32(
    new_plan: Callable[..., Plan], new_learner: NewLearner
) -> None:
    """The noise is what other random weights change: bf16 changes no more than they do."""
    if choose(probe()).precision != "bf16":
        pytest.skip("this processor has no bf16")
    plan = new_plan("mlm", documents=[[30]] * 400, noise=0.3)

    def loss(dtype: torch.dtype, seed: int) -> float:
        """Of the last 200 of 2,000 steps, which see the same batches under every seed and precision."""
        weights = Weights(new_learner("mlm", seed=seed), dtype)
        optimizer = build(weights.master.named_parameters(), OptimConfig())
        losses = [
            train_step(weights, make("mlm"), [batch], optimizer, lr_scale=1 - step / 2000, max_norm=1.0).loss
            for step, batch in enumerate(islice(plan.stream(Cursor()), 2000))
        ]
        assert sum(losses[-200:]) < 0.9 * sum(losses[:200]), "it learns"
        return sum(losses[-200:]) / 200

    exact = [loss(torch.float32, seed) for seed in (1, 2, 3)]
    rounded = loss(torch.bfloat16, 1)
    assert abs(rounded - exact[0]) <= max(exact) - min(exact)
