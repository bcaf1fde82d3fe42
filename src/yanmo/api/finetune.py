"""`yanmo finetune`: a model and labelled records in, a model for a task out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field

from yanmo import tasks
from yanmo.api import model_source
from yanmo.api.compute import choose_once
from yanmo.api.fit import Fit, fit
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import RunFolder
from yanmo.config import Config
from yanmo.corpus.document import Record
from yanmo.corpus.read import read_records
from yanmo.data.frame import frame_of
from yanmo.data.plan import Plan
from yanmo.data.source import ExampleSource
from yanmo.errors import InputError, RunError
from yanmo.interop.huggingface import Labelling, LoadedModel, save_model
from yanmo.interop.sentence_transformers import Pooling, save_modules
from yanmo.messages import text
from yanmo.models.learner import Learner
from yanmo.optim.optimizer import OptimConfig
from yanmo.optim.schedule import ScheduleConfig
from yanmo.tasks.inference import predict_encoded
from yanmo.tasks.task import Encoded, Encoder, Task, TaskConfig, TaskPrediction
from yanmo.tokenizers import Tokenizer, TokenizerConfig
from yanmo.training.interrupt import interruptible
from yanmo.training.trainer import TrainConfig


class FinetuneConfig(Config):
    """Everything that decides a fine-tuning run."""

    task: str
    """text_classification, token_classification, question_answering, sentence_similarity, text_generation or
    translation."""
    model: str
    """A run, a Hugging Face directory or a hub id; for translation also an architecture, with random weights."""
    preset: str | None = None
    """The size of an architecture: tiny, mini (unset), small, medium, base."""
    tokenizer: TokenizerConfig | str | None = None
    """Of an architecture: how one is trained on the records (unset: unigram), or a run or directory that has one."""
    random_weights: bool = False
    """Keep only the model's size and tokenizer and start from random weights: the baseline without pre-training."""
    train_file: str
    """Labelled records to learn from: .jsonl, .csv, .tsv, .parquet, each also .gz."""
    dev_file: str | None = None
    """Records to choose the best step by; unset: a share of the training records is held back."""
    dev_share: float = Field(default=0.1, gt=0, lt=1)
    """That share."""
    max_length: int = Field(default=256, ge=16)
    """The longest sequence; at most what the model can hold."""
    dropout: float | None = Field(default=0.1, ge=0, lt=1)
    """Of hidden states; unset: as the model says."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Share of the target that goes to all classes."""
    settings: TaskConfig = TaskConfig()
    train: TrainConfig = TrainConfig(budget="3ep", batch_tokens=2048, evaluations=6, patience=0)
    optim: OptimConfig | None = None
    """Unset: AdamW at a rate that fits the width of the model."""
    schedule: ScheduleConfig = ScheduleConfig(name="linear", warmup=0.1)


