"""`yanmo evaluate`: a fine-tuned model on labelled records or on a suite, with an interval for the main metric."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from yanmo import tasks
from yanmo.api.encode import bi_encoder
from yanmo.api.predict import Model, Precision, load_here
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import sha256_of
from yanmo.api.task_records import check_columns, digest, labelled_records, usable, warn_cut
from yanmo.api.trained import has_task
from yanmo.config import build, merge
from yanmo.corpus.document import Record
from yanmo.corpus.encoding import known_encoding
from yanmo.corpus.files import user_path
from yanmo.corpus.hub import is_hub_id
from yanmo.errors import ConfigError, InputError, RunError
from yanmo.evaluation import suite as suites
from yanmo.evaluation.errors import Errors, errors_of
from yanmo.evaluation.evidence import Evidence, Interval, interval
from yanmo.evaluation.gather import gather
from yanmo.evaluation.splits import Part
from yanmo.evaluation.suite import Reference, Suite
from yanmo.messages import text
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.inference import predict_encoded
from yanmo.tasks.task import Task
from yanmo.tasks.unseen import refuse_unseen

NAMELESS = re.compile(r"LABEL_\d+")  # what `transformers` calls a class without a name
ALIKE = ({"text_classification", "sentence_similarity"}, {"translation", "text_generation"})
FORM = ("text_field", "pair_field", "label_field", "direction")  # of records, not of a model
NAMING = frozenset({*FORM, "columns"})  # what a suite says by itself


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """A model's metrics on records, what the main one is made of, and where it errs. cut: texts too long for it."""

    metrics: dict[str, float]
    metric: str
    evidence: Evidence | None
    signatures: dict[str, str]
    errors: Errors | None
    cut: int


@dataclass(frozen=True, kw_only=True)
class LabelledData:
    """Records to measure on. part: of the suite that they are from, if any; exact: whether its hash is right.

    taken_from: the published part that they are a share of, where the suite lacks theirs.
    """

    name: str
    sha256: str
    records: Sequence[Record]
    suite: Suite | None = None
    part: Part | None = None
    taken_from: Part | None = None
    exact: bool | None = None

    @property
    def references(self) -> tuple[Reference, ...]:
        """Published results, where these are the very records that they are of."""
        if self.suite is None or not self.exact or self.taken_from or self.part != self.suite.reported():
            return ()
        return self.suite.references


@dataclass(frozen=True, kw_only=True)
class EvaluateResult:
    """metrics over `count` records of `data`, whose bytes have this SHA-256.

    weights_sha256: of the file of the model's weights; None where they are several. interval: of the main metric, 95 %;
    None where the metric is not made of single texts. signatures: how those metrics were computed that have several
    definitions. suite, part: what the data is, if it is a suite; taken_from: the published part that it is a share of,
    where the suite lacks that one; exact: whether it holds the very records that the suite names; references: published
    results, where it is what they are of. cut: texts that the model could not read whole.
    """

    model: str
    data: str
    sha256: str
    count: int
    metrics: dict[str, float]
    weights_sha256: str | None = None
    signatures: dict[str, str] = field(default_factory=dict)
    interval: Interval | None = None
    suite: str | None = None
    part: str | None = None
    taken_from: str | None = None
    exact: bool | None = None
    references: tuple[Reference, ...] = ()
    precision: Precision = "fp32"
    cut: int = 0
    errors: Errors | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        of_suite = {
            "suite": self.suite,
            "part": self.part,
            "taken_from": self.taken_from,
            "exact": self.exact,
        }
        return {
            "model": self.model,
            **({"weights_sha256": self.weights_sha256} if self.weights_sha256 else {}),
            "precision": self.precision,
            "data": self.data,
            "sha256": self.sha256,
            "count": self.count,
            **({"cut": self.cut} if self.cut else {}),
            "metrics": self.metrics,
            **({"interval": self.interval.to_json()} if self.interval else {}),
            **({"signatures": self.signatures} if self.signatures else {}),
            **(of_suite if self.suite else {}),
            **({"references": [one.model_dump() for one in self.references]} if self.references else {}),
        }


