"""Yanmo's Trainer on the batches of a benchmark, until the benchmark ends the process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from yanmo.data.plan import Plan
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.optim.optimizer import OptimConfig, build
from yanmo.optim.schedule import ScheduleConfig
from yanmo.training.budget import Budget
from yanmo.training.decisions import Pace
from yanmo.training.hooks import Hook, StepReport
from yanmo.training.interrupt import Interrupt
from yanmo.training.precision import Weights
from yanmo.training.saver import Saver
from yanmo.training.state import TrainState
from yanmo.training.trainer import TrainConfig, Trainer


class StepHook(Hook):
    """Passes on the tokens of each step."""

    def __init__(self, on_step: Callable[[int], None]) -> None:
        self._on_step = on_step

    def on_step(self, report: StepReport) -> None:
        self._on_step(report.tokens)


def train(
    learner: Learner,
    objective: Objective,
    plan: Plan,
    *,
    optim: OptimConfig,
    dtype: torch.dtype,
    device: str,
    on_step: Callable[[int], None],
) -> None:
    """A run without evaluations, saved nowhere, of more steps than a benchmark takes."""
    weights = Weights(learner.to(device), dtype)
    config = TrainConfig(budget="1000000steps", save_seconds=1e9)
    with tempfile.TemporaryDirectory() as folder:
        Trainer(
            weights=weights,
            objective=objective,
            plan=plan,
            optimizer=build(weights.master.named_parameters(), optim, muon_dtype=dtype),
            optim=optim,
            schedule=ScheduleConfig(),
            config=config,
            pace=Pace(Budget.parse(config.budget), Path(folder) / "decisions.jsonl"),
            saver=Saver(Path(folder), seconds=config.save_seconds, keep=2, keeps_best=False, conditions={}),
            evaluator=None,
            hooks=[StepHook(on_step)],
            interrupt=Interrupt(),
            device=torch.device(device),
            state=TrainState(),
        ).train()
