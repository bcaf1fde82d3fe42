"""What a teacher thinks of the texts that a smaller model learns from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from yanmo import registry, tasks
from yanmo.api.predict import Model, load
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import RunFolder, replace_text
from yanmo.api.task_records import labelled_records
from yanmo.corpus.document import Record
from yanmo.corpus.files import source_file
from yanmo.corpus.hub import is_hub_id
from yanmo.corpus.read import CorpusConfig, read_raw
from yanmo.corpus.statistics import CorpusReport
from yanmo.data.example import Example
from yanmo.data.source import ExampleSource
from yanmo.errors import ConfigError, InputError
from yanmo.messages import text
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.distillation import Distillation, TeacherConfig, taught
from yanmo.tasks.inference import run as run_examples
from yanmo.tasks.task import Encoded, Encoder, Logits, Task
from yanmo.training.durable import replacing

# float32 [labels, classes]: asked once, so that a resumed run learns from the same numbers
TAUGHT = "teacher.npy"
# of the records and classes that it was asked about: their file may change in between
ASKED = "teacher.sha256"


def check_teacher(task: type[Task], name: str) -> None:
    """Errors: ConfigError for a task that no teacher can teach."""
    if not task.distils:
        fits = [each for each in registry.names(tasks) if tasks.find(each).distils]
        raise ConfigError("teacher.no_task", task=name, fits=fits)


def with_teacher(
    config: TeacherConfig,
    task: Task,
    train: Sequence[Record],
    encoded: Sequence[Sequence[Encoded]],
    encoder: Encoder,
    *,
    encoding: str,
    run: RunFolder,
    reporter: Reporter,
) -> tuple[Distillation, list[Example]]:
    """The objective, and the training examples with what the teacher says of each; also those without labels.

    encoded: of the training records, for the model that learns. encoding: of the file without labels.
    Errors: ConfigError for a teacher of another task or other labels; InputError where it cuts a text into other
    words; RunError.
    """
    more = _unlabelled(config.unlabelled_file, task.config, encoding)
    records = [*train, *more]
    encoded = [*encoded, *(task.encode(record, encoder, labelled=False) for record in more)]
    examples = [one.example for each in encoded for one in each]
    lengths = [len(example.labels[task.term][0]) for example in examples]
    asked = hashlib.sha256(f"{ExampleSource(examples).digest} {list(task.labels)}".encode()).hexdigest()
    rows = _kept(run.path, asked)
    if rows is None:
        with reporter.stage(text("teacher.stage")):
            rows = _ask(load(config.model), task, records, encoded)
        _keep(run.path, rows, asked)
    reporter.note(text("teacher.note", model=config.model, count=f"{len(records):,}", more=f"{len(more):,}"))
    parts = np.split(rows, np.cumsum(lengths)[:-1])
    objective = Distillation(task=task, temperature=config.temperature, weight=config.weight)
    known = sum(len(each) for each in encoded[: len(train)])  # examples with labels
    return objective, [
        taught(example, part, task.term, labelled=number < known)
        for number, (example, part) in enumerate(zip(examples, parts, strict=True))
    ]


def _ask(
    teacher: Model, task: Task, records: Sequence[Record], encoded: Sequence[Sequence[Encoded]]
) -> Logits:
    """The teacher's logits for every label of every record, in the order of the task's classes."""
    theirs = teacher.task.with_config(task.config)
    if type(theirs) is not type(task) or theirs.multi_label != task.multi_label:
        raise ConfigError("teacher.other_task", teacher=teacher.source, given=_kind(theirs), task=_kind(task))
    missing = [name for name in task.labels if name not in theirs.labels]
    if missing:
        raise ConfigError(
            "teacher.other_labels",
            teacher=teacher.source,
            missing=missing[:10],
            known=theirs.labels[:20],
        )
    order = [theirs.labels.index(name) for name in task.labels]
    asked = [theirs.encode(record, teacher.encoder, labelled=False) for record in records]
    for record, mine, other in zip(records, encoded, asked, strict=True):
        if [unit for one in mine for unit in one.units] != [unit for one in other for unit in one.units]:
            raise InputError("teacher.other_pieces", source=record.source, teacher=teacher.source)
    logits = run_examples(
        teacher.learner,
        [one.example for each in asked for one in each],
        theirs.term,
        batch_tokens=8192,
        outputs=theirs.outputs,
    )
    return np.ascontiguousarray(np.concatenate(logits)[:, order])


def _kind(task: Task) -> str:
    name = tasks.name_of(task)
    return text("teacher.several", task=name) if task.multi_label else name


def _unlabelled(path: str | None, settings: TaskConfig, encoding: str) -> list[Record]:
    """The lines of a plain text, or the records of another file or of the hub, whatever labels they may have."""
    if path is None:
        return []
    if is_hub_id(path) or source_file(Path(path)).format not in (None, "text", "markdown"):
        return [record.renamed(settings.columns) for record in labelled_records(path, encoding=encoding)]
    lines = read_raw(CorpusConfig(paths=(path,), unit="line", encoding=encoding), CorpusReport())
    name = settings.text_field
    return [Record(fields={name: line.text}, source=line.source) for line in lines if line.text.strip()]


def _kept(folder: Path, asked: str) -> Logits | None:
    """What the teacher said before, if it was asked the same."""
    if not (folder / ASKED).is_file() or (folder / ASKED).read_text(encoding="utf-8") != asked:
        return None
    kept: Logits = np.load(folder / TAUGHT)
    return kept


def _keep(folder: Path, rows: Logits, asked: str) -> None:
    (folder / ASKED).unlink(missing_ok=True)  # while the rows are written there is nothing to go by
    with replacing(folder / TAUGHT) as file:
        np.save(file, rows)
    replace_text(folder / ASKED, asked)
