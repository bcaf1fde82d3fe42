"""Records of questions and answers in their usual forms -> messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.sides import NESTED, SOURCE_FIELDS, TARGET_FIELDS, source_of, target_of
from yanmo.tokenizers.chat import MARKS, EncodedMessage, Message

MESSAGES = "messages"
OPEN = (("prompt", "completion"), ("instruction", "output"))  # questions that may be answered in many ways
PAIRS = (
    *OPEN,
    *zip(SOURCE_FIELDS, TARGET_FIELDS, strict=True),
)  # a field with a question, and one with its answer
MORE = {"instruction": "input"}  # what a question is about may stand in a field of its own


def read_messages(record: Record, config: TaskConfig, *, answered: bool) -> list[Message] | None:
    """The messages of a record up to its last answer, or else up to the last question; None: it is a text to continue.

    Errors: InputError with file and line for what is neither; where `answered`, also for a question without an answer.
    """
    if MESSAGES in record.fields:
        messages = _listed(record)
        wanted = "assistant" if answered else "user"
        places = [place for place, message in enumerate(messages) if message.role == wanted]
        if not places:
            raise InputError("tasks.no_turn", source=record.source, role=wanted)
        return messages[: places[-1] + 1]
    pair = _pair(record, config, answered=answered)
    if config.direction is not None or (pair is None and isinstance(record.unpacked(NESTED), Mapping)):
        messages = [Message(role="user", content=source_of(record, config))]
        answers = [Message(role="assistant", content=target_of(record, config))] if answered else []
        return [*messages, *answers]
    if pair is None and config.text_field not in record.fields:
        known = list(record.fields)
        raise InputError("tasks.no_text_form", source=record.source, known=known, field=config.text_field)
    if pair is None:
        return None
    question, answer = pair
    messages = [_message(record, "user", _question(record, question), question)]
    if answered:
        messages.append(_message(record, "assistant", record.text(answer), answer))
    return messages


def read_sides(record: Record, config: TaskConfig) -> tuple[str, str] | None:
    """A source and its target, which answers can be compared with; None: the record is of another form.

    Errors: as `read_messages`.
    """
    if MESSAGES in record.fields:
        return None
    if config.direction is None and _pair(record, config, answered=True) in (None, *OPEN):
        return None
    messages = read_messages(record, config, answered=True)
    assert messages is not None
    return messages[0].content, messages[-1].content


def shortened(messages: list[EncodedMessage], over: int) -> list[EncodedMessage]:
    """The same exchange with `over` tokens less, as far as there are: the beginning of its longest question goes."""
    place = max(range(len(messages) - 1), key=lambda place: len(messages[place].ids), default=None)
    if place is None:
        return messages
    longest = messages[place]
    spare = min(over, len(longest.ids) - longest.marked - 1)
    ids = (*longest.ids[: longest.marked], *longest.ids[longest.marked + spare :])
    return [*messages[:place], replace(longest, ids=ids), *messages[place + 1 :]]


def _pair(record: Record, config: TaskConfig, *, answered: bool) -> tuple[str, str] | None:
    """The names of the fields with the question and the answer. A question alone is enough where none is answered."""
    if config.label_field is not None:
        return config.text_field, config.label_field
    for question, answer in PAIRS:
        if question in record.fields and (answer in record.fields or not answered):
            return question, answer
    return None


def _question(record: Record, name: str) -> str:
    parts = [record.text(name)]
    more = MORE.get(name)
    if more is not None and record.fields.get(more):
        parts.append(record.text(more))
    return "\n".join(parts)


def _listed(record: Record) -> list[Message]:
    value = record.unpacked(MESSAGES)
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise InputError("tasks.bad_messages", source=record.source, value=repr(value)[:80])
    messages = []
    for number, item in enumerate(value, 1):
        role = item.get("role") if isinstance(item, dict) else None
        content = item.get("content") if isinstance(item, dict) else None
        if role not in MARKS or not isinstance(content, str):
            raise InputError("tasks.bad_message", source=record.source, number=number, value=repr(item)[:80])
        messages.append(_message(record, role, content, f"{MESSAGES}[{number}]"))
    return messages


def _message(record: Record, role: str, content: str, field: str) -> Message:
    if not content.strip():
        raise InputError("tasks.empty_turn", source=record.source, field=field)
    return Message(role=role, content=content)  # type: ignore[arg-type]