@dataclass(frozen=True, kw_only=True)
class FinetuneResult:
    """metrics: of the best step on the dev records. signatures: how those with several definitions were computed."""

    path: Path
    steps: int
    best_step: int | None
    metrics: dict[str, float]
    signatures: dict[str, str] = field(default_factory=dict)

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

    @property
    def higher_is_better(self) -> bool:
        return self.task.higher_is_better

    def __call__(self, learner: Learner, *, final: bool) -> dict[str, float]:
        predictions = self.predict(learner, final=final)
        return self.task.tuned(self.records, predictions).score(self.records, predictions)

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
    run = RunFolder.start(Path(out), "finetune", config)
    if run.results is not None:
        reporter.note(text("run.already_done", path=run.path))
        run.ensure_report()
        return FinetuneResult(path=run.path, **run.results)
    with interruptible() as interrupt:
        compute = choose_once(run.path / "machine.json", config.train.precision)
        train, dev = _records(config, reporter)
        task = kind.from_records(train, config.settings, label_smoothing=config.label_smoothing)
        loaded = _loaded(config, task, train, run, reporter)
        encoder = _encoder(config, loaded)
        evaluator = TaskEvaluator(
            task=task,
            records=dev,
            encoded=_encode(task, dev, encoder),
            encoder=encoder,
            metric=task.metric_on(dev),
        )
        encoded = _encode(task, train, encoder)
        _warn_cut(encoded, encoder, task, reporter)
        examples = [one.example for each in encoded for one in each]
        del encoded  # what decoding needs besides takes more memory than the examples
        _note(task, train, dev, loaded, reporter)
        what = Fit(
            learner=loaded.learner,
            objective=task,
            plan=Plan(
                source=ExampleSource(examples),
                seed=config.train.seed,
                batch_tokens=config.train.batch_tokens,
                max_length=max([encoder.room, *(len(example.input_ids) for example in examples)]),
            ),
            evaluator=evaluator,
            train=config.train,
            optim=config.optim or _optim(config, loaded),
            schedule=config.schedule,
            keeps_best=True,
        )
        run.write_manifest(config, _inputs(config), compute.to_json())
        learner, state = fit(run, what, compute, reporter=reporter, interrupt=interrupt, profile=profile)
        predictions = evaluator.predict(learner)
        task = task.tuned(dev, predictions)
        metrics = task.score(dev, predictions) | task.sample_scores(learner, dev, train, encoder)
        _save(run, task, learner, loaded, encoder, config)
        results: dict[str, Any] = {"steps": state.step, "best_step": state.best_step, "metrics": metrics}
        if signatures := task.signatures(dev):
            results["signatures"] = signatures
        run.finish(results)
        run.ensure_report()
    return FinetuneResult(path=run.path, **results)


def default_optim(hidden_size: int, rate: float = Task.rate) -> OptimConfig:
    """AdamW at `rate` for a width of 256, less with the width: of 4e-4, 2.6e-5 is left at BERT-base's 768."""
    rate = min(1e-3, rate * (256 / hidden_size) ** 2.5)
    return OptimConfig(name="adamw", lr=rate, weight_decay=0.01, betas=(0.9, 0.999))


def _save(
    run: RunFolder,
    task: Task,
    learner: Learner,
    loaded: LoadedModel,
    encoder: Encoder,
    config: FinetuneConfig,
) -> None:
    if task.pooling is not None:
        pooling = Pooling.of(task.pooling, learner.backbone.family)
        save_modules(run.model, pooling, learner.backbone.config.hidden_size, max_length=encoder.room)
    save_model(
        run.model, learner, loaded.tokenizer, labelling=_labelling(config, task), max_length=encoder.room
    )


def _records(config: FinetuneConfig, reporter: Reporter) -> tuple[list[Record], list[Record]]:
    """Training and dev records, checked for overlap."""
    with reporter.stage(text("run.stage_read")):
        train = list(read_records(config.train_file))
        if not train:
            raise InputError("run.no_records", path=config.train_file)
        if config.dev_file is None:
            return _split(train, config)
        dev = list(read_records(config.dev_file))
        if not dev:
            raise InputError("run.no_records", path=config.dev_file)
    kind = tasks.find(config.task)
    known = {kind.content(record, config.settings) for record in train}
    count = sum(kind.content(record, config.settings) in known for record in dev)
    if count == len(dev):
        raise InputError("run.dev_in_train", count=count)
    if count:
        reporter.warn(text("run.warn_dev_in_train", count=count, total=len(dev)))
    return train, dev


def _split(records: list[Record], config: FinetuneConfig) -> tuple[list[Record], list[Record]]:
    """Holds a share back; equal texts fall on the same side. Errors: InputError when there is one text alone."""
    kind = tasks.find(config.task)
    contents = [kind.group(record, config.settings) for record in records]
    if len(set(contents)) < 2:
        contents = [kind.content(record, config.settings) for record in records]
    distinct = sorted(set(contents), key=lambda content: hashlib.sha256(content.encode()).digest())
    if len(distinct) < 2:
        raise InputError("run.one_text", path=config.train_file)
    dev = set(distinct[: min(len(distinct) - 1, max(1, round(len(distinct) * config.dev_share)))])
    sides: tuple[list[Record], list[Record]] = ([], [])
    for record, content in zip(records, contents, strict=True):
        sides[content in dev].append(record)
    return sides


