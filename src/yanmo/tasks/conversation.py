"""Records of questions and answers in their usual forms -> messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from yanmo.corpus.document import JsonValue, Record, is_blank
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig, text_name
from yanmo.tasks.sides import (
    NESTED,
    SOURCE_FIELDS,
    TARGET_FIELDS,
    source_of,
    target_of,
)
from yanmo.tokenizers.chat import MARKS, EncodedMessage, Message, Role, latest

MESSAGES = ("messages", "conversations")  # the usual names of a list of them
ROLE, CONTENT = ("role", "from"), ("content", "value")  # of a message; the second as in ShareGPT
ROLES: dict[str, Role] = {
    "human": "user", "gpt": "assistant", "chatgpt": "assistant", "bot": "assistant", "bard": "assistant",
    "bing": "assistant", "model": "assistant", "developer": "system",
}  # fmt: skip
TOOLS = frozenset({"tool", "function", "observation", "tool_call", "function_call", "ipython"})  # roles
TEXT_PARTS = frozenset({"text", "input_text", "output_text"})  # of a content in parts, as OpenAI has it
OPEN = (
    ("prompt", "completion"),
    ("prompt", "response"),
    ("instruction", "output"),
    ("instruction", "response"),
    ("question", "answer"),
    ("question", "response"),
    ("input", "output"),
)  # questions that may be answered in many ways
SUMMARIES = tuple(
    (name, summary)
    for name in ("text", "document", "article", "dialogue", "content")
    for summary in ("summary", "highlights")
)
SIDES = tuple(zip(SOURCE_FIELDS, TARGET_FIELDS, strict=True))
PAIRS = (
    *OPEN,
    *SIDES,
    ("instruction", "target"),
    ("input", "target"),
    *SUMMARIES,
)  # a field with a question, and one with its answer
AMBIGUOUS = (
    ("question", "answer"),
    ("input", "output"),
    ("input", "target"),
    *SUMMARIES,
)  # beside a context, choices or a label these are records of another task
MORE = {
    "instruction": ("input", "context"),
    "question": ("context",),
}  # what a question is about may stand in a field of its own
SYSTEM, HISTORY = ("system", "system_prompt"), "history"  # what stands before a question, as in LLaMA-Factory
FIELDS = (*MESSAGES, *(name for names in (*PAIRS, *MORE.values(), SYSTEM) for name in names), HISTORY)


def read_messages(record: Record, config: TaskConfig, *, answered: bool) -> list[Message] | None:
    """The messages of a record up to its last answer, or else up to the last question; None: it is a text to continue.

    Errors: InputError with file and line for what is neither; where `answered`, also for a question without an answer.
    """
    name = messages_name(record, config)
    if name is not None:
        return _listed(record, name, "assistant" if answered else "user")
    pair = _pair(record, config, answered=answered)
    if _is_of_sides(record, config, pair):
        messages = [Message(role="user", content=source_of(record, config))]
        answers = [Message(role="assistant", content=target_of(record, config))] if answered else []
        return [*messages, *answers]
    if pair is None and text_name(record, config) not in record.fields:
        known = list(record.fields)
        raise InputError("tasks.no_text_form", source=record.source, known=known, field=config.text_field)
    if pair is None:
        return None
    question, answer = pair
    messages = [*_system(record), *_history(record)] if pair in OPEN else []
    messages.append(_message(record, "user", _question(record, question), question))
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


def can_be_learnt(record: Record, config: TaskConfig) -> bool:
    """False where there is no answer to learn, or not all of a conversation can be learnt as it went.

    So for a question or an answer that is empty, and where tools speak or something else than text is shown. What is
    of no known form is True, and so is the pair of a translation, which has two sides or is broken: its error tells the
    user more than a count.
    """
    name = messages_name(record, config)
    if name is not None:
        return _are_answered(record.unpacked(name))
    pair = _pair(record, config, answered=True)
    if pair is None or pair in SIDES or _is_of_sides(record, config, pair):
        return True
    question, answer = pair
    history = record.unpacked(HISTORY) if pair in OPEN else None
    earlier = [turn for turn in history if isinstance(turn, list)] if isinstance(history, list) else []
    asked = [record.fields[field] for field in (question, *MORE.get(question, ())) if field in record.fields]
    return not (
        (answer in record.fields and is_blank(record.fields[answer]))
        or (asked and all(map(is_blank, asked)))
        or any(is_blank(text) for turn in earlier for text in turn)
    )


def messages_name(record: Record, config: TaskConfig) -> str | None:
    """The field of a list of messages, where there is one."""
    return next((name for name in config.preferred(MESSAGES) if name in record.fields), None)


def pair_of(record: Record, config: TaskConfig, *, answered: bool) -> tuple[str, str] | None:
    """The usual fields of a question and its answer: those that `columns` gives before others, pairs before lone ones.

    None also where `columns` gives the text and nothing beside it. Where none is answered, a question is enough if
    there is no text.
    """
    mapped = config.columns.keys()
    alone = not answered and text_name(record, config) not in record.fields
    for names in sorted(PAIRS, key=lambda names: (mapped.isdisjoint(names), names[1] not in record.fields)):
        if names[0] in record.fields and (names[1] in record.fields or alone):
            beside = set(names) - {config.text_field}
            return None if config.text_field in mapped and mapped.isdisjoint(beside) else names
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


def fitted(
    messages: Sequence[EncodedMessage], room: int, *, answered: bool, head: bool
) -> tuple[list[EncodedMessage], bool]:
    """The last exchanges, as many as fit in `room` tokens, and whether that is not all.

    Of a single one that is longer the questions are shortened, as far as that goes: their beginnings are left out, or
    their ends where the `head` is kept. answered: the last message is an answer, and stays.
    """
    kept = latest(messages, room)
    over = sum(len(each.ids) for each in kept) - room
    if over > 0:
        kept = _shortened(kept, over, questions=len(kept) - answered, head=head)
    return kept, over > 0 or len(kept) < len(messages)


def _shortened(
    messages: list[EncodedMessage], over: int, *, questions: int, head: bool
) -> list[EncodedMessage]:
    """The same with `over` tokens less, which the longest of the first `questions` lose first."""
    kept = list(messages)
    for place in sorted(range(questions), key=lambda place: -len(messages[place].ids)):
        question = messages[place]
        said = question.ids[question.marked : -1]
        spare = min(over, len(said))
        if spare > 0:
            left = said[: len(said) - spare] if head else said[spare:]
            kept[place] = replace(question, ids=(*question.ids[: question.marked], *left, question.ids[-1]))
            over -= spare
    return kept


def _pair(record: Record, config: TaskConfig, *, answered: bool) -> tuple[str, str] | None:
    """The names of the fields with the question and the answer."""
    if config.label_field is not None:
        return config.text_field, config.label_field
    return pair_of(record, config, answered=answered)


def _is_of_sides(record: Record, config: TaskConfig, pair: tuple[str, str] | None) -> bool:
    """Whether a record holds the two sides of a translation."""
    return config.direction is not None or (pair is None and isinstance(record.unpacked(NESTED), Mapping))


def _question(record: Record, name: str) -> str:
    names = (name, *MORE.get(name, ()))
    given = [each for each in names if not is_blank(record.fields.get(each))]
    return "\n".join(record.text(each) for each in given or names[:1])


def _system(record: Record) -> list[Message]:
    said = [value for name in SYSTEM if isinstance(value := record.fields.get(name), str) and value.strip()]
    return [Message(role="system", content=said[0])] if said else []


def _history(record: Record) -> list[Message]:
    """The turns before a question. Errors: InputError naming the row."""
    turns = record.unpacked(HISTORY)
    if not isinstance(turns, list):  # a subject of that name, most often
        return []
    messages = []
    for turn in turns:
        if not (isinstance(turn, list) and len(turn) == 2 and all(_is_said(text) for text in turn)):
            raise InputError("tasks.bad_history", source=record.source, value=repr(turn)[:80])
        question, answer = (str(text or "") for text in turn)
        messages.append(_message(record, "user", question, HISTORY))
        messages.append(_message(record, "assistant", answer, HISTORY))
    return messages


def _is_said(value: JsonValue) -> bool:
    return value is None or isinstance(value, str)


def _listed(record: Record, name: str, wanted: Role) -> list[Message]:
    """The messages up to the last one of that role; the last question is one with words."""
    value = record.unpacked(name)
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise InputError("tasks.bad_messages", source=record.source, field=name, value=repr(value)[:80])
    messages = []
    said = _up_to(wanted, [_said(item) for item in value])
    for number, (role, content) in enumerate(said, 1):
        if role == "system" and is_blank(content):
            continue
        if role not in MARKS or not isinstance(content, str):
            shown = repr(value[number - 1])[:80]
            raise InputError("tasks.bad_message", source=record.source, number=number, value=shown)
        messages.append(_message(record, role, content, f"{name}[{number}]"))
    if not messages or messages[-1].role != wanted:
        raise InputError("tasks.no_turn", source=record.source, role=wanted)
    return messages if messages[0].role == "system" else [*_system(record), *messages]


def _are_answered(value: JsonValue) -> bool:
    """Of a list of messages, as `can_be_learnt`."""
    if is_blank(value) or value == []:
        return False
    said = [_said(item) for item in value] if isinstance(value, list) else []
    if any(role in TOOLS for role, _ in said):
        return False
    said = _up_to("assistant", said)
    if not said or any(role not in MARKS for role, _ in said):
        return True
    return said[-1][0] == "assistant" and not any(
        isinstance(content, list) or (role != "system" and is_blank(content)) for role, content in said
    )


def _up_to(wanted: Role, said: list[tuple[str | None, JsonValue]]) -> list[tuple[str | None, JsonValue]]:
    """Those up to the last one of that role, an empty question being none; all where there is none."""
    places = [
        place
        for place, (role, content) in enumerate(said)
        if role == wanted and not (role == "user" and is_blank(content))
    ]
    return said[: places[-1] + 1] if places else said


def _said(item: JsonValue) -> tuple[str | None, JsonValue]:
    """Role and content of a message, None for what it lacks; parts of text as one, a line each."""
    fields = item if isinstance(item, dict) else {}
    role, content = (
        next((fields[name] for name in names if name in fields), None) for names in (ROLE, CONTENT)
    )
    if isinstance(content, list):
        parts = [_part(part) for part in content]
        texts = [part for part in parts if part is not None]
        content = "\n".join(texts) if len(texts) == len(parts) else content
    return (ROLES.get(role, role) if isinstance(role, str) else None), content


def _part(part: JsonValue) -> str | None:
    """The text of a part of a content, None for a picture and the like."""
    text = part.get("text") if isinstance(part, Mapping) and part.get("type") in TEXT_PARTS else None
    return text if isinstance(text, str) else None


def _message(record: Record, role: str, content: str, field: str) -> Message:
    if not content.strip():
        raise InputError("tasks.empty_turn", source=record.source, field=field)
    return Message(role=role, content=content)  # type: ignore[arg-type]
