"""Real training steps of a candidate, timed in this process: seconds, not minutes."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
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
SETTLED = 600  # steps after which memory hardly grows
UNSEEN = 1.17  # by which the peak of ten runs on a CPU was above what their first steps had shown (benchmarks/plan.py)


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Rates are tokens per second. peak_bytes: of this process, or of the GPU, after `steps`; 0: it cannot be told.

    growth_bytes: by which the peak still grows while steps become e times as many: each has buffers of other sizes;
    None where a reserve was measured or reckoned, which does not.
    """

    training: float
    evaluating: float
    peak_bytes: int
    growth_bytes: float | None = None
    steps: int = 1

    def peak_after(self, steps: float) -> int:
        """The peak of a run of so many steps. Later ones find buffers of every size there."""
        if self.growth_bytes is None:
            return self.peak_bytes
        more = math.log(max(1.0, min(steps, SETTLED) / self.steps))
        return round(UNSEEN * (self.peak_bytes + self.growth_bytes * more))


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
    _forget_peak(device)
    weights = Weights(learner.to(device), compute.dtype)
    optimizer = build(weights.master.named_parameters(), optim, muon_dtype=compute.dtype)
    batches = plan.stream(Cursor())

    peaks: list[int] = []

    def step() -> int:
        batch = next(batches).to(device)
        # a result with numbers of the host: on a GPU it waits for the step to end
        result = train_step(weights, objective, [batch], optimizer, lr_scale=0.1, max_norm=optim.clip)
        peaks.append(_peak(device))
        return result.tokens

    for _ in range(WARM_UP):
        step()
    training = _median_rate(step, FEWEST, seconds, clock)
    weights.working.eval()
    evaluation = _evaluation(weights.working, objective, batches, device)
    return Speed(
        training=training,
        evaluating=_median_rate(evaluation, EVALUATION, 0.0, clock),
        peak_bytes=_peak(device),
        growth_bytes=None if device.type == "cuda" else _growth(peaks),
        steps=len(peaks),
    )


def _forget_peak(device: torch.device) -> None:
    forget_peak()
    if device.type == "cuda":
        torch.cuda.empty_cache()  # or the peak begins at what torch keeps of the candidate before
        torch.cuda.reset_peak_memory_stats()


def _peak(device: torch.device) -> int:
    return torch.cuda.max_memory_reserved() if device.type == "cuda" else peak_resident()


def _growth(peaks: Sequence[int]) -> float:
    """The slope of the peak over the logarithm of the steps, the first left out."""
    at = np.log(np.arange(2, len(peaks) + 1))
    return max(0.0, float(np.polyfit(at, np.array(peaks[1:], dtype=np.float64), 1)[0]))


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
