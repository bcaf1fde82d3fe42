"""Yanmo's side of the speed benchmark: its Trainer on a token store."""

from __future__ import annotations

import itertools
from pathlib import Path

import loop
import speed_text
import torch
from speed_round import Rounds, Work

from yanmo import models, objectives, registry
from yanmo.api.compute import choose_once
from yanmo.data.batch import Batch
from yanmo.data.cursor import Cursor
from yanmo.data.frame import frame_of
from yanmo.data.plan import Plan
from yanmo.data.source import TextSource
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.optim.optimizer import OptimConfig
from yanmo.tokenizers import Tokenizer

PACKED = 0.97  # of the places in packed rows hold tokens, about


def main() -> None:
    work = Work.from_arguments()
    rounds = Rounds(work)
    learner, objective = _learner(work)
    train(work, rounds, learner, objective, _plan(work, objective))


def train(work: Work, rounds: Rounds, learner: Learner, objective: Objective, plan: Plan) -> None:
    """Describes the batches, then trains until there is no further round."""
    compute = choose_once(Path(work.data) / f"machine-{work.precision}.json", work.precision)
    planned = list(itertools.islice(plan.stream(Cursor()), 64))
    rounds.describe(
        fill=sum(batch.num_tokens for batch in planned) / sum(map(_places, planned)),
        documents=sum(len(batch.samples) for batch in planned) / len(planned),
        precision=compute.settings.precision,
        threads=torch.get_num_threads(),
    )
    loop.train(
        learner,
        objective,
        plan,
        optim=OptimConfig(name=work.optimizer),  # type: ignore[arg-type]
        dtype=compute.dtype,
        device=compute.device,
        on_step=rounds.step,
    )


def _places(batch: Batch) -> int:
    return batch.input_ids.numel() + (0 if batch.target is None else _places(batch.target))


def _learner(work: Work) -> tuple[Learner, Objective]:
    causal = speed_text.KINDS[work.kind].family == "decoder"
    objective = objectives.make("clm" if causal else "mlm")
    model = registry.find(models, Backbone, "gpt2" if causal else "bert")  # type: ignore[type-abstract]
    config = model.Config(
        vocab_size=work.vocab_size,
        hidden_size=work.hidden_size,
        num_layers=work.layers,
        num_heads=work.heads,
        intermediate_size=4 * work.hidden_size,
        max_positions=512,
        dropout=work.dropout,
        attention_dropout=work.dropout,
    )
    return Learner.build(model, config, objective.head_sizes()), objective


def _plan(work: Work, objective: Objective) -> Plan:
    """Batches that hold `work.documents` documents on average."""
    kind = speed_text.KINDS[work.kind]
    frame = frame_of(Tokenizer.load(Path(work.data) / "tokenizer"), kind.family)  # type: ignore[arg-type]
    store = speed_text.store(Path(work.data))
    room = kind.length - frame.framed_length(0)
    rows = work.documents
    if not kind.full:
        framed = store.num_tokens / store.num_documents + frame.framed_length(0)
        rows = max(1, round(work.documents * framed / (PACKED * kind.length)))
    return Plan(
        source=TextSource(store, objective, frame, kind.length, room),
        seed=0,
        batch_tokens=rows * kind.length,
        max_length=kind.length,
    )


if __name__ == "__main__":
    main()
