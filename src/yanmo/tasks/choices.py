"""Records of questions with possible answers in their usual forms -> the text to read, the choices, the right one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from string import ascii_uppercase

from yanmo.corpus.document import JsonValue, Record
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig, label_field
from yanmo.tasks.targets import class_name, is_class

USUAL_FIELDS = ("label", "answer", "answerKey")
CHOICES = ("choices", "options")
CONTEXTS = ("context", "article")


def has_choices(record: Record) -> bool:
    """Whether there is a field of choices, or one for each: A, B ..."""
    return _field(record, CHOICES) is not None or {"A", "B"} <= record.fields.keys()


def read_context(record: Record) -> str:
    """The text to read; several are joined line by line. Errors: InputError."""
    name = _field(record, CONTEXTS)
    value = None if name is None else record.unpacked(name)
    if name is None or value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(str(item) for item in value)
    return record.text(name)


def read_choices(record: Record) -> tuple[str, ...]:
    """A list of texts; or ARC's object with the lists text and label; or a field for each, called A, B ...

    Errors: InputError naming the row unless there are two texts or more.
    """
    given = _given(record)
    texts = given.get("text") if isinstance(given, Mapping) else given
    listed = texts if isinstance(texts, list) else []
    choices = tuple(item for item in listed if isinstance(item, str) and item.strip())
    if len(choices) < 2 or len(choices) < len(listed):
        raise InputError("choices.no_choices", source=record.source, value=str(given)[:80])
    return choices


def right_place(record: Record, config: TaskConfig) -> int:
    """The place of the right choice, which is given by what the record calls it, by its text, its place or its letter.

    Errors: InputError naming the row.
    """
    choices = read_choices(record)
    value = record.fields[label_field(record, config, USUAL_FIELDS)]
    if isinstance(value, str):
        for known in (_called(record), choices):
            if value in known:
                return known.index(value)
        if value in tuple(ascii_uppercase):
            value = ascii_uppercase.index(value)
    # pandas writes 1 as 1.0 where others are missing
    place = class_name(value) if is_class(value) else ""
    if place.isdecimal() and int(place) < len(choices):
        return int(place)
    raise InputError(
        "choices.no_such_choice", source=record.source, value=str(value)[:80], count=len(choices)
    )


def _field(record: Record, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in record.fields), None)


def _given(record: Record) -> JsonValue:
    """The choices as they stand there; of a field for each, as many as are filled."""
    name = _field(record, CHOICES)
    if name is not None:
        return record.unpacked(name)
    letters = list(takewhile(record.fields.get, ascii_uppercase))
    return {"text": [record.fields[letter] for letter in letters], "label": letters}


def _called(record: Record) -> tuple[JsonValue, ...]:
    """What the record calls each of its choices: in ARC "A", "B" ..., sometimes "1", "2" ..."""
    given = _given(record)
    names = given.get("label") if isinstance(given, Mapping) else None
    return tuple(names) if isinstance(names, list) else ()
