"""Records of questions in their usual forms -> question, context, and answers as characters of the context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from yanmo.corpus.document import JsonValue, Record
from yanmo.errors import InputError
from yanmo.messages import listed
from yanmo.tasks.config import TaskConfig

USUAL_FIELDS = ("answers", "answer")
SHOWN = 60  # characters of a text in a message


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A piece of the context; `start` counts its characters from 0."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked, and the text that is read for it."""

    question: str
    context: str


def read_question(record: Record, config: TaskConfig) -> Question:
    """`question`, and `context` (or the text field, where it was named).

    Errors: InputError with file and line where one is missing or empty.
    """
    names = ("question", config.context_field)
    texts = [record.text(name) for name in names]
    for name, text in zip(names, texts, strict=True):
        if not text.strip():
            raise InputError("tasks.empty_text", source=record.source, field=name)
    return Question(question=texts[0], context=texts[1])


def read_answers(record: Record, config: TaskConfig) -> tuple[Answer, ...]:
    """All right answers, each at its place; none where the context does not answer the question.

    Read are `answers` (a list of texts, or of objects with text and start; or SQuAD's object of two lists) and
    `answer` with `start`. `start` may be called answer_start, and may be missing where the text occurs once;
    `is_impossible` says that there is none. A cell of a table may hold the list as JSON.
    Errors: InputError with file and line for an answer that the context does not hold, or not there.
    """
    context = read_question(record, config).context
    return tuple(_placed(text, start, context, record) for text, start in _given(record, config))


def answer_texts(record: Record, config: TaskConfig) -> list[str]:
    """All right answers as texts: what a score needs, wherever they stand. Errors: InputError for other forms."""
    return [text for text, _ in _given(record, config)]


def first_answer(record: Record, config: TaskConfig) -> Answer | None:
    """The first right answer that stands in the context, at its first place where none or a wrong one is given."""
    context = read_question(record, config).context
    for text, given in _given(record, config):
        if places := _places(text, context):
            start = _number(given)
            return Answer(text=text, start=start if _is_place(start, places) else places[0])
    return None


def _given(record: Record, config: TaskConfig) -> list[tuple[str, JsonValue]]:
    """(text, start or None) of each right answer."""
    if _is_true(record.fields.get("is_impossible")):
        return []
    name = config.label_field or next(
        (name for name in config.preferred(USUAL_FIELDS) if name in record.fields), None
    )
    if name is None and "is_impossible" in record.fields:
        name = USUAL_FIELDS[0]
    if name is None or name not in record.fields:
        known = list(record.fields)
        raise InputError(
            "tasks.no_label", source=record.source, known=known, usual=name or list(USUAL_FIELDS)
        )
    given = record.fields[name]
    is_answer = isinstance(given, str) and given in read_question(record, config).context  # as “[1]” may be
    return _pairs(given if is_answer else record.unpacked(name), record, name)


def _pairs(value: JsonValue, record: Record, name: str) -> list[tuple[str, JsonValue]]:
    """(text, start or None) of each answer; an empty text is no answer."""
    if value is None:
        return []
    if isinstance(value, str):
        return [(value, _start(record.fields))] if value.strip() else []
    if isinstance(value, Mapping):
        texts = value.get("text")
        if isinstance(texts, list):
            starts = _start(value)
            starts = [None] * len(texts) if starts is None else starts
            if not isinstance(starts, list) or len(starts) != len(texts):
                raise _bad(value, record, name)
            value = [{"text": text, "start": start} for text, start in zip(texts, starts, strict=True)]
        else:
            value = [value]
    if not isinstance(value, list):
        raise _bad(value, record, name)
    pairs: list[tuple[str, JsonValue]] = []
    for item in value:
        fields: Mapping[str, Any] = item if isinstance(item, Mapping) else {"text": item}
        text = fields.get("text")
        if not isinstance(text, str):
            raise _bad(item, record, name)
        if text.strip():
            pairs.append((text, _start(fields)))
    return pairs


def _start(fields: Mapping[str, JsonValue]) -> JsonValue:
    return fields.get("start", fields.get("answer_start"))


def _placed(text: str, given: JsonValue, context: str, record: Record) -> Answer:
    """The answer at its place. Errors: InputError where the context does not hold it there."""
    shown = text[:SHOWN]
    places = _places(text, context)
    if not places:
        raise InputError(
            "tasks.answer_not_in_context", source=record.source, answer=shown, context=context[:SHOWN]
        )
    if given is None or given == "":
        if len(places) > 1:
            raise InputError(
                "tasks.answer_at_several_places", source=record.source, answer=shown, places=_listed(places)
            )
        return Answer(text=text, start=places[0])
    start = _number(given)
    if not _is_place(start, places):
        raise InputError(
            "tasks.answer_not_at_start",
            source=record.source,
            answer=shown,
            start=given,
            places=_listed(places),
        )
    return Answer(text=text, start=start)


def _number(given: JsonValue) -> JsonValue:
    """A start as a table may hold it: as text, or with a decimal point where some cells are empty."""
    if isinstance(given, str) and given.strip().isdecimal():
        return int(given)
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _is_place(start: JsonValue, places: Sequence[int]) -> TypeGuard[int]:
    return type(start) is int and start in places  # true is an int too


def _places(text: str, context: str) -> list[int]:
    places, start = list[int](), context.find(text)
    while start >= 0:
        places.append(start)
        start = context.find(text, start + 1)
    return places


def _listed(places: Sequence[int]) -> str:
    return listed([*places[:5], *(["…"] if len(places) > 5 else [])])


def _is_true(value: JsonValue) -> bool:
    return value is True or value == 1 or (isinstance(value, str) and value.strip().lower() in ("true", "1"))


def _bad(value: object, record: Record, name: str) -> InputError:
    return InputError("tasks.bad_answers", source=record.source, field=name, value=repr(value)[:80])
