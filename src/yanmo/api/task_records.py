"""The records of a fine-tuning: read, called by the names that tasks know, parted, checked and counted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress

from yanmo import tasks
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.reporter import Reporter
from yanmo.corpus.document import Record
from yanmo.corpus.hub import hub_records, is_hub_id
from yanmo.corpus.read import read_records
from yanmo.errors import ConfigError, InputError
from yanmo.evaluation.metric_text import metric_name, number
from yanmo.evaluation.splits import hold_back
from yanmo.messages import listed, percent, text
from yanmo.registry import suggestion
from yanmo.tasks.config import TaskConfig, labels_of, text_name
from yanmo.tasks.targets import LABEL_FIELDS, LABELLED, is_number, read_target
from yanmo.tasks.task import Encoded, Encoder, Task
from yanmo.tasks.texts import label_like, pair_names
from yanmo.tokenizers import Tokenizer

MOST_CLASSES = 12  # that are counted on the screen one by one
UNBALANCED = 10  # times as many records of the commonest class as of the rarest
MOST_UNKNOWN = 0.1  # of the tokens, where nothing is said
FLATTERS = ("accuracy", "micro_f1")  # metrics that the commonest classes decide


def train_and_dev(config: FinetuneConfig, reporter: Reporter) -> tuple[list[Record], list[Record]]:
    """Training and dev records, checked for overlap.

    Errors: InputError for files without a record, a column that no record has, and a dev file that is the training
    file.
    """
    kind = tasks.find(config.task)
    with reporter.stage(text("run.stage_read")):
        train = _read(config, config.train_file, "train")
        dev = [] if config.dev_file is None else _read(config, config.dev_file, "validation")
        train, dev = _usable(kind, train, dev, config.settings, reporter)
        if config.dev_file is None:
            # all of them, so that a broken one is told wherever it falls
            kind.from_records(train, config.settings)
            return split(train, config)
    known = {kind.content(record, config.settings) for record in train}
    count = sum(kind.content(record, config.settings) in known for record in dev)
    if count == len(dev):
        raise InputError("run.dev_in_train", count=count)
    if count:
        reporter.warn(text("run.warn_dev_in_train", count=count, total=len(dev)))
    return train, dev


def usable(task: Task, records: Sequence[Record], reporter: Reporter) -> Sequence[Record]:
    """The records that a trained model can be scored on; says how many are left out."""
    named = [record.renamed(task.config.columns) for record in records]
    marks = task.usable(named, task.config, task.classes)
    _tell_left_out(type(task), records, marks, reporter)
    return marked(records, marks)


def _usable(
    kind: type[Task], train: list[Record], dev: list[Record], settings: TaskConfig, reporter: Reporter
) -> tuple[list[Record], list[Record]]:
    """Judged together, so that the labels of one file mean the same in the other."""
    records = [*train, *dev]
    marks = kind.usable(records, settings)
    _tell_left_out(kind, records, marks, reporter)
    return marked(train, marks[: len(train)]), marked(dev, marks[len(train) :])


def marked(records: Sequence[Record], marks: Sequence[bool]) -> list[Record]:
    """Those that are marked; all where none is, so that the error names one."""
    return list(compress(records, marks)) or list(records)


def _tell_left_out(
    kind: type[Task], records: Sequence[Record], marks: Sequence[bool], reporter: Reporter
) -> None:
    count = len(marks) - sum(marks)
    if 0 < count < len(records):
        source = records[marks.index(False)].source
        reporter.warn(text(kind.left_out, count=number(count), total=number(len(records)), source=source))


def split(records: list[Record], config: FinetuneConfig) -> tuple[list[Record], list[Record]]:
    """Holds a share back; equal texts fall on the same side. Errors: InputError when there is one text alone."""
    kind = tasks.find(config.task)
    return hold_back(records, kind, config.settings, share=config.dev_share, source=config.train_file)


def labelled_records(given: str, *, split: str = "train", encoding: str = "auto") -> Iterator[Record]:
    """Those of a file, or of a data set on the hub.

    split: of the latter, where its id names none. encoding: of the former.
    Errors: as `read_records` and `hub_records`.
    """
    return hub_records(given, split=split) if is_hub_id(given) else read_records(given, encoding=encoding)


def digest(records: Iterable[Record]) -> str:
    """SHA-256 of what the records hold, where there is no file whose bytes could tell."""
    total = hashlib.sha256()
    for record in records:
        total.update(json.dumps(record.fields).encode())
    return total.hexdigest()


def tell_records(task: Task, train: Sequence[Record], dev: Sequence[Record], reporter: Reporter) -> None:
    """How many there are, and of which classes."""
    reporter.note(text("run.note_records", train=number(len(train)), dev=number(len(dev))))
    _tell_blanks(task, [*train, *dev], reporter)
    _tell_lists(task, [*train, *dev], reporter)
    _tell_unread(task, train, reporter)
    counts = task.counts(train)
    if not counts:
        return
    total = sum(counts.values())
    order = sorted(counts, key=lambda name: -counts[name])
    shown = [
        text(
            "run.class_count",
            name=name,
            count=number(counts[name]),
            share=percent(counts[name] / total),
        )
        for name in order[:MOST_CLASSES]
    ]
    if len(order) > MOST_CLASSES:
        shown.append(text("run.more_classes", count=len(order) - MOST_CLASSES))
    reporter.note(text("run.note_classes", classes=text("progress.separator").join(shown)))
    _tell_mixture(order, reporter)
    most, least = order[0], order[-1]
    if task.metric in FLATTERS and counts[most] >= UNBALANCED * counts[least]:
        reporter.warn(
            text(
                "run.warn_unbalanced",
                least=least,
                few=number(counts[least]),
                most=most,
                many=number(counts[most]),
                metric=metric_name(task.metric),
            )
        )


def _tell_blanks(task: Task, records: Sequence[Record], reporter: Reporter) -> None:
    """Records without a visible character are learnt from as they are; hardly anybody means that."""
    if task.answers_blank:
        return
    values = [(record, record.fields.get(text_name(record, task.config))) for record in records]
    blank = [record for record, value in values if isinstance(value, str) and not value.strip()]
    if blank:
        reporter.warn(text("run.warn_blank", count=number(len(blank)), source=blank[0].source))


def _tell_mixture(classes: Sequence[str], reporter: Reporter) -> None:
    """Numbers may be names of classes as words are, so that these are told, not refused."""
    numbers = [name for name in classes if is_number(name)]
    words = [name for name in classes if not is_number(name)]
    if numbers and words:
        shown = {"numbers": listed(numbers[:MOST_CLASSES]), "words": listed(words[:MOST_CLASSES])}
        reporter.warn(text("run.warn_mixed_classes", **shown))


def _tell_unread(task: Task, records: Sequence[Record], reporter: Reporter) -> None:
    """Pairs without a label are learned as texts that belong together; one under another name would go unread."""
    is_pair = task.gold_fields == LABELLED and pair_names(records[0], task.config) is not None
    unlabelled = is_pair and read_target(records[0], task.config) is None
    if unlabelled and (columns := label_like(records, task.config)):
        reporter.warn(text("pairs.warn_unread", columns=listed(columns), column=columns[0]))


def _tell_lists(task: Task, records: Sequence[Record], reporter: Reporter) -> None:
    """A single list among labels makes any number of labels possible for every text."""
    if not task.multi_label:
        return
    values = [(record, labels_of(record, task.config, LABEL_FIELDS)) for record in records]
    having = [record for record, value in values if isinstance(value, list)]
    if len(having) < len(records):
        reporter.warn(
            text(
                "run.warn_some_lists",
                count=number(len(having)),
                total=number(len(records)),
                source=having[0].source,
            )
        )


def warn_cut(encoded: Sequence[Sequence[Encoded]], encoder: Encoder, task: Task, reporter: Reporter) -> int:
    """Says how many of the records are too long for the model, and gives their number."""
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
    return count


def warn_unknown(encoded: Sequence[Sequence[Encoded]], tokenizer: Tokenizer, reporter: Reporter) -> None:
    """Of texts whose characters the model's tokenizer hardly knows: another language, most often."""
    if tokenizer.unk_id is None or tokenizer.kind == "byte_bpe":
        return
    unknown = known = 0
    for example in (one.example for each in encoded for one in each):
        is_unknown = example.input_ids == tokenizer.unk_id
        unknown += int(is_unknown.sum())
        known += int((~is_unknown & ~example.protected).sum())
    if unknown > MOST_UNKNOWN * (known + unknown):
        reporter.warn(text("run.warn_unknown", share=percent(unknown / (known + unknown))))


