"""Real training steps of a candidate, timed in this process: seconds, not minutes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from yanmo.api.compute import Compute
from yanmo.data.batch import Batch
from yanmo.data.cursor import Cursor
from yanmo.data.plan import Plan
from yanmo.machine.memory import forget_peak, peak_resident
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.optim.optimizer import OptimConfig, build
from yanmo.training.precision import Weights
from yanmo.training.step import train_step

WARM_UP = 2  # steps: buffers are taken, kernels chosen
FEWEST = 3
EVALUATION = 2  # batches


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Rates are tokens per second. peak_bytes: of this process, or of the GPU; 0 where it cannot be told."""

    training: float
    evaluating: float
    peak_bytes: int


def measure(
    learner: Learner,
    objective: Objective,
    plan: Plan,
    compute: Compute,
    optim: OptimConfig,
    *,
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> Speed:
    """Steps for about `seconds`, batches and optimiser included, as the Trainer takes them; then evaluation.

    Rates are those of the median batch, so that a passing load does not count. The learner is changed.
    """
    device = torch.device(compute.device)
    forget_peak()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    weights = Weights(learner.to(device), compute.dtype)
    optimizer = build(weights.master.named_parameters(), optim, muon_dtype=compute.dtype)
    batches = plan.stream(Cursor())

    def step() -> int:
        batch = next(batches).to(device)
        # a result with numbers of the host: on a GPU it waits for the step to end
        return train_step(
            weights, objective, [batch], optimizer, lr_scale=0.1, max_norm=optim.clip
        ).tokens  # fmt: skip

    for _ in range(WARM_UP):
        step()
    training = _median_rate(step, FEWEST, seconds, clock)
    weights.working.eval()
    evaluating = _median_rate(
        _evaluation(weights.working, objective, batches, device), EVALUATION, 0.0, clock
    )
    peak = torch.cuda.max_memory_reserved() if device.type == "cuda" else peak_resident()
    return Speed(training=training, evaluating=evaluating, peak_bytes=peak)


def _evaluation(
    learner: Learner, objective: Objective, batches: Iterator[Batch], device: torch.device
) -> Callable[[], int]:
    def evaluate() -> int:
        batch = next(batches).to(device)
        objective.measure(learner, batch)
        return batch.num_tokens

    return evaluate


def _median_rate(work: Callable[[], int], fewest: int, seconds: float, clock: Callable[[], float]) -> float:
    """Tokens per second of the median call, over at least `fewest` calls and `seconds`."""
    rates: list[float] = []
    began = clock()
    while len(rates) < fewest or clock() - began < seconds:
        before = clock()
        tokens = work()
        rates.append(tokens / max(clock() - before, 1e-9))
    return statistics.median(rates)
