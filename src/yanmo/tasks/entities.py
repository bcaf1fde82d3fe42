"""Labelled records of entities in their usual forms -> a text and character spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from yanmo.corpus.document import Record
from yanmo.errors import InputError, as_json
from yanmo.metrics.entities import Entity, spans_from_bio
from yanmo.tasks.config import TaskConfig, label_field
from yanmo.tokenizers.scripts import SPACELESS

USUAL_FIELDS = ("entities", "tags", "ner_tags", "labels", "label")


@dataclass(frozen=True, kw_only=True)
class TaggedText:
    """A text and its entities as character spans of it."""

    text: str
    entities: tuple[Entity, ...]


def read_text(record: Record, config: TaskConfig) -> str:
    """The text: the text field, else the joined `tokens`."""
    if config.text_field in record.fields or "tokens" not in record.fields:
        return record.text(config.text_field)
    return join(_strings(record, "tokens"))[0]


def read_entities(record: Record, config: TaskConfig) -> TaggedText:
    """Reads spans (`entities`: start, end, label) or BIO tags (one per token, or one per character of the text).

    Errors: InputError with file and line where lengths, spans or tags are wrong.
    """
    name = label_field(record, config, USUAL_FIELDS)
    value = record.fields[name]
    if not isinstance(value, list):
        raise InputError("tasks.bad_tags", source=record.source, field=name, value=as_json(value))
    if all(isinstance(item, dict) for item in value) and (value or "tokens" not in record.fields):
        text = read_text(record, config)
        return TaggedText(text=text, entities=_apart([_span(item, text, record) for item in value], record))
    if "tokens" in record.fields:
        text, spans = _token_spans(record, config)
    else:
        text = record.text(config.text_field)
        spans = [(place, place + 1) for place in range(len(text))]
    tags = _strings(record, name)
    if len(tags) != len(spans):
        raise InputError("tasks.tags_do_not_fit", source=record.source, tags=len(tags), tokens=len(spans))
    for tag in tags:
        if not _is_tag(tag):
            raise InputError("tasks.bad_tag", source=record.source, tag=tag)
    entities = tuple(
        Entity(kind=entity.kind, start=spans[entity.start][0], end=spans[entity.end - 1][1])
        for entity in spans_from_bio(tags)
    )
    return TaggedText(text=text, entities=entities)


def are_tags(value: object) -> bool:
    """Whether a value is a list of BIO tags, one or more."""
    found = value if isinstance(value, list) else []
    return bool(found) and all(isinstance(each, str) and _is_tag(each) for each in found)


def _is_tag(value: str) -> bool:
    return value == "O" or (value[:2] in ("B-", "I-") and value[2:] != "")


def _token_spans(record: Record, config: TaskConfig) -> tuple[str, list[tuple[int, int]]]:
    """The text and where each of `tokens` stands in it; they are joined where the record has no text."""
    tokens = _strings(record, "tokens")
    if config.text_field not in record.fields:
        return join(tokens)
    text = record.text(config.text_field)
    spans: list[tuple[int, int]] = []
    for token in tokens:
        start = text.find(token, spans[-1][1] if spans else 0)
        if start < 0:
            raise InputError("tasks.token_not_in_text", source=record.source, token=token)
        spans.append((start, start + len(token)))
    return text, spans


def join(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Tokens -> the text that they stand for, and each one's character span.

    Single characters with Chinese (kana, Thai ...) among them are joined as they are; words are joined with spaces,
    but not where two meet of scripts that have none.
    """
    characters = all(len(token) == 1 for token in tokens) and any(map(SPACELESS.match, tokens))
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    length = 0
    for number, token in enumerate(tokens):
        if number and not characters:
            before = tokens[number - 1]
            if not (before and token and SPACELESS.match(before[-1]) and SPACELESS.match(token[0])):
                parts.append(" ")
                length += 1
        parts.append(token)
        spans.append((length, length + len(token)))
        length += len(token)
    return "".join(parts), spans


def _span(item: dict[str, Any], text: str, record: Record) -> Entity:
    kind = item.get("label", item.get("type", item.get("kind")))
    if not isinstance(kind, str) or not kind.strip():
        raise InputError("tasks.nameless_span", source=record.source, entity=as_json(item))
    start, end = item.get("start"), item.get("end")
    if type(start) is not int or type(end) is not int:  # true is an int too
        raise InputError("tasks.placeless_span", source=record.source, entity=as_json(item))
    if not 0 <= start < end <= len(text):
        span = f"“{kind}” [{start}, {end})"
        raise InputError("tasks.bad_span", source=record.source, span=span, length=len(text))
    if not text[start:end].strip():
        raise InputError("tasks.blank_span", source=record.source, entity=as_json(item))
    return Entity(kind=kind, start=start, end=end)


def _apart(entities: Sequence[Entity], record: Record) -> tuple[Entity, ...]:
    """The entities in order, each once. Errors: InputError where two overlap, which no BIO tag can say."""
    order = sorted(set(entities))
    for one, two in pairwise(order):
        if two.start < one.end:
            raise InputError(
                "tasks.overlapping_spans", source=record.source, one=_shown(one), two=_shown(two)
            )
    return tuple(order)


def _shown(entity: Entity) -> str:
    return f"{entity.kind} [{entity.start}, {entity.end})"


def _strings(record: Record, name: str) -> list[str]:
    value = record.fields[name]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        key = "tasks.bad_tokens" if name == "tokens" else "tasks.bad_tags"
        raise InputError(key, source=record.source, field=name, value=as_json(value))
    return [str(item) for item in value]
