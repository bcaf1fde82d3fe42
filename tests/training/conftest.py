"""A tiny Trainer over a store of numbered tokens, wired as `yanmo.api.fit` does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch

from yanmo import models, objectives
from yanmo.config import build
from yanmo.data.frame import Frame
from yanmo.data.plan import Plan
from yanmo.data.source import TextSource
from yanmo.data.store import StoreWriter
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.optim import optimizer as optim
from yanmo.optim.optimizer import OptimConfig
from yanmo.optim.schedule import ScheduleConfig
from yanmo.registry import find
from yanmo.training.budget import Budget
from yanmo.training.decisions import Pace
from yanmo.training.evaluator import Evaluator
from yanmo.training.hooks import Hook, StepReport
from yanmo.training.interrupt import Interrupt
from yanmo.training.precision import Weights
from yanmo.training.saver import Saver
from yanmo.training.state import TrainState
from yanmo.training.trainer import TrainConfig, Trainer

VOCAB = 90
SIZES = {"vocab_size": VOCAB, "hidden_size": 16, "num_layers": 2, "num_heads": 2, "intermediate_size": 32}
DOCUMENTS = ([3, 4], [5], [2, 6, 3], [7], [4, 4, 4, 9, 2], [12, 9], [3, 3], [30, 20, 5])


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def new_plan(tmp_path: Path) -> Callable[..., Plan]:
    def new_plan(
        name: str,
        *,
        batch_tokens: int = 96,
        documents: Sequence[Sequence[int]] = DOCUMENTS,
        noise: float = 0.0,
    ) -> Plan:
        """noise: share of tokens that are any, where the others count up."""
        random = np.random.default_rng(0)
        writer = StoreWriter(
            tmp_path / f"store{sum(1 for _ in tmp_path.iterdir())}",
            vocab_size=VOCAB,
            columns={"sentence_start": "test 1"},
        )
        for sentences in documents:
            size = sum(sentences)
            bits = np.zeros(size, dtype=bool)
            bits[np.cumsum([0, *sentences[:-1]])] = True
            ids = 5 + (writer.num_tokens + np.arange(size)) % (VOCAB - 5)
            ids = np.where(random.random(size) < noise, random.integers(5, VOCAB, size), ids)
            writer.add(ids, {"sentence_start": bits})
        objective = objectives.make(name)
        frame = Frame(
            start=2,
            end=3,
            summary="last" if name == "clm" else "first",
            vocab_size=VOCAB,
            mask=4,
            ordinary=np.arange(5, VOCAB),
        )
        source = TextSource(writer.close({}), objective, frame, 32, 120 if objective.needs_pairs else 30)
        return Plan(source=source, seed=3, batch_tokens=batch_tokens, max_length=32)

    return new_plan


@pytest.fixture
def new_learner() -> Callable[..., Learner]:
    def new_learner(name: str, *, dropout: float = 0.0, seed: int = 1) -> Learner:
        model = find(models, Backbone, "gpt2" if name == "clm" else "bert")
        values = {**SIZES, "max_positions": 64, "dropout": dropout, "attention_dropout": dropout}
        heads = objectives.make(name).head_sizes()
        return Learner.build(model, build(model.Config, values), heads, seed=seed)

    return new_learner


@dataclass
class Recorder(Hook):
    """What the hooks were told."""

    steps: list[StepReport] = field(default_factory=list)
    evaluations: list[tuple[int, bool]] = field(default_factory=list)
    saves: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)

    def on_step(self, report: StepReport) -> None:
        self.steps.append(report)

    def on_evaluate(self, step: int, metrics: object, *, best: bool) -> None:
        self.evaluations.append((step, best))

    def on_save(self, step: int, path: Path, seconds: float) -> None:
        assert path.is_dir()
        self.saves.append(step)

    def on_end(self, step: int) -> None:
        self.ended.append(step)


@pytest.fixture
def new_trainer(
    tmp_path: Path, new_plan: Callable[..., Plan], new_learner: Callable[..., Learner]
) -> Callable[..., tuple[Trainer, Recorder]]:
    plans: dict[str, Plan] = {}

    def new_trainer(
        name: str = "mlm",
        *,
        objective: Objective | None = None,
        evaluator: Evaluator | None = None,
        interrupt: Interrupt | None = None,
        keeps_best: bool = False,
        hooks: Sequence[Hook] = (),
        **settings: object,
    ) -> tuple[Trainer, Recorder]:
        if name not in plans:
            plans[name] = new_plan(name)
        config = build(TrainConfig, {"budget": "8steps", "save_seconds": 1e6, "evaluations": 4, **settings})
        weights = Weights(new_learner(name), torch.float32)
        optimizer = optim.build(weights.master.named_parameters(), OptimConfig())
        saver = Saver(
            tmp_path / "run" / "checkpoints",
            seconds=config.save_seconds,
            keep=config.keep,
            keeps_best=keeps_best,
            conditions={"threads": 1},
        )
        restored = saver.restore(weights, optimizer)
        recorder = Recorder()
        trainer = Trainer(
            weights=weights,
            objective=objective or objectives.make(name),
            plan=plans[name],
            optimizer=optimizer,
            optim=OptimConfig(),
            schedule=ScheduleConfig(),
            config=config,
            pace=Pace(Budget.parse(config.budget), tmp_path / "run" / "decisions.jsonl"),
            saver=saver,
            evaluator=evaluator,
            hooks=[recorder, *hooks],
            interrupt=Interrupt() if interrupt is None else interrupt,
            device=torch.device("cpu"),
            state=TrainState() if restored is None else restored.state,
        )
        return trainer, recorder

    return new_trainer
