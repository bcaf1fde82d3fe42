"""Records of questions and answers in their usual forms -> messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig, text_name
from yanmo.tasks.sides import NESTED, SOURCE_FIELDS, TARGET_FIELDS, source_of, target_of
from yanmo.tokenizers.chat import MARKS, EncodedMessage, Message, Role

MESSAGES = ("messages", "conversations")  # the usual names of a list of them
ROLE, CONTENT = ("role", "from"), ("content", "value")  # of a message; the second as in ShareGPT
ROLES: dict[str, Role] = {
    "human": "user", "gpt": "assistant", "chatgpt": "assistant", "bot": "assistant",
}  # fmt: skip
TOOLS = frozenset({"tool", "function", "observation", "tool_call", "function_call", "ipython"})  # roles
OPEN = (
    ("prompt", "completion"),
    ("instruction", "output"),
    ("instruction", "response"),
    ("question", "answer"),
)  # questions that may be answered in many ways
PAIRS = (
    *OPEN,
    *zip(SOURCE_FIELDS, TARGET_FIELDS, strict=True),
)  # a field with a question, and one with its answer
MORE = {
    "instruction": ("input", "context"),
    "question": ("context",),
}  # what a question is about may stand in a field of its own
FIELDS = (*MESSAGES, *(name for names in (*PAIRS, *MORE.values()) for name in names))


def read_messages(record: Record, config: TaskConfig, *, answered: bool) -> list[Message] | None:
    """The messages of a record up to its last answer, or else up to the last question; None: it is a text to continue.

    Errors: InputError with file and line for what is neither; where `answered`, also for a question without an answer.
    """
    name = messages_name(record, config)
    if name is not None:
        messages = _listed(record, name)
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
    if pair is None and text_name(record, config) not in record.fields:
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
    if messages_name(record, config) is not None:
        return None
    if config.direction is None and _pair(record, config, answered=True) in (None, *OPEN):
        return None
    messages = read_messages(record, config, answered=True)
    assert messages is not None
    return messages[0].content, messages[-1].content


def is_between_two(record: Record, config: TaskConfig) -> bool:
    """False for a conversation in which tools speak or an answer is empty: not all of it can be learnt as it went."""
    name = messages_name(record, config)
    listed = record.unpacked(name) if name is not None else None
    said = [_said(item) for item in listed] if isinstance(listed, list) else []
    return not any(
        role in TOOLS or (role == "assistant" and (content is None or not str(content).strip()))
        for role, content in said
    )


def messages_name(record: Record, config: TaskConfig) -> str | None:
    """The field of a list of messages, where there is one."""
    return next((name for name in config.preferred(MESSAGES) if name in record.fields), None)


def pair_of(record: Record, config: TaskConfig, *, answered: bool) -> tuple[str, str] | None:
    """The usual fields of a question and its answer: those that `columns` gives before others, pairs before lone ones.

    None also where `columns` gives the text and neither of them. Where none is answered, a question is enough if there
    is no text.
    """
    mapped = config.columns.keys()
    alone = not answered and text_name(record, config) not in record.fields
    for names in sorted(PAIRS, key=lambda names: (mapped.isdisjoint(names), names[1] not in record.fields)):
        if names[0] in record.fields and (names[1] in record.fields or alone):
            return None if config.text_field in mapped and mapped.isdisjoint(names) else names
    return None


def asked(record: Record, config: TaskConfig) -> str:
    """What a record asks, or the text that it holds, as one text."""
    messages = read_messages(record, config, answered=False)
    return record.text(text_name(record, config)) if messages is None else messages[-1].content


def written(record: Record, config: TaskConfig) -> list[str]:
    """The texts of a record that a model learns to write."""
    messages = read_messages(record, config, answered=True)
    if messages is None:
        return [record.text(text_name(record, config))]
    return [message.content for message in messages if message.role == "assistant"]


def shortened(messages: list[EncodedMessage], over: int) -> list[EncodedMessage]:
    """The same exchange with `over` tokens less, as far as there are: the beginnings of its longest questions go."""
    kept = list(messages)
    for place in sorted(range(len(messages) - 1), key=lambda place: -len(messages[place].ids)):
        question = messages[place]
        spare = min(over, len(question.ids) - question.marked - 1)
        if spare > 0:
            ids = (*question.ids[: question.marked], *question.ids[question.marked + spare :])
            kept[place] = replace(question, ids=ids)
            over -= spare
    return kept


def _pair(record: Record, config: TaskConfig, *, answered: bool) -> tuple[str, str] | None:
    """The names of the fields with the question and the answer."""
    if config.label_field is not None:
        return config.text_field, config.label_field
    return pair_of(record, config, answered=answered)


def _question(record: Record, name: str) -> str:
    parts = [record.text(name)]
    parts += [record.text(more) for more in MORE.get(name, ()) if record.fields.get(more)]
    return "\n".join(parts)


def _listed(record: Record, name: str) -> list[Message]:
    value = record.unpacked(name)
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise InputError("tasks.bad_messages", source=record.source, value=repr(value)[:80])
    messages = []
    for number, item in enumerate(value, 1):
        role, content = _said(item)
        if role not in MARKS or not isinstance(content, str):
            raise InputError("tasks.bad_message", source=record.source, number=number, value=repr(item)[:80])
        messages.append(_message(record, role, content, f"{name}[{number}]"))
    return messages


def _said(item: object) -> tuple[str | None, object]:
    """Role and content of a message, None for what it lacks."""
    fields = item if isinstance(item, dict) else {}
    role, content = (
        next((fields[name] for name in names if name in fields), None) for names in (ROLE, CONTENT)
    )
    return (ROLES.get(role, role) if isinstance(role, str) else None), content


def _message(record: Record, role: str, content: str, field: str) -> Message:
    if not content.strip():
        raise InputError("tasks.empty_turn", source=record.source, field=field)
    return Message(role=role, content=content)  # type: ignore[arg-type]
