"""When to save, and what a checkpoint of a run holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel

from yanmo.optim.optimizer import Optimizer
from yanmo.training import checkpoint
from yanmo.training.precision import Weights
from yanmo.training.state import TrainState

MOST_TIME = 0.05  # part of the time that saving may take
Conditions = Mapping[str, str | int]  # what must be equal for a resumed run to be exact


class RunState(BaseModel):
    """state.json of a checkpoint. spent_seconds: of the time budget, time stopped left out."""

    state: dict[str, Any]
    conditions: dict[str, str | int]
    spent_seconds: float


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a checkpoint gave back. refused: newer checkpoints that did not verify, with the reason."""

    state: TrainState
    spent: float
    refused: tuple[checkpoint.Refused, ...]


class Saver:
    """Saves everything into `folder`: fp32 weights, their mean, optimiser, state, conditions.

    keeps_best: the best checkpoint stays. ends_with_best: the run needs it. Reads a clock only for *when*.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seconds: float,
        keep: int,
        keeps_best: bool,
        conditions: Conditions,
        ends_with_best: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.seconds = seconds
        self.keep = keep
        self.keeps_best = keeps_best
        self.ends_with_best = ends_with_best
        self.conditions = conditions
        self.saved_step: int | None = None
        self._clock = clock
        self._last = clock()
        self._took = self._took_together = 0.0
        self._began = self._last

    def is_due(self) -> bool:
        """Whether enough time went by since the last one, its own cost considered."""
        return self._clock() - self._last >= max(self.seconds, self._took / MOST_TIME)

    def is_due_for_best(self) -> bool:
        """Whether the best state so far is saved at once: where the run needs it, else as long as saving is cheap."""
        together = self._took_together + self._took
        cheap = together <= MOST_TIME * (self._clock() - self._began)
        return self.keeps_best and (self.ends_with_best or cheap)

    def save(
        self, state: TrainState, weights: Weights, optimizer: Optimizer, *, spent: float
    ) -> tuple[Path, float]:
        """Commits a checkpoint; returns its folder and the seconds it took."""
        began = self._clock()
        tensors = {
            "model": dict(weights.master.state_dict()),
            "optimizer": optimizer.state_tensors(),
            **({"average": weights.average.mean} if weights.average.mean else {}),
        }
        values = RunState(state=state.to_json(), conditions=dict(self.conditions), spent_seconds=spent)
        protected = [state.best_step] if self.keeps_best and state.best_step is not None else []
        path = checkpoint.save(
            self.folder, state.step, tensors, values.model_dump(), keep=self.keep, protected=protected
        )
        self.saved_step = state.step
        self._last = self._clock()
        self._took = self._last - began
        self._took_together += self._took
        return path, self._took

    def restore(self, weights: Weights, optimizer: Optimizer) -> Restored | None:
        """Loads the newest checkpoint that verifies into weights and optimiser; None when there is none.

        Errors: CheckpointError when it was made under other conditions, for then the run would not be the same.
        """
        found = checkpoint.newest(self.folder)
        if found is None:
            return None
        tensors, values = checkpoint.load(found.path)
        saved = RunState.model_validate(values)
        checkpoint.require_same(saved.conditions, self.conditions)
        weights.master.load_state_dict(tensors["model"])
        weights.publish()
        optimizer.load_state_tensors(tensors["optimizer"])
        weights.average.load(tensors.get("average", {}), weights.master.backbone.vocabulary_weight.device)
        state = TrainState.from_json(saved.state)
        self.saved_step = state.step
        return Restored(state=state, spent=saved.spent_seconds, refused=found.refused)


def conditions(
    *, device: torch.device, precision: torch.dtype, matmul_precision: str
) -> dict[str, str | int]:
    """What the bits of a run depend on besides its configuration and data. gpu: its name, where one is used."""
    return {
        **({"gpu": torch.cuda.get_device_name(device)} if device.type == "cuda" else {}),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "precision": str(precision).removeprefix("torch."),
        "matmul_precision": matmul_precision,
    }
