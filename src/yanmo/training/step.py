"""One optimiser step over its micro-batches."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.machine.ranges import named
from yanmo.objectives import Objective
from yanmo.optim.optimizer import Optimizer, clip
from yanmo.training.precision import Weights


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """losses: mean loss per label of each term; their sum was stepped on, unless `finite` is false.

    norm: of the whole gradient before clipping. tokens: in the step, padding not counted.
    """

    losses: Mapping[str, float]
    norm: float
    finite: bool
    tokens: int

    @property
    def loss(self) -> float:
        return sum(self.losses.values())


def train_step(
    weights: Weights,
    objective: Objective,
    batches: Sequence[Batch],
    optimizer: Optimizer,
    *,
    lr_scale: float,
    max_norm: float,
) -> StepResult:
    """Sums each term's loss over all micro-batches and divides by its count in all of them, known beforehand.

    So the gradient does not depend on how the step is cut into micro-batches. Dropout is a function of each
    batch's key. A loss or gradient that is not finite is never stepped on.
    """
    counts: Counter[str] = Counter()
    for batch in batches:
        counts.update(batch.counts())
    totals: dict[str, list[Tensor]] = defaultdict(list)
    learner = weights.working
    learner.train()
    for batch in batches:
        torch.manual_seed(batch.key)
        with named("loss"):
            terms = objective.loss(learner, batch)
            shares = [total / max(counts[term], 1) for term, total in terms.items()]
        if shares:  # else the whole batch has no label, as next-sentence prediction on single sentences
            with named("backward"):
                torch.stack(shares).sum().backward()  # type: ignore[no-untyped-call]
                weights.collect()
        for term, total in terms.items():
            totals[term].append(total.detach())
    # read at the end, for reading makes the host wait for a GPU
    losses = {term: sum(map(float, parts)) / max(counts[term], 1) for term, parts in totals.items()}
    with named("optimiser"):
        norm = float(clip(weights.master.parameters(), max_norm))
        finite = math.isfinite(norm) and all(map(math.isfinite, losses.values()))
        if finite:
            optimizer.step(lr_scale)
            weights.publish()
        optimizer.zero_grad()
    return StepResult(
        losses=losses, norm=norm, finite=finite, tokens=sum(batch.num_tokens for batch in batches)
    )
