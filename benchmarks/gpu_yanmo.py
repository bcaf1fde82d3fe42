"""Yanmo's side of the GPU benchmark: its Trainer on a token store, with the settings that a run would choose."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

import loop
import numpy as np
from gpu_work import END, MASK, SPECIAL, START, Meter, Work

from yanmo import models, objectives, registry
from yanmo.api.compute import choose_now
from yanmo.data.frame import Frame
from yanmo.data.plan import Plan
from yanmo.data.source import TextSource
from yanmo.data.store import StoreWriter
from yanmo.machine.memory import keep_large_buffers
from yanmo.machine.probe import configure
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.optim.optimizer import OptimConfig


def main() -> None:
    work = Work.from_arguments()
    meter = Meter(work)
    compute = choose_now("bf16")
    configure(compute.settings)
    keep_large_buffers()
    objective = objectives.make("clm" if work.causal else "mlm")
    learner = _learner(work, objective)
    learner.backbone.recompute("recompute" in work.options)
    name: Literal["muon", "adamw"] = "muon" if "muon" in work.options else "adamw"
    with tempfile.TemporaryDirectory() as folder:
        loop.train(
            learner,
            objective,
            _plan(work, objective, Path(folder)),
            optim=OptimConfig(name=name),
            dtype=compute.dtype,
            device=work.device,
            on_step=meter.step,
        )


def _learner(work: Work, objective: Objective) -> Learner:
    model = registry.find(models, Backbone, "gpt2" if work.causal else "bert")  # type: ignore[type-abstract]
    config = model.Config(
        vocab_size=work.vocab_size,
        hidden_size=work.hidden_size,
        num_layers=work.layers,
        num_heads=work.heads,
        intermediate_size=4 * work.hidden_size,
        max_positions=1024,
        dropout=0.0,
        attention_dropout=0.0,
    )
    return Learner.build(model, config, objective.head_sizes())


def _plan(work: Work, objective: Objective, folder: Path) -> Plan:
    """Batches that hold `work.documents` documents on average."""
    writer = StoreWriter(folder / "store", vocab_size=work.vocab_size, columns={})
    for ids in work.texts():
        writer.add(ids, {})
    frame = Frame(
        start=START,
        end=END,
        summary="last" if work.causal else "first",
        vocab_size=work.vocab_size,
        mask=None if work.causal else MASK,
        ordinary=np.arange(SPECIAL, work.vocab_size),
    )
    room = work.length - frame.framed_length(0)
    tokens = float(work.lengths().mean()) * work.documents
    rows = max(1, round(tokens / work.length / (1.0 if work.kind != "short" else 0.97)))
    return Plan(
        source=TextSource(writer.close({}), objective, frame, work.length, room),
        seed=0,
        batch_tokens=rows * work.length,
        max_length=work.length,
    )


if __name__ == "__main__":
    main()
