"""Token classification: named entities as character spans of the original text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import numpy as np

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.metrics.entities import OUTSIDE, Entity, entity_scores, part_of_tag, spans_from_tags
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.entities import (
    USUAL_FIELDS,
    has_tokens,
    kinds_of,
    mark_entities,
    read_entities,
    read_text,
    tagged_tokens,
)
from yanmo.tasks.pieces import are_one_unit, encode_units, with_marks
from yanmo.tasks.task import Encoded, Encoder, Logits, Task, TaskPrediction, Use
from yanmo.tasks.unseen import unseen_label
from yanmo.tokenizers import Encoding

IGNORED = -100  # a unit that is not learnt from
OVERLAP = 4  # a quarter of a window is context that its neighbour labels


@dataclass(frozen=True, kw_only=True)
class EntityPrediction(TaskPrediction):
    """entities: spans of the text, in order. scores: the mean probability of each one's tags."""

    text: str
    entities: tuple[Entity, ...]
    scores: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        found = [
            {
                "start": entity.start,
                "end": entity.end,
                "label": entity.kind,
                "text": self.text[entity.start : entity.end],
                "score": round(score, 6),
            }
            for entity, score in zip(self.entities, self.scores, strict=True)
        ]
        return {**self.mark, "text": self.text, "entities": found}


@final
@dataclass(frozen=True, kw_only=True)
class TokenClassification(Task):
    """Finds entities: people, places, organisations.

    Paper: Devlin et al. 2019, "BERT", section 5.3; BIO tags: Ramshaw and Marcus 1995.
    Inputs: records with `tokens` and `tags` (words, or Chinese characters), `text` and `tags` (one per character),
    or `text` and `entities` (start, end, label: character offsets). It learns BIO tags, of whatever scheme theirs are;
    a model of another scheme is decoded in its own.
    Loss: cross-entropy at the first piece of each word and Chinese character (the last one in a decoder, which has
    then seen all of it), term `tag`; of a record with `tokens` a prediction takes the tag of each token's first one.
    Longer texts are read in windows that overlap; each word is labelled in the window that shows most of its context.
    Relations: the head is Hugging Face's `...ForTokenClassification`.
    Example: `yanmo finetune token_classification --model runs/my-bert --train train.jsonl ...`
    """

    term: ClassVar = "tag"
    owns_head: ClassVar = True
    distils: ClassVar = True
    forms: ClassVar = (("tokens", "tags"), ("text", "tags"), ("text", "entities"))
    rate: ClassVar = 1e-3  # a label at every token stands more than one for a text (benchmarks/gain.py)

    @property
    def metric(self) -> str:
        return "f1"

    @property
    def use(self) -> Use:
        return "names"

    @classmethod
    def fits(cls, records: Sequence[Record], config: TaskConfig) -> bool:
        fields = records[0].fields
        name = next((name for name in config.preferred(USUAL_FIELDS) if name in fields), None)
        if name is None or not (config.text_field in fields or has_tokens(records[0])):
            return False
        empty = name == "entities" and isinstance(records[0].unpacked(name), list)
        return empty or mark_entities(records, name)

    @classmethod
    def from_records(
        cls, records: Sequence[Record], config: TaskConfig, *, label_smoothing: float = 0.0
    ) -> Self:
        kinds = {entity.kind for record in records for entity in read_entities(record, config).entities}
        if not kinds:
            raise InputError("tasks.no_entity", source=records[0].source)
        tags = ["O", *(f"{prefix}-{kind}" for kind in sorted(kinds) for prefix in "BI")]
        return cls(labels=tuple(tags), config=config, label_smoothing=label_smoothing)

    @classmethod
    def from_labels(cls, labels: Sequence[str], config: TaskConfig, *, multi_label: bool = False) -> Self:
        return cls(labels=tuple(labels), config=config)

    @classmethod
    def content(cls, record: Record, config: TaskConfig) -> str:
        return read_text(record, config)

    @property
    def classes(self) -> tuple[str, ...]:
        return kinds_of(self.labels)

    def gold(self, record: Record) -> list[str]:
        return [entity.kind for entity in read_entities(record, self.config).entities]

    def widened(self, record: Record, encoded: Sequence[Encoded]) -> tuple[int, int]:
        """Those that begin or end inside a word."""
        inner = [range(start + 1, end) for each in encoded for start, end in each.units]
        inside = {place for unit in inner for place in unit}
        entities = read_entities(record, self.config).entities
        return sum(one.start in inside or one.end in inside for one in entities), len(entities)

    def encode(self, record: Record, encoder: Encoder, *, labelled: bool) -> list[Encoded]:
        if labelled:
            tagged = read_entities(record, self.config)
            text, entities = tagged.text, tagged.entities
        else:
            text, entities = read_text(record, self.config), ()
        encoding = encode_units(text, encoder)
        read, units = _units(text, encoding, last=not encoder.bidirectional)
        tags = self._tags(units, entities, record) if labelled else [IGNORED] * len(units)
        ids = np.array(encoding.ids, dtype=np.int64)
        offset = 1  # of the first piece after the start token
        windows = []
        for start, end, first_owned, last_owned in _windows(read, len(ids), encoder):
            example = encoder.frame.build([ids[start:end]])
            places = np.array(
                [read[unit] - start + offset for unit in range(first_owned, last_owned)], dtype=np.int64
            )
            values = np.array(tags[first_owned:last_owned], dtype=np.int64)
            example = replace(
                example,
                prefix_length=encoder.prefix_length(len(example.input_ids)),
                labels={self.term: (places, values)},
            )
            windows.append(Encoded(example=example, units=tuple(units[first_owned:last_owned])))
        return windows

    def decode(
        self, record: Record, encoded: Sequence[Encoded], logits: Sequence[Logits]
    ) -> EntityPrediction:
        kinds_of(self.labels)  # refuses a model whose classes are no tags
        units = [unit for each in encoded for unit in each.units]
        text = read_text(record, self.config)
        tokens = tagged_tokens(record, self.config)
        if not units:
            return EntityPrediction(text=text, entities=(), scores=())
        values = np.concatenate(logits).astype(np.float64)
        values = np.exp(values - values.max(axis=1, keepdims=True))
        values /= values.sum(axis=1, keepdims=True)
        if tokens is not None:
            leading, units = _leading(units, tokens)
            values = values[leading]
        chosen = values.argmax(axis=1)
        spans = spans_from_tags([self.labels[tag] for tag in chosen])
        sure = values[np.arange(len(chosen)), chosen]
        return EntityPrediction(
            text=text,
            entities=tuple(
                Entity(kind=span.kind, start=units[span.start][0], end=units[span.end - 1][1])
                for span in spans
            ),
            scores=tuple(float(sure[span.start : span.end].mean()) for span in spans),
        )

    def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
        gold = [read_entities(record, self.config).entities for record in records]
        found = [
            prediction.entities for prediction in predictions if isinstance(prediction, EntityPrediction)
        ]
        scores = entity_scores(gold, found)
        return {"f1": scores.f1, "precision": scores.precision, "recall": scores.recall}

    def _tags(
        self, units: Sequence[tuple[int, int]], entities: Sequence[Entity], record: Record
    ) -> list[int]:
        """The tag of each unit; an entity begins at the first unit that it touches."""
        places = {part_of_tag(label): place for place, label in enumerate(self.labels)}
        tags = [places.get(part_of_tag(OUTSIDE), IGNORED)] * len(units)
        starts = np.array([start for start, _ in units])
        ends = np.array([end for _, end in units])
        for entity in entities:
            if entity.kind not in self.classes:
                raise unseen_label([(entity.kind, record.source)], self.classes)
            first = int(np.searchsorted(ends, entity.start, side="right"))
            last = int(np.searchsorted(starts, entity.end, side="left"))
            for unit in range(first, last):
                usual = _prefixes(first=unit == first, last=unit == last - 1)
                tags[unit] = next(places[tag] for prefix in usual if (tag := (prefix, entity.kind)) in places)
        return tags