def warn_widened(
    task: Task, train: Sequence[Record], encoded: Sequence[Sequence[Encoded]], reporter: Reporter
) -> None:
    """Of spans that begin or end where no label can: the model learns, and will find, wider ones."""
    counts = [task.widened(record, each) for record, each in zip(train, encoded, strict=True)]
    if count := sum(wide for wide, _ in counts):
        total = sum(all_of_them for _, all_of_them in counts)
        reporter.warn(text("run.warn_widened", count=number(count), total=number(total)))


def _read(config: FinetuneConfig, path: str, split: str) -> list[Record]:
    records = list(labelled_records(path, split=split, encoding=config.encoding))
    return called(records, config.settings.columns, path)


def called(records: Sequence[Record], columns: Mapping[str, str], path: str) -> list[Record]:
    """The records of a file with their columns under the names that tasks know.

    Errors: InputError for none; ConfigError for a column that none has, and for a record that has a column of the
    usual name in its place: nobody asked to learn from that one.
    """
    if not records:
        raise InputError("run.no_records", path=path)
    check_columns(records, columns, path)
    return [record.renamed(columns) for record in records]


def check_columns(records: Sequence[Record], columns: Mapping[str, str], path: str) -> None:
    """Errors: ConfigError, as `called`."""
    for name, column in columns.items():
        if not any(column in record.fields for record in records):
            raise _no_column(path, column, records[0])
        for record in records:
            if name in record.fields and column not in record.fields:
                raise _no_column(record.source, column, record)


def _no_column(where: str, column: str, record: Record) -> ConfigError:
    known = list(record.fields)
    return ConfigError(
        "guess.no_column", path=where, column=column, known=known, suggestion=suggestion(column, known)
    )
