"""`yanmo finetune`: a model and labelled records in, a model for a task out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from yanmo import tasks
from yanmo.api import model_source
from yanmo.api.compute import choose_once
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.fit import Fit, fit
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import RunFolder, sha256_of
from yanmo.api.task_model import encoder_of, optim_of, save, starting_model
from yanmo.api.task_records import (
    digest,
    labelled_records,
    tell_records,
    train_and_dev,
    warn_cut,
    warn_unknown,
    warn_widened,
)
from yanmo.api.teacher import with_teacher
from yanmo.corpus.document import Record
from yanmo.corpus.files import user_path
from yanmo.corpus.hub import is_hub_id
from yanmo.data.example import Example
from yanmo.data.plan import Plan
from yanmo.data.source import ExampleSource
from yanmo.evaluation.errors import errors_of
from yanmo.messages import text
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.tasks.inference import predict_encoded
from yanmo.tasks.task import Encoded, Encoder, Task, TaskPrediction, Use
from yanmo.tasks.unseen import refuse_unseen
from yanmo.training.interrupt import interruptible
from yanmo.training.lora import merge_lora
from yanmo.training.samples import TextSample
from yanmo.training.state import TrainState

MOST_PLACES = 2048  # in a step, unless set
FEWEST_STEPS = 32  # of an epoch
FEWEST_EXAMPLES = 4  # in a step, about

__all__ = ["FinetuneConfig", "FinetuneResult", "TaskEvaluator", "finetune"]


@dataclass(frozen=True, kw_only=True)
class FinetuneResult:
    """metrics: of the best step on the dev records. signatures: how those with several definitions were computed.

    metric: the one that chose the best step. use: the command that the model is tried with.
    """

    path: Path
    steps: int
    best_step: int | None
    metrics: dict[str, float]
    signatures: dict[str, str] = field(default_factory=dict)
    metric: str = ""
    higher_is_better: bool = True
    use: Use = "predict"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "path": str(self.path)}


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskEvaluator:
    """A task's score on records that were encoded once."""

    task: Task
    records: Sequence[Record]
    encoded: Sequence[Sequence[Encoded]]
    encoder: Encoder
    metric: str

    @classmethod
    def of(cls, task: Task, records: Sequence[Record], encoder: Encoder) -> TaskEvaluator:
        encoded = _encode(task, records, encoder)
        return cls(
            task=task, records=records, encoded=encoded, encoder=encoder, metric=task.metric_on(records)
        )

    @property
    def higher_is_better(self) -> bool:
        return self.task.higher_is_better

    def __call__(self, learner: Learner, *, final: bool) -> dict[str, float]:
        predictions = self.predict(learner, final=final)
        return self.task.tuned(self.records, predictions).score(self.records, predictions)

    def samples(self, learner: Learner) -> tuple[TextSample, ...]:
        return ()

    def predict(self, learner: Learner, *, final: bool = True) -> list[TaskPrediction]:
        task = self.task if final else self.task.quick()
        return predict_encoded(task, learner, self.records, self.encoded, self.encoder)


def finetune(
    config: FinetuneConfig, out: str | Path, *, reporter: Reporter | None = None, profile: bool = False
) -> FinetuneResult:
    """Fine-tunes, or resumes what the same configuration left in `out`.

    profile: write a trace of a few steps into the run folder.
    Errors: those of yanmo.errors; Preempted after SIGTERM or Ctrl-C, with everything saved.
    """
    reporter = reporter or Reporter()
    kind = tasks.find(config.task)
    run = RunFolder.start(user_path(out), "finetune", config)
    if run.is_finished:
        assert run.results is not None
        reporter.note(text("run.already_done", path=run.path))
        if changed := _changed(config, run):
            reporter.warn(text("run.warn_changed", path=run.path, files=", ".join(changed)))
        run.ensure_report()
        return FinetuneResult(path=run.path, **run.results)
    with run.held(), interruptible() as interrupt:
        compute = choose_once(run.path / "machine.json", config.train.precision, reporter)
        train, dev = train_and_dev(config, reporter)
        task = kind.from_records(train, config.settings, label_smoothing=config.label_smoothing)
        refuse_unseen(task, dev)
        loaded = starting_model(config, task, train, run, reporter)
        encoder = encoder_of(config, loaded)
        evaluator = TaskEvaluator.of(task, dev, encoder)
        warn_cut(evaluator.encoded, encoder, task, reporter)
        objective, examples = _lessons(config, task, train, encoder, run, reporter)
        task.begin(loaded.learner, examples)
        tell_records(task, train, dev, reporter)
        plan = _plan(config, task, examples, encoder)
        if config.train.batch_tokens is None and plan.batch_tokens < MOST_PLACES:
            records = plan.batch_tokens * len(examples) / sum(example.room for example in examples)
            reporter.note(text("run.note_batch", tokens=f"{plan.batch_tokens:,}", records=f"{records:.0f}"))
        what = Fit(
            learner=loaded.learner,
            objective=objective,
            plan=plan,
            evaluator=evaluator,
            train=config.train,
            optim=optim_of(config, loaded),
            schedule=config.schedule,
            ends_with_best=True,
            layer_decay=config.adapt.layer_decay,
            dev_digest=digest(dev),
        )
        run.write_manifest(config, _inputs(config), compute.to_json())
        fitted = fit(run, what, compute, reporter=reporter, interrupt=interrupt, profile=profile)
        learner = fitted.learner
        if config.adapt.lora is not None:
            merge_lora(learner)
        predictions = evaluator.predict(learner)
        task = task.tuned(dev, predictions)
        metrics = task.score(dev, predictions) | task.sample_scores(learner, dev, train, encoder)
        run.write_errors(errors_of(task, dev, predictions))
        save(run, task.settled(learner), learner, loaded, encoder, config.task)
        results = _results(fitted.state, metrics, evaluator, task, dev)
        run.finish(results)
        run.ensure_report()
    return FinetuneResult(path=run.path, **results)


