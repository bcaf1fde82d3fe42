"""The training loop, for pre-training and for every task."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

import torch
from pydantic import Field

from yanmo.config import Config
from yanmo.data.batch import Batch
from yanmo.data.plan import Plan
from yanmo.errors import Preempted, TrainingError
from yanmo.machine.ranges import named
from yanmo.objectives import Objective
from yanmo.optim.optimizer import OptimConfig, Optimizer
from yanmo.optim.schedule import ScheduleConfig
from yanmo.training.budget import BudgetText
from yanmo.training.decisions import Done, Pace
from yanmo.training.evaluator import Evaluator
from yanmo.training.hooks import Hook, StepReport
from yanmo.training.interrupt import Interrupt
from yanmo.training.precision import Weights
from yanmo.training.prefetch import on_device
from yanmo.training.saver import Saver
from yanmo.training.state import TrainState
from yanmo.training.step import StepResult, train_step

PLACES = 4096  # in a micro-batch of pre-training, unless set
MOST_SKIPPED = 3  # steps in a row whose loss or gradient is not finite


class TrainConfig(Config):
    """How a run trains."""

    budget: BudgetText = "20m"
    """Time (20m, 1h30m), tokens (5Mtok), epochs (3ep) or steps (500steps); the schedule ends with it."""
    seed: int = Field(default=0, ge=0, lt=1 << 63)
    """Decides the data order, masks, dropout and random weights."""
    batch_tokens: int | None = Field(default=None, gt=0)
    """Places in a micro-batch, padding included. Unset: 4,096; in fine-tuning 2,048, and of few records less: an epoch
    has 32 steps then."""
    accumulation: int = Field(default=1, gt=0)
    """Micro-batches in a step."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """auto: bf16 where a probe finds that the hardware has it, else fp32."""
    recompute: bool = False
    """Keep only the inputs of each layer and compute the rest again: less memory, more time, equal bits."""
    evaluations: int = Field(default=10, ge=0)
    """Evaluations on held-out data over the budget."""
    patience: int = Field(default=0, ge=0)
    """Stop after this many evaluations without a better result; 0: never. A pre-training that may stop early ends with
    the best weights, another with the last; a fine-tuning always with the best."""
    save_seconds: float = Field(default=30.0, gt=0)
    """Between two checkpoints; more when saving would take over 5 % of the time."""
    keep: int = Field(default=2, ge=2)
    """Checkpoints kept, besides the best."""
    average: float = Field(default=0.0, ge=0, lt=1)
    """The last part of the budget whose weights are averaged, one after every step; 0: none. The mean is what is
    evaluated from then on and what is saved as the model. It takes 4 bytes for each parameter."""

    @property
    def places(self) -> int:
        """Places in a micro-batch of pre-training."""
        return self.batch_tokens or PLACES


@dataclass(kw_only=True)
class Trainer:
    """Trains until the budget is used up:

        while progress < 1:
            take the micro-batches of a step
            loss and gradient, summed over them; clip; step at the rate of the schedule
            in the last part of the budget: take the weights into their mean, if one is wanted
            every share of the budget: evaluate; keep the best; stop early when it no longer improves
            every `save_seconds`: a checkpoint that holds everything
            on a signal: save and raise Preempted
        save once more

    Nothing here reads a clock for anything that changes the result, but `pace`, which writes its decisions down.
    """

    weights: Weights
    objective: Objective
    plan: Plan
    optimizer: Optimizer
    optim: OptimConfig
    schedule: ScheduleConfig
    config: TrainConfig
    pace: Pace
    saver: Saver
    evaluator: Evaluator | None
    hooks: Sequence[Hook]
    interrupt: Interrupt
    device: torch.device
    state: TrainState

    def train(self) -> TrainState:
        """Runs to the end of the budget. Errors: Preempted after a signal; TrainingError when it cannot go on."""
        batches = on_device(self.plan.stream(self.state.cursor), self.device)
        progress = self.progress(self.state)
        while progress < 1 and not self.state.stopped:
            self.pace.decide(self.state.step)
            before = progress
            with named("data"):
                group = list(islice(batches, self.config.accumulation))
            after = self._advanced(group)
            progress = self.progress(after)
            lr_scale = self.schedule.multiplier((before + progress) / 2)
            result = train_step(
                self.weights,
                self.objective,
                group,
                self.optimizer,
                lr_scale=lr_scale,
                max_norm=self.optim.clip,
            )
            self.state = self._counted(after, result)
            if result.finite and progress > 1 - self.config.average:
                self.state = replace(self.state, averaged=self.state.averaged + 1)
                self.weights.average.add(self.weights.master, self.state.averaged)
            self._report(result, lr_scale, progress)
            if self.state.skipped_in_a_row > MOST_SKIPPED:
                raise TrainingError(
                    "training.not_finite", step=self.state.step, count=self.state.skipped_in_a_row
                )
            if self._evaluation_is_due(progress):
                self._evaluate()
            if self.interrupt:
                self._save()
                raise Preempted("run.preempted", step=self.state.step)
            if self.saver.is_due():
                self._save()
        if self.saver.saved_step != self.state.step:
            self._save()
        self._each(lambda hook: hook.on_end(self.state.step))
        return self.state

    def progress(self, state: TrainState) -> float:
        """Of the budget, 0 to 1, at a state."""
        done = Done(steps=state.step, tokens=state.tokens, epochs=self.plan.fraction(state.cursor))
        return self.pace.progress(done)

    def _advanced(self, group: Sequence[Batch]) -> TrainState:
        return replace(
            self.state,
            step=self.state.step + 1,
            cursor=group[-1].cursor,
            tokens=self.state.tokens + sum(batch.num_tokens for batch in group),
        )

    def _counted(self, after: TrainState, result: StepResult) -> TrainState:
        if result.finite:
            return replace(after, skipped_in_a_row=0)
        return replace(after, skipped=after.skipped + 1, skipped_in_a_row=after.skipped_in_a_row + 1)

    def _report(self, result: StepResult, lr_scale: float, progress: float) -> None:
        seconds = self.pace.spent()
        report = StepReport(
            step=self.state.step,
            progress=progress,
            losses=result.losses,
            norm=result.norm,
            lr_scale=lr_scale,
            finite=result.finite,
            tokens=result.tokens,
            tokens_seen=self.state.tokens,
            epochs=self.plan.fraction(self.state.cursor),
            seconds=seconds,
            seconds_left=seconds * (1 - progress) / progress if progress > 0.005 else None,
        )
        self._each(lambda hook: hook.on_step(report))

    def _evaluation_is_due(self, progress: float) -> bool:
        """At every equal share of the budget: a function of progress, so a resumed run evaluates at the same steps."""
        count = self.config.evaluations
        return (
            self.evaluator is not None
            and count > 0
            and int(min(progress, 1.0) * count + 1e-9) > self.state.evaluations
        )

    @named("evaluation")
    def _evaluate(self) -> None:
        assert self.evaluator is not None
        with self.weights.averaged():
            metrics = self.evaluator(self.weights.working, final=False)
            samples = self.evaluator.samples(self.weights.working)
        share = int(self.progress(self.state) * self.config.evaluations + 1e-9)
        broken = any(map(math.isnan, metrics.values()))  # a network of NaN still has an accuracy
        value = math.nan if broken else metrics[self.evaluator.metric]
        state = self.state.evaluated(value, higher_is_better=self.evaluator.higher_is_better)
        best = state.best_step == self.state.step
        stopped = 0 < self.config.patience <= state.stale
        self.state = replace(state, evaluations=share, stopped=stopped)
        if samples:
            self._each(lambda hook: hook.on_samples(self.state.step, samples))
        self._each(lambda hook: hook.on_evaluate(self.state.step, metrics, best=best))
        if best and self.saver.is_due_for_best():
            self._save()

    @named("checkpoint")
    def _save(self) -> None:
        path, seconds = self.saver.save(self.state, self.weights, self.optimizer, spent=self.pace.spent())
        self._each(lambda hook: hook.on_save(self.state.step, path, seconds))

    def _each(self, call: Callable[[Hook], None]) -> None:
        for hook in self.hooks:
            call(hook)
