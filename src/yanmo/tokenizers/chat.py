"""Conversations as tokens, and the template with which `transformers` makes the same ones.

Each message is its mark (S, U or A for system, user, assistant), a line end, its text without white space around it,
and the end token; the start token stands before all. The end token cannot be written in a message, so no message can
pretend to be two. Marks are single letters: a small vocabulary would spell words such as "assistant" in many tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from yanmo.tokenizers.tokenizer import Tokenizer

Role = Literal["system", "user", "assistant"]
MARKS: dict[Role, str] = {"system": "S", "user": "U", "assistant": "A"}
TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{{ {'system': 'S', 'user': 'U', 'assistant': 'A'}[message['role']] }}"
    "{{ '\\n' + (message['content'] | trim) + eos_token }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'A\\n' }}{% endif %}"
)


@dataclass(frozen=True, kw_only=True)
class Message:
    """What one side says."""

    role: Role
    content: str


@dataclass(frozen=True, kw_only=True)
class EncodedMessage:
    """The tokens of a message, its end token included; the first `marked` of them are its mark."""

    message: Message
    ids: tuple[int, ...]
    marked: int


def encode_message(tokenizer: Tokenizer, message: Message) -> EncodedMessage:
    """A message as tokens; what looks like a special token in it is plain text. The tokenizer has an end token."""
    assert tokenizer.eos_id is not None
    mark = f"{MARKS[message.role]}\n"
    encoding = tokenizer.encode(mark + message.content.strip(), read_special=False)
    marked = sum(start < len(mark) for start, _ in encoding.offsets)
    return EncodedMessage(message=message, ids=(*encoding.ids, tokenizer.eos_id), marked=marked)


def opening(tokenizer: Tokenizer) -> list[int]:
    """The mark after which the model answers."""
    return tokenizer.encode(f"{MARKS['assistant']}\n", read_special=False).ids


def latest(messages: Sequence[EncodedMessage], room: int) -> list[EncodedMessage]:
    """The last messages that fit in `room` tokens, from a user's on, with the system's before them.

    The oldest exchanges are left out; the last user's message and what follows it stay, whatever their length.
    """
    head = [each for each in messages[:1] if each.message.role == "system"]
    rest = list(messages[len(head) :])
    starts = [0, *(place for place, each in enumerate(rest) if place and each.message.role == "user")]
    used = sum(len(each.ids) for each in head)
    fitting = (start for start in starts if used + sum(len(each.ids) for each in rest[start:]) <= room)
    return head + rest[next(fitting, starts[-1]) :]


def is_chat(tokenizer: Tokenizer) -> bool:
    """Whether the model behind this tokenizer has learnt conversations in this form."""
    return tokenizer.chat_template == TEMPLATE