def evaluate(
    source: str,
    data: str | Path,
    *,
    folder: str | Path | None = None,
    part: Part | None = None,
    settings: TaskConfig | None = None,
    task: Literal["sentence_similarity"] | None = None,
    encoding: str = "auto",
    precision: Precision | Literal["auto"] = "fp32",
    reporter: Reporter | None = None,
) -> EvaluateResult:
    """The metrics of the task that the model was fine-tuned for, on a file of records or on a suite.

    folder: where the files of suites lie. part: of a suite; unset: what is reported, its test. settings: where a file
    keeps texts and labels (a suite says so by itself), and how the task reads and answers. task: what a file is for,
    where the model was not fine-tuned (a suite says it by itself): then any encoder is measured as a bi-encoder.
    encoding: of that file. precision: as in `load_here`.
    Errors: RunError (no trained head, or one of another task), InputError (records; a label that training never saw),
    ConfigError (an unknown suite; where a suite keeps its texts).
    """
    reporter = reporter or Reporter()
    refuse_naming(data, settings)
    given = labelled_data(data, folder=folder, part=part, encoding=encoding, reporter=reporter)
    model = load_here(source, precision)
    prepare(model, given, task, reporter)
    given = scored(model, given, settings, reporter)
    measured = measure(model, given, settings, reporter)
    return EvaluateResult(
        model=source,
        weights_sha256=_weights_sha256(model),
        precision=model.precision,
        data=given.name,
        sha256=given.sha256,
        count=len(given.records),
        metrics=measured.metrics,
        cut=measured.cut,
        signatures=measured.signatures,
        interval=None if measured.evidence is None else interval(measured.evidence),
        suite=None if given.suite is None else given.suite.name,
        part=given.part,
        taken_from=given.taken_from,
        exact=given.exact,
        references=given.references,
        errors=measured.errors,
    )


def refuse_naming(data: str | Path, settings: TaskConfig | None) -> None:
    """Errors: ConfigError for settings that say where a suite keeps its texts and labels."""
    given = () if settings is None else sorted(NAMING & settings.model_fields_set)
    if given and suites.is_suite(data):
        raise ConfigError("suites.form_of_suite", given=list(given), name=data)


def labelled_data(
    data: str | Path, *, folder: str | Path | None, part: Part | None, encoding: str, reporter: Reporter
) -> LabelledData:
    """A file of records, those of a data set on the hub (`test` where it names no split), or a part of a suite.

    Errors: InputError, ConfigError, MissingExtra.
    """
    if suites.is_suite(data):
        return _of_suite(suites.find(data), folder, part, reporter)
    path = user_path(data)
    if not path.is_file() and not path.suffix and path.name == str(data):
        suites.find(data)  # a word that names no file is a suite's name, and this says which there are
    if part is not None:
        raise ConfigError("suites.part_of_file", part=part, data=data)
    with reporter.stage(text("run.stage_read")):
        records = list(labelled_records(str(data), split="test", encoding=known_encoding(encoding)))
    if not records:
        raise InputError("run.no_records", path=data)
    sha256 = digest(records) if is_hub_id(str(data)) else sha256_of(path)
    return LabelledData(name=str(data), sha256=sha256, records=records)


def prepare(model: Model, given: LabelledData, task: str | None, reporter: Reporter) -> None:
    """Lets a model that was never fine-tuned compare pairs of texts, as its vectors do.

    Errors: RunError for one that has no vectors, and for one of another task than the data's.
    """
    wanted = task if given.suite is None else given.suite.task
    if wanted == "sentence_similarity" and not has_task(model):
        bare = bi_encoder(model)
        model.task = bare
        reporter.note(text("pairs.note_bi_encoder", model=model.source, pooling=bare.pooling))
    name = tasks.name_of(model.task)
    if wanted is not None and not are_alike(name, wanted):
        raise RunError("suites.other_task", model=model.source, task=name, name=given.name, wanted=wanted)


def scored(
    model: Model, given: LabelledData, settings: TaskConfig | None, reporter: Reporter
) -> LabelledData:
    """The data without the records that the model cannot be scored on. Errors: RunError, as `evaluate`."""
    return replace(given, records=usable(_task(model, given, settings), given.records, reporter))


