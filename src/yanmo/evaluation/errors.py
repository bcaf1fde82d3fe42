"""Where a classification goes wrong: which classes it confuses, which entities it misses, and in which texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pydantic import field_validator

from yanmo.config import Config, build
from yanmo.corpus.document import Record
from yanmo.metrics import classification
from yanmo.metrics.entities import Entity
from yanmo.tasks.entities import read_entities
from yanmo.tasks.task import Task, TaskPrediction
from yanmo.tasks.text_classification import ClassPrediction, TextClassification
from yanmo.tasks.token_classification import EntityPrediction
from yanmo.tokenizers.tokenizer import replace_surrogates

EXAMPLES = 20  # of a classification
EXAMPLES_OF_A_KIND = 3
AROUND = 60  # characters on each side of an entity
LONGEST = 400  # characters of a text that are shown


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


class Errors(Config):
    """What a report shows of `count` records. matrix: counts [gold, predicted] in the order of `labels`."""

    count: int
    entities: bool = False
    labels: tuple[str, ...] = ()
    matrix: tuple[tuple[int, ...], ...] = ()
    kinds: tuple[KindErrors, ...] = ()
    examples: tuple[ErrorExample, ...] = ()


def errors_of(task: Task, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> Errors | None:
    """The errors on labelled records; None for a task that is no classification."""
    if isinstance(task, TextClassification):
        found = [task.calibrated(one) for one in predictions if isinstance(one, ClassPrediction)]
        return _class_errors(task, records, found)
    tagged = [one for one in predictions if isinstance(one, EntityPrediction)]
    if tagged:
        return _entity_errors([read_entities(record, task.config).entities for record in records], tagged)
    return None


def _class_errors(
    task: TextClassification, records: Sequence[Record], found: Sequence[ClassPrediction]
) -> Errors:
    gold = [task.gold(record) for record in records]
    chosen = [one.labels for one in found]
    table = classification.class_table(gold, chosen, task.labels)
    matrix: tuple[tuple[int, ...], ...] = ()
    if not task.multi_label:
        counts = classification.confusion(
            [names[0] for names in gold], [names[0] for names in chosen], list(table)
        )
        matrix = tuple(tuple(row) for row in counts.tolist())
    wrong = [
        ErrorExample(
            text=_shortened(one.text if one.text_pair is None else f"{one.text}\n⇄ {one.text_pair}"),
            gold=", ".join(names) or "–",
            predicted=", ".join(one.labels) or "–",
            confidence=round(one.confidence, 4),
        )
        for names, one in zip(gold, found, strict=True)
        if set(names) != set(one.labels)
    ]
    wrong.sort(key=lambda each: -(each.confidence or 0.0))  # the surest mistakes teach most
    kinds = [
        KindErrors(kind=name, gold=each.gold, predicted=each.predicted, correct=each.correct)
        for name, each in table.items()
    ]
    return Errors(
        count=len(records), labels=tuple(table), matrix=matrix, kinds=tuple(kinds), examples=tuple(wrong[:EXAMPLES])
    )  # fmt: skip


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
    start = max(0, entity.start - AROUND)
    before = ("…" if start else "") + text[start : entity.start]
    end = min(len(text), entity.end + AROUND)
    after = text[entity.end : end] + ("…" if end < len(text) else "")
    named = f"{entity.kind}: {text[entity.start : entity.end]}"
    seen = ", ".join(f"{other.kind}: {text[other.start : other.end]}" for other in others)
    shown = f"{before}【{text[entity.start : entity.end]}】{after}"
    if sort == "extra":
        return ErrorExample(text=shown, gold="–", predicted=named)
    return ErrorExample(text=shown, gold=named, predicted=seen or "–")


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
