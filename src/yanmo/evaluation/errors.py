"""Where a model goes wrong: which classes it confuses, which entities it misses, and in which records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from pydantic import field_validator

from yanmo.config import Config, build
from yanmo.corpus.document import Record
from yanmo.evaluation.gather import gather
from yanmo.metrics import classification
from yanmo.metrics.entities import Entity
from yanmo.tasks.entities import read_entities
from yanmo.tasks.task import Shown, Task, TaskPrediction
from yanmo.tasks.texts import around
from yanmo.tasks.token_classification import EntityPrediction
from yanmo.tokenizers.tokenizer import replace_surrogates

EXAMPLES = 20  # of whatever has no kinds
SCORED = 500  # records that are scored one by one
EXAMPLES_OF_A_KIND = 3
LONGEST = 400  # characters of a text that are shown
WIDEST = 20  # classes of a matrix; of more the commonest confusions are kept
CONFUSIONS = 20

Pairs: TypeAlias = Counter[tuple[str, str]]  # of classes: (gold, predicted)


class ErrorExample(Config):
    """A text, what it is, and what was said. confidence: the probability of that."""

    text: str
    gold: str
    predicted: str
    confidence: float | None = None

    @field_validator("text", "gold", "predicted")
    @classmethod
    def _writable(cls, value: str) -> str:
        return replace_surrogates(value)


class KindErrors(Config):
    """The decisions about one class or one kind of entity.

    Entities that are not right: border: another span of the same kind; kind: something else was seen at that place;
    missed: nothing; extra: found where nothing is.
    """

    kind: str
    gold: int
    predicted: int
    correct: int
    border: int = 0
    confused: int = 0
    missed: int = 0
    extra: int = 0


class Confusion(Config):
    """How many records of the class `gold` were taken for `predicted`."""

    gold: str
    predicted: str
    count: int


class Errors(Config):
    """What a report shows of `count` records. matrix: counts [gold, predicted] in the order of `labels`; confusions: of
    more than 20 classes, the commonest ones instead.

    scored: how many had a score of their own, where the examples are those with the lowest.
    """

    count: int
    scored: int = 0
    entities: bool = False
    labels: tuple[str, ...] = ()
    matrix: tuple[tuple[int, ...], ...] = ()
    confusions: tuple[Confusion, ...] = ()
    kinds: tuple[KindErrors, ...] = ()
    examples: tuple[ErrorExample, ...] = ()


def errors_of(task: Task, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> Errors | None:
    """The errors on labelled records; None where no single record is right or wrong."""
    tagged = [one for one in predictions if isinstance(one, EntityPrediction)]
    if tagged:
        return _entity_errors([read_entities(record, task.config).entities for record in records], tagged)
    gold = [tuple(task.gold(record)) for record in records]
    chosen = [tuple(task.chosen(one)) for one in predictions]
    if task.classes and (task.multi_label or (all(gold) and all(chosen))):
        return _class_errors(task, records, predictions, gold, chosen)
    return _lowest(task, records, predictions)


def _class_errors(
    task: Task,
    records: Sequence[Record],
    predictions: Sequence[TaskPrediction],
    gold: Sequence[tuple[str, ...]],
    chosen: Sequence[tuple[str, ...]],
) -> Errors:
    table = classification.class_table(gold, chosen, task.classes)
    pairs: Pairs = Counter()
    if not task.multi_label:
        pairs.update((right[0], said[0]) for right, said in zip(gold, chosen, strict=True))
    wrong = [
        _example(shown)
        for record, one, right, said in zip(records, predictions, gold, chosen, strict=True)
        if set(right) != set(said) and (shown := task.shown(record, one)) is not None
    ]
    wrong.sort(key=lambda each: -(each.confidence or 0.0))  # the surest mistakes teach most
    kinds = [
        KindErrors(kind=name, gold=each.gold, predicted=each.predicted, correct=each.correct)
        for name, each in table.items()
    ]
    wide = len(table) > WIDEST
    return Errors(
        count=len(records),
        labels=tuple(table),
        matrix=() if wide or not pairs else _matrix(pairs, list(table)),
        confusions=_commonest(pairs) if wide else (),
        kinds=tuple(kinds),
        examples=tuple(wrong[:EXAMPLES]),
    )


def _matrix(pairs: Pairs, labels: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(pairs[gold, said] for said in labels) for gold in labels)


def _commonest(pairs: Pairs) -> tuple[Confusion, ...]:
    """The commonest first, of equal ones by their names."""
    found = sorted((-count, gold, said) for (gold, said), count in pairs.items() if gold != said)
    return tuple(
        Confusion(gold=gold, predicted=said, count=-count) for count, gold, said in found[:CONFUSIONS]
    )


def _lowest(task: Task, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> Errors | None:
    """The records that are least right, among some that are spread evenly over all of them."""
    places = np.unique(np.linspace(0, len(records) - 1, SCORED).astype(int)).tolist()
    records_of, said = [records[place] for place in places], [predictions[place] for place in places]
    shown = [task.shown(record, one) for record, one in zip(records_of, said, strict=True)]
    if None in shown:
        return None
    scores = _own_scores(task, records_of, said)
    right = max(1.0, *scores) if scores else 1.0
    wrong = sorted((score, place) for place, score in enumerate(scores) if score < right)
    examples = [_example(one) for _, place in wrong[:EXAMPLES] if (one := shown[place]) is not None]
    if not examples:
        return None
    return Errors(count=len(records), scored=len(scores), examples=tuple(examples))


def _own_scores(
    task: Task, records: Sequence[Record], predictions: Sequence[TaskPrediction]
) -> Sequence[float]:
    """How right each record is; none where the metric is more than a mean over records."""
    own = [task.own_score(record, one) for record, one in zip(records, predictions, strict=True)]
    known = [score for score in own if score is not None]
    if len(known) == len(own):
        return known
    metric = task.metric_on(records)
    evidence = gather(task, records, predictions, metric, task.score(records, predictions)[metric])
    if evidence is None or evidence.measure != "ratio":
        return []
    single = evidence.rows[:, 0] / np.maximum(evidence.rows[:, 1], 1e-12)
    values: list[float] = (single if task.higher_is_better else 1 - single).tolist()
    return values


def _example(shown: Shown) -> ErrorExample:
    sure = shown.confidence
    return ErrorExample(
        text=_shortened(shown.given),
        gold=_shortened(shown.gold) or "–",
        predicted=_shortened(shown.predicted) or "–",
        confidence=None if sure is None else round(sure, 4),
    )


def _entity_errors(gold: Sequence[Sequence[Entity]], found: Sequence[EntityPrediction]) -> Errors:
    counts: dict[str, Counter[str]] = {}
    examples: dict[str, list[ErrorExample]] = {}
    for right, one in zip(gold, found, strict=True):
        for entity in one.entities:
            counts.setdefault(entity.kind, Counter())["predicted"] += 1
        for entity, others, sort in _compared(right, one.entities):
            of = counts.setdefault(entity.kind, Counter())
            of["gold"] += sort != "extra"
            of[sort] += 1
            shown = examples.setdefault(entity.kind, [])
            if sort != "correct" and len(shown) < EXAMPLES_OF_A_KIND:
                shown.append(_entity_example(one.text, entity, others, sort))
    names = ("gold", "predicted", "correct", "border", "confused", "missed", "extra")
    kinds = [
        build(KindErrors, {"kind": kind, **{name: counts[kind][name] for name in names}})
        for kind in sorted(counts)
    ]
    shown = [example for kind in sorted(examples) for example in examples[kind]]
    return Errors(count=len(found), entities=True, kinds=tuple(kinds), examples=tuple(shown))


def _compared(
    gold: Sequence[Entity], found: Sequence[Entity]
) -> list[tuple[Entity, tuple[Entity, ...], str]]:
    """Each gold entity with what was found at its place and what that makes it, then what was found elsewhere."""
    said = set(found)
    result: list[tuple[Entity, tuple[Entity, ...], str]] = []
    for entity in gold:
        at = tuple(other for other in found if other.start < entity.end and entity.start < other.end)
        if entity in said:
            sort = "correct"
        elif not at:
            sort = "missed"
        else:
            sort = "border" if any(other.kind == entity.kind for other in at) else "confused"
        result.append((entity, at, sort))
    return result + [
        (entity, (), "extra")
        for entity in found
        if not any(other.start < entity.end and entity.start < other.end for other in gold)
    ]


def _entity_example(text: str, entity: Entity, others: Sequence[Entity], sort: str) -> ErrorExample:
    named = f"{entity.kind}: {text[entity.start : entity.end]}"
    seen = ", ".join(f"{other.kind}: {text[other.start : other.end]}" for other in others)
    shown = around(text, entity.start, entity.end)
    if sort == "extra":
        return ErrorExample(text=shown, gold="–", predicted=named)
    return ErrorExample(text=shown, gold=named, predicted=seen or "–")


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