def measure(
    model: Model,
    given: LabelledData,
    settings: TaskConfig | None = None,
    reporter: Reporter | None = None,
) -> Measured:
    """The metrics of a model. Errors: as `evaluate`."""
    if settings is not None and given.suite is None:
        check_columns(given.records, settings.columns, given.name)
    task = _task(model, given, settings)
    records = [record.renamed(task.config.columns) for record in given.records]
    if not _is_ours(model):
        task = task.from_elsewhere(records)
    refuse_unseen(task, records)
    encoded = [task.encode(record, model.encoder, labelled=True) for record in records]
    predictions = predict_encoded(task, model.learner, records, encoded, model.encoder, refuse_nan=True)
    metrics = task.score(records, predictions)
    training = model.training_records() if task.generates else []
    metrics |= task.sample_scores(model.learner, records, training, model.encoder)
    metric = task.metric_on(records) if given.suite is None else given.suite.metric
    if metric not in metrics:
        raise RunError(
            "suites.other_metric",
            model=model.source,
            data=given.name,
            metric=metric,
            known=list(metrics),
        )
    return Measured(
        metrics=metrics,
        metric=metric,
        evidence=gather(task, records, predictions, metric, metrics[metric]),
        signatures=task.signatures(records),
        errors=errors_of(task, records, predictions),
        cut=warn_cut(encoded, model.encoder, task, reporter or Reporter()),
    )


def _is_ours(model: Model) -> bool:
    """Whether Yanmo trained it: a run, or a folder that names its task."""
    labelling = model.loaded.labelling
    named = labelling is not None and labelling.task == tasks.name_of(model.task)
    return named or model.finetuned is not None


def _weights_sha256(model: Model) -> str | None:
    weights = None if model.loaded.folder is None else model.loaded.folder / "model.safetensors"
    return sha256_of(weights) if weights is not None and weights.is_file() else None


def are_alike(one: str, other: str) -> bool:
    """Whether two tasks may answer the same records, so that one metric measures both."""
    return one == other or {one, other} in ALIKE


def _configured(task: Task, changes: Mapping[str, Any]) -> Task:
    """The task with some settings laid over its own."""
    own = task.config.model_dump(exclude_unset=True)
    return task.with_config(build(TaskConfig, merge(own, changes)))


def _task(model: Model, given: LabelledData, settings: TaskConfig | None) -> Task:
    """The model's task, on records of the form at hand."""
    task = model.task
    if given.suite is None:
        return task if settings is None else _configured(task, settings.model_dump(exclude_unset=True))
    suite = given.suite
    form = {key: getattr(suite.settings, key) for key in FORM}
    own = suite.settings.model_dump(exclude_unset=True, exclude=set(FORM))
    asked = {} if settings is None else settings.model_dump(exclude_unset=True, exclude=set(NAMING))
    task = _configured(task, merge(form | own, asked))
    if len(task.labels) == len(suite.labels) and all(NAMELESS.fullmatch(label) for label in task.labels):
        task = replace(task, labels=suite.labels)
    return task


def _of_suite(suite: Suite, folder: str | Path | None, part: Part | None, reporter: Reporter) -> LabelledData:
    if folder is None:
        raise ConfigError("suites.no_folder", name=suite.name, folder=suite.folder, source=suite.source)
    where = user_path(folder)
    chosen = None if part == "test" else part
    wanted: Part = suite.reported() if chosen is None else chosen
    with reporter.stage(text("run.stage_read")):
        taken: Part | None = None
        if chosen is None:
            records: Sequence[Record] = suite.test(where)
        else:
            splits = suite.complete(where)
            records = getattr(splits, wanted)
            taken = splits.taken_from.get(wanted)
    if not records:
        raise ConfigError("suites.no_part", name=suite.name, part=wanted, known=list(suite.splits))
    origin = taken or wanted
    sha256 = suites.content_hash(suite.file(origin, where))
    exact = sha256 == suite.splits[origin].sha256
    if not exact:
        reporter.warn(text("suites.warn_other", name=suite.name, path=suite.file(origin, where)))
    return LabelledData(
        name=suite.name,
        sha256=sha256,
        records=records,
        suite=suite,
        part=wanted,
        taken_from=taken,
        exact=exact,
    )
