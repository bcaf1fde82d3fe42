"""The wiring that pre-training and fine-tuning share: a Trainer from a run folder, resumed where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

import torch

from yanmo import __version__
from yanmo.api.compute import Compute
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import RunFolder
from yanmo.data.plan import Plan
from yanmo.messages import text
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.optim.optimizer import OptimConfig, Optimizer, build
from yanmo.optim.schedule import ScheduleConfig
from yanmo.training import checkpoint
from yanmo.training.budget import Budget
from yanmo.training.decisions import Pace
from yanmo.training.evaluator import Evaluator
from yanmo.training.hooks import Hook
from yanmo.training.interrupt import Interrupt
from yanmo.training.log import MetricsLog
from yanmo.training.precision import Weights
from yanmo.training.profile import Profile
from yanmo.training.saver import Saver, conditions
from yanmo.training.state import TrainState
from yanmo.training.trainer import TrainConfig, Trainer

RESERVE = 0.01  # of a time budget, for the last evaluation and the saved model


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What is trained, and how. ends_with_best: with the best weights, not the last.

    dev_digest: of labelled records that choose the best ones; a run resumes with the same ones alone.
    """

    learner: Learner
    objective: Objective
    plan: Plan
    evaluator: Evaluator | None
    train: TrainConfig
    optim: OptimConfig
    schedule: ScheduleConfig
    ends_with_best: bool
    layer_decay: float = 1.0
    dev_digest: str | None = None


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """learner: in fp32, with the best or the last weights. seconds: of training, summed over resumes."""

    learner: Learner
    state: TrainState
    seconds: float


def fit(
    run: RunFolder,
    what: Fit,
    compute: Compute,
    *,
    reporter: Reporter,
    interrupt: Interrupt,
    hooks: Sequence[Hook] = (),
    profile: bool = False,
) -> Fitted:
    """Trains to the end of the budget, from where the run folder stands. Where weights are averaged, those it ends with
    are means.

    profile: write a trace of a few steps into the run folder, and say so.
    Errors: Preempted, TrainingError, CheckpointError.
    """
    device = torch.device(compute.device)
    what.learner.backbone.recompute(what.train.recompute)
    weights = Weights(what.learner.to(device), compute.dtype)
    optimizer = build(
        weights.master.named_parameters(),
        what.optim,
        muon_dtype=compute.dtype,
        layer_decay=what.layer_decay,
        sinusoids=what.learner.backbone.config.position_init != "normal",
    )
    saver = _saver(run, what, compute)
    state, spent = _resumed(run, saver, weights, optimizer, reporter)
    if what.ends_with_best:
        state = _with_good_best(run, state, reporter)
    budget = Budget.parse(what.train.budget)
    log = MetricsLog(run.path, resumed_step=state.step)
    tracing = Profile(run.path / "profile", weights.working.backbone, note=reporter.note) if profile else None
    pace = Pace(budget, run.decisions, spent=spent, reserve=RESERVE * budget.amount)
    pace.require_covered(state.step)
    trainer = Trainer(
        weights=weights,
        objective=what.objective,
        plan=what.plan,
        optimizer=optimizer,
        optim=what.optim,
        schedule=what.schedule,
        config=what.train,
        pace=pace,
        saver=saver,
        evaluator=what.evaluator,
        hooks=[log, *hooks, *([tracing] if tracing else []), reporter],
        interrupt=interrupt,
        device=device,
        state=state,
    )
    with tracing or nullcontext():
        state = trainer.train()
    _choose(run, what, weights, state, reporter)
    return Fitted(learner=weights.master, state=state, seconds=pace.spent())


def _resumed(
    run: RunFolder, saver: Saver, weights: Weights, optimizer: Optimizer, reporter: Reporter
) -> tuple[TrainState, float]:
    """Where the run stands, and the seconds spent until there, after loading what was saved."""
    restored = saver.restore(weights, optimizer)
    if restored is None:
        return TrainState(), 0.0
    for refused in restored.refused:
        reporter.warn(text("run.refused_checkpoint", path=refused.path, reason=refused.reason))
    reporter.note(text("run.resumed", step=restored.state.step))
    return restored.state, restored.spent


def _with_good_best(run: RunFolder, state: TrainState, reporter: Reporter) -> TrainState:
    """A best checkpoint that was damaged is forgotten now, so that a later evaluation chooses another."""
    if state.best_step is None:
        return state
    path = checkpoint.at(run.checkpoints, state.best_step)
    reason = checkpoint.refusal(path)
    if reason is None:
        return state
    reporter.warn(text("run.refused_best", path=path, reason=reason))
    return replace(state, best=None, best_step=None)


def _choose(run: RunFolder, what: Fit, weights: Weights, state: TrainState, reporter: Reporter) -> None:
    """Puts the weights that the run ends with into `weights.master`."""
    if what.ends_with_best and state.best_step not in (None, state.step):
        assert state.best_step is not None
        tensors, _ = checkpoint.load(checkpoint.at(run.checkpoints, state.best_step))
        weights.master.load_state_dict({**tensors["model"], **tensors.get("average", {})})
    elif state.averaged:
        reporter.note(text("run.averaged", count=f"{state.averaged:,}"))
        weights.average.swap(weights.master)


def _saver(run: RunFolder, what: Fit, compute: Compute) -> Saver:
    return Saver(
        run.checkpoints,
        seconds=what.train.save_seconds,
        keep=what.train.keep,
        keeps_best=what.evaluator is not None,
        ends_with_best=what.ends_with_best,
        conditions={
            **conditions(
                device=torch.device(compute.device),
                precision=compute.dtype,
                matmul_precision=compute.settings.matmul,
            ),
            "attention": compute.settings.attention,
            "yanmo": __version__,
            "configuration": run.configuration_digest[:16],
            "data": what.plan.source.digest[:16],
            **({} if what.dev_digest is None else {"dev": what.dev_digest[:16]}),
        },
    )