def _optim(config: FinetuneConfig, loaded: LoadedModel) -> OptimConfig:
    """A fresh model learns as in pre-training."""
    if model_source.architecture(config.model) is not None:
        return OptimConfig()
    return default_optim(loaded.learner.backbone.config.hidden_size, tasks.find(config.task).rate)


def _loaded(
    config: FinetuneConfig, task: Task, train: Sequence[Record], run: RunFolder, reporter: Reporter
) -> LoadedModel:
    if model_source.architecture(config.model) is None:
        return _model(config, task)
    from yanmo.api.fresh_model import fresh_model  # which needs this module for the configuration

    return fresh_model(config, task, train, run, reporter)


def _model(config: FinetuneConfig, task: Task) -> LoadedModel:
    loaded = model_source.load(config.model, heads=task.head_sizes(), seed=config.train.seed)
    if task.pooling is not None and loaded.learner.backbone.family == "encoder_decoder":
        raise RunError("pairs.encoder_decoder", path=config.model)
    changes = {} if config.dropout is None else {"dropout": config.dropout, "attention_dropout": 0.0}
    sizes = loaded.config.model_copy(update=changes)
    learner = Learner.build(type(loaded.learner.backbone), sizes, task.head_sizes(), seed=config.train.seed)
    if not config.random_weights:
        learner.load_state_dict(loaded.learner.state_dict())
    return LoadedModel(
        learner=learner,
        tokenizer=_tokenizer(loaded.tokenizer, task),
        labelling=loaded.labelling,
        fresh=loaded.fresh,
        unused=loaded.unused,
        config=sizes,
        max_length=loaded.max_length,
    )


def _tokenizer(tokenizer: Tokenizer, task: Task) -> Tokenizer:
    """The model's, with the form of the conversations that the task learns."""
    return tokenizer if task.chat_template is None else tokenizer.with_chat_template(task.chat_template)


def _labelling(config: FinetuneConfig, task: Task) -> Labelling | None:
    """What a saved model must know of its task; None where its head says all."""
    if not task.labels and not task.values:
        return None
    return Labelling(task=config.task, labels=task.labels, multi_label=task.multi_label, values=task.values)


def _encoder(config: FinetuneConfig, loaded: LoadedModel) -> Encoder:
    return Encoder(
        tokenizer=loaded.tokenizer,
        frame=frame_of(loaded.tokenizer, loaded.learner.backbone.family),
        room=min(config.max_length, loaded.max_length),
    )


def _encode(task: Task, records: Sequence[Record], encoder: Encoder) -> list[list[Encoded]]:
    return [task.encode(record, encoder, labelled=True) for record in records]


def _warn_cut(encoded: Sequence[Sequence[Encoded]], encoder: Encoder, task: Task, reporter: Reporter) -> None:
    count = sum(one.cut for each in encoded for one in each)
    if count:
        reporter.warn(
            text(
                "run.warn_cut",
                count=count,
                total=len(encoded),
                room=encoder.room,
                rule=task.truncation,
            )
        )


def _note(
    task: Task, train: Sequence[Record], dev: Sequence[Record], loaded: LoadedModel, reporter: Reporter
) -> None:
    backbone = [name for name in loaded.fresh if name.startswith("backbone.")]
    if backbone:
        reporter.warn(text("run.warn_fresh", fresh=", ".join(backbone[:5])))
    reporter.note(
        text(
            "run.note_records",
            train=f"{len(train):,}",
            dev=f"{len(dev):,}",
            labels=", ".join(task.labels) or "-",
        )
    )


def _inputs(config: FinetuneConfig) -> dict[str, Any]:
    files = [name for name in (config.train_file, config.dev_file) if name]
    inputs: dict[str, Any] = {"model": config.model}
    for name in files:
        with Path(name).open("rb") as file:
            inputs[name] = hashlib.file_digest(file, "sha256").hexdigest()
    if model_source.architecture(config.model) is not None:
        return inputs
    weights = Path(model_source.model_folder(config.model)) / "model.safetensors"
    if weights.is_file():
        with weights.open("rb") as file:
            inputs["model_sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
    return inputs
