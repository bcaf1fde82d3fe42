"""Labelled records of entities in their usual forms -> a text and character spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from yanmo.corpus.document import JsonValue, Record
from yanmo.errors import InputError, as_json
from yanmo.metrics.entities import Entity, part_of_tag, spans_from_tags
from yanmo.tasks.config import TaskConfig, label_field
from yanmo.tokenizers.scripts import SPACELESS

USUAL_FIELDS = ("entities", "tags", "ner_tags", "labels", "label")
TOKEN_FIELDS = ("tokens", "words")
SPAN = ("start", "end", "label")  # where it is a list
STARTS = ("start", "start_offset", "start_idx", "begin")
ENDS = ("end", "end_offset", "end_idx")
KINDS = ("label", "type", "kind", "entity_type")
WORDS = ("text", "word", "mention")
PERHAPS_WORDS = ("entity", "value")  # or a name of its own, or a date as it is written elsewhere
SHOWN = 5  # classes in a message


@dataclass(frozen=True, kw_only=True)
class TaggedText:
    """A text and its entities as character spans of it."""

    text: str
    entities: tuple[Entity, ...]


def read_text(record: Record, config: TaskConfig) -> str:
    """The text: the text field, else the joined `tokens` or `words`."""
    name = _tokens_field(record)
    if config.text_field in record.fields or name is None:
        return record.text(config.text_field)
    return join(_strings(record, name))[0]


def tagged_tokens(record: Record, config: TaskConfig) -> list[tuple[int, int]] | None:
    """The characters [start, end) of each token, where tags are of tokens; None where spans are of any characters.

    Without the white space at its ends; a blank token stands for nothing and is left out. Tokens that do not make up
    the text are none of it.
    """
    field = _tokens_field(record)
    names = [config.label_field] if config.label_field else config.preferred(USUAL_FIELDS)
    value = next((record.unpacked(name) for name in names if name in record.fields), None)
    spans = isinstance(value, Mapping) or (bool(value) and _are_spans(value))
    if field is None or spans:
        return None
    try:
        text, places = _token_spans(record, config, field)
    except InputError:  # of a record that is labelled `read_entities` has said so
        return None
    whole = [_trimmed(Entity(kind="", start=start, end=end), text) for start, end in places]
    return [(one.start, one.end) for one in whole if text[one.start : one.end].strip()]


def read_entities(record: Record, config: TaskConfig) -> TaggedText:
    """Reads spans (`entities`: start, end, label) or tags (one per token, or one per character of the text).

    A span may be an object or a list of the three; spans may also stand below their kind and text, as in CLUENER. Where
    its text is given, that tells whether `end` is the last character or the one behind it. Tags are of any scheme that
    `spans_from_tags` reads.
    White space at the ends of an entity is none of it: no model finds it there.
    Errors: InputError with file and line where lengths, spans or tags are wrong.
    """
    name = label_field(record, config, USUAL_FIELDS)
    value = record.unpacked(name)
    if isinstance(value, Mapping):
        value = _listed(value, record, name)
    if not isinstance(value, list):
        raise _bad(record, name)
    if _are_spans(value) and (value or _tokens_field(record) is None):
        text = read_text(record, config)
        return TaggedText(text=text, entities=_apart([_span(item, text, record) for item in value], record))
    return _tagged(record, config, _strings(record, name))


def _are_spans(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict | list) for item in value)


def mark_entities(records: Sequence[Record], name: str) -> bool:
    """Whether the field holds tags or spans, as far as the first record that is not empty tells."""
    value = next((found for record in records if (found := record.unpacked(name))), None)
    if isinstance(value, Mapping):
        return all(isinstance(each, Mapping) for each in value.values())
    found = value if isinstance(value, list) else []
    return bool(found) and (
        all(isinstance(each, dict | list) for each in found)
        or all(isinstance(each, str) and part_of_tag(each) is not None for each in found)
    )


def kinds_of(labels: Sequence[str]) -> tuple[str, ...]:
    """What the tags of a model name, in their order. Errors: InputError where some of them are of no scheme."""
    parts = [part_of_tag(label) for label in labels]
    others = [label for label, part in zip(labels, parts, strict=True) if part is None]
    if others:
        raise InputError("tasks.classes_no_tags", others=others[:SHOWN], count=len(others))
    return tuple(dict.fromkeys(part[1] for part in parts if part is not None and part[1]))


def has_tokens(record: Record) -> bool:
    """Whether the record holds the words (or characters) of its text one by one."""
    return _tokens_field(record) is not None


def _tokens_field(record: Record) -> str | None:
    return next((name for name in TOKEN_FIELDS if name in record.fields), None)


def _tagged(record: Record, config: TaskConfig, tags: Sequence[str]) -> TaggedText:
    """The text and its entities, of one tag per token or character."""
    name = _tokens_field(record)
    if name is not None:
        text, spans = _token_spans(record, config, name)
    else:
        text = record.text(config.text_field)
        spans = [(place, place + 1) for place in range(len(text))]
    if len(tags) != len(spans):
        raise InputError("tasks.tags_do_not_fit", source=record.source, tags=len(tags), tokens=len(spans))
    for tag in tags:
        if part_of_tag(tag) is None:
            raise InputError("tasks.bad_tag", source=record.source, tag=tag)
    entities = tuple(
        _trimmed(Entity(kind=entity.kind, start=spans[entity.start][0], end=spans[entity.end - 1][1]), text)
        for entity in spans_from_tags(tags)
    )
    return TaggedText(text=text, entities=entities)


def _token_spans(record: Record, config: TaskConfig, name: str) -> tuple[str, list[tuple[int, int]]]:
    """The text and where each token stands in it; they are joined where the record has no text."""
    tokens = _strings(record, name)
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


def _listed(value: Mapping[str, Any], record: Record, name: str) -> list[JsonValue]:
    """Kind -> text of the entity -> its places, as a list of spans."""
    spans: list[JsonValue] = []
    try:
        for kind, found in value.items():
            for entity, places in found.items():
                for start, end in places:
                    spans.append({"start": start, "end": end, "label": kind, "text": entity})
    except (AttributeError, TypeError, ValueError):
        raise _bad(record, name) from None
    return spans


def _span(given: Mapping[str, Any] | Sequence[Any], text: str, record: Record) -> Entity:
    item = given if isinstance(given, Mapping) else dict(zip(SPAN, given, strict=False))
    kind, start, end = (_first(item, names) for names in (KINDS, STARTS, ENDS))
    if not isinstance(kind, str) or not kind.strip():
        raise InputError("tasks.nameless_span", source=record.source, entity=as_json(given))
    if type(start) is not int or type(end) is not int:  # true is an int too
        raise InputError("tasks.placeless_span", source=record.source, entity=as_json(given))
    end = _behind(item, text, start, end, record)
    if not 0 <= start < end <= len(text):
        span = f"“{kind}” [{start}, {end})"
        raise InputError("tasks.bad_span", source=record.source, span=span, length=len(text))
    if not text[start:end].strip():
        raise InputError("tasks.blank_span", source=record.source, entity=as_json(given))
    return _trimmed(Entity(kind=kind, start=start, end=end), text)


def _first(item: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((item[name] for name in names if name in item), None)


def _behind(item: Mapping[str, Any], text: str, start: int, end: int, record: Record) -> int:
    """Where the entity ends, its last character not included: its words tell which one `end` means.

    Errors: InputError where the text says neither.
    """
    told = {
        name: " ".join(item[name].split())
        for name in (*WORDS, *PERHAPS_WORDS)
        if isinstance(item.get(name), str)
    }
    if not 0 <= start <= end <= len(text):
        return end
    for behind in (end, end + 1):
        words = " ".join(text[start:behind].split())
        if words and words in told.values():
            return behind
    if not any(told.get(name) for name in WORDS):
        return end
    raise InputError("tasks.other_words", source=record.source, entity=as_json(item), found=text[start:end])


def _trimmed(entity: Entity, text: str) -> Entity:
    """The entity without white space at its ends; one of blank tokens alone as it is."""
    words = text[entity.start : entity.end]
    if not words.strip():
        return entity
    start = entity.start + len(words) - len(words.lstrip())
    return Entity(kind=entity.kind, start=start, end=start + len(words.strip()))


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
    value = record.unpacked(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _bad(record, name)
    return [str(item) for item in value]


def _bad(record: Record, name: str) -> InputError:
    key = "tasks.bad_tokens" if name in TOKEN_FIELDS else "tasks.bad_tags"
    return InputError(key, source=record.source, field=name, value=as_json(record.fields[name]))