def _results(
    state: TrainState,
    metrics: dict[str, float],
    evaluator: TaskEvaluator,
    task: Task,
    dev: Sequence[Record],
) -> dict[str, Any]:
    signatures = task.signatures(dev)
    return {
        "steps": state.step,
        "best_step": state.best_step,
        "metrics": metrics,
        "metric": evaluator.metric,
        "higher_is_better": evaluator.higher_is_better,
        "use": task.use,
        **({"signatures": signatures} if signatures else {}),
    }


def usual_batch(lengths: Sequence[int], *, alone: bool = True) -> int:
    """Places in a step: a step of all that fits would leave few records too few of them.

    alone: whether an example is learned from without the others of its batch; else a small batch teaches less.
    """
    whole = sum(lengths)
    least = max(FEWEST_EXAMPLES * whole // len(lengths), max(lengths))
    return min(MOST_PLACES, max(whole // FEWEST_STEPS, least)) if alone else MOST_PLACES


def _plan(config: FinetuneConfig, task: Task, examples: list[Example], encoder: Encoder) -> Plan:
    lengths = [example.room for example in examples]
    return Plan(
        source=ExampleSource(examples),
        seed=config.train.seed,
        batch_tokens=config.train.batch_tokens or usual_batch(lengths, alone=task.learns_alone),
        max_length=max([encoder.room, *(len(example.input_ids) for example in examples)]),
    )


def _lessons(
    config: FinetuneConfig,
    task: Task,
    train: Sequence[Record],
    encoder: Encoder,
    run: RunFolder,
    reporter: Reporter,
) -> tuple[Objective, list[Example]]:
    """What is learned, and the examples that it is learned from."""
    encoded = _encode(task, train, encoder)
    warn_cut(encoded, encoder, task, reporter)
    warn_unknown(encoded, encoder.tokenizer, reporter)
    warn_widened(task, train, encoded, reporter)
    if config.teacher is not None:
        return with_teacher(
            config.teacher,
            task,
            train,
            encoded,
            encoder,
            encoding=config.encoding,
            run=run,
            reporter=reporter,
        )
    # what decoding needs besides takes more memory than the examples, and is dropped here
    return task, [one.example for each in encoded for one in each]


def _encode(task: Task, records: Sequence[Record], encoder: Encoder) -> list[list[Encoded]]:
    return [task.encode(record, encoder, labelled=True) for record in records]


def _inputs(config: FinetuneConfig) -> dict[str, Any]:
    """The SHA-256 of every file and model that the run is made from."""
    inputs: dict[str, Any] = {"model": config.model}
    files = {config.train_file: "train", config.dev_file: "validation", config.unlabelled_file: "train"}
    for name, split in files.items():
        if name:
            inputs[name] = _sha256_of_rows(name, split) if is_hub_id(name) else sha256_of(user_path(name))
    models = {"model_sha256": config.model}
    if config.teacher is not None:
        inputs["teacher"] = models["teacher_sha256"] = config.teacher.model
    for key, source in models.items():
        if model_source.architecture(source) is None:
            weights = Path(model_source.model_folder(source)) / "model.safetensors"
            inputs |= {key: sha256_of(weights)} if weights.is_file() else {}
    return inputs


def _changed(config: FinetuneConfig, run: RunFolder) -> list[str]:
    """The files that hold something else than when the run was made of them; one that is gone cannot be told."""
    recorded = run.inputs
    return [
        name
        for name in (config.train_file, config.dev_file, config.unlabelled_file)
        if name
        and name in recorded
        and user_path(name).is_file()
        and sha256_of(user_path(name)) != recorded[name]
    ]


def _sha256_of_rows(hub_id: str, split: str) -> str:
    return digest(labelled_records(hub_id, split=split))