def _leading(
    units: Sequence[tuple[int, int]], tokens: Sequence[tuple[int, int]]
) -> tuple[list[int], list[tuple[int, int]]]:
    """The first unit of each token, whose tag is the token's, and the token's characters.

    A token within a unit that began before it has no tag of its own: it goes with that unit.
    """
    leading: list[int] = []
    spans: list[tuple[int, int]] = []
    place = 0
    for start, end in tokens:
        while place < len(units) and units[place][1] <= start:
            place += 1  # between two tokens
        first = place
        while place < len(units) and units[place][0] < end:
            place += 1
        if first < place:
            leading.append(first)
            spans.append((min(start, units[first][0]), max(end, units[place - 1][1])))
    return leading, spans


def _prefixes(*, first: bool, last: bool) -> str:
    """The prefixes that a unit of an entity may have, the most exact one first; a model knows those of its scheme."""
    alone = "SU" if first and last else ""
    return alone + ("B" if first else "") + ("EL" if last else "") + "IMBESLU"


def _units(text: str, encoding: Encoding, *, last: bool) -> tuple[list[int], list[tuple[int, int]]]:
    """The first (or last) piece of each unit and punctuation mark, and its character span."""
    read: list[int] = []
    units: list[tuple[int, int]] = []
    word: int | None = None
    for place, ((start, end), word_id) in enumerate(zip(encoding.offsets, encoding.word_ids, strict=True)):
        while start < end and text[start].isspace():  # byte-level pieces begin with their space
            start += 1
        if start == end:
            continue
        end = with_marks(text, end)
        joined = word_id == word and are_one_unit(text[start - 1], text[start])
        if units and (start < units[-1][1] or joined):  # of the same character, or of the same word
            units[-1] = (units[-1][0], max(end, units[-1][1]))
            read[-1] = place if last else read[-1]
            continue
        read.append(place)
        units.append((start, end))
        word = word_id
    return read, units


def _windows(read: Sequence[int], length: int, encoder: Encoder) -> list[tuple[int, int, int, int]]:
    """(start, end) of each window in pieces, and the units [first, last) that it labels; each unit in one window."""
    room = encoder.room - encoder.frame.framed_length(0)
    if length <= room:
        return [(0, length, 0, len(read))]
    stride = room - room // OVERLAP
    margin = room // OVERLAP // 2
    windows = []
    owned = 0
    for start in range(0, length, stride):
        end = min(start + room, length)
        edge = length if end == length else end - margin
        last = int(np.searchsorted(read, edge))
        windows.append((start, end, owned, last))
        owned = last
        if end == length:
            break
    return windows
