"""`yanmo chat`: a conversation in the terminal, or with what is piped in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from yanmo.cli.model import load_model
from yanmo.cli.options import Flag, Json, Precision
from yanmo.cli.screen import print_json
from yanmo.errors import InputError
from yanmo.messages import text

if TYPE_CHECKING:
    from yanmo.api.chat import Conversation

QUIT, RESET = "/quit", "/reset"


def chat(
    model: str,
    /,
    *,
    system: str | None = None,
    max_new_tokens: int | None = None,
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    repetition_penalty: float | None = None,
    greedy: Flag = False,
    seed: int = 0,
    precision: Precision = "fp32",
    json: Json = False,
) -> int:
    from yanmo.api.chat import CHAT, Conversation
    from yanmo.config import build
    from yanmo.generation.options import SAMPLING, GenerateOptions

    given = {
        "max_new_tokens": max_new_tokens,
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "min_p": min_p,
        "repetition_penalty": repetition_penalty,
    }
    usual = CHAT.model_dump(exclude=set(SAMPLING) if greedy else set(), exclude_defaults=True)
    chosen = {name: value for name, value in given.items() if value is not None}
    options = build(GenerateOptions, {**usual, **chosen, "do_sample": not greedy, "seed": seed})
    conversation = Conversation(load_model(model, precision), options, system=system)
    if _is_person():
        _line(text("generation.chat_welcome", model=model))
    code = 0
    for given_line in _lines():
        if given_line == QUIT:
            break
        if given_line == RESET:
            conversation.reset()
            _line(text("generation.chat_reset"))
        elif given_line.startswith("/"):
            _line(text("generation.chat_unknown", given=given_line))
        elif given_line:
            refused = _answer(conversation, given_line, as_json=json)
            code = code if refused is None or _is_person() else refused.exit_code
    return code


def _is_person() -> bool:
    """Whether somebody sits before it; without a standard input (`<&-`) nobody does."""
    return sys.stdin is not None and sys.stdin.isatty()


def _lines() -> Iterator[str]:
    """What the user writes, line by line, to the end; the prompt is shown to people alone."""
    asked = _is_person()
    while sys.stdin is not None:
        if asked:
            print(f"{text('generation.chat_you')}> ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            if asked:
                print()
            return
        yield line.strip()


def _answer(conversation: Conversation, message: str, *, as_json: bool) -> InputError | None:
    """Prints the answer as it is written, or as one object; Ctrl-C ends it alone.

    Returns why there is none, where the message cannot be answered: the conversation goes on.
    """
    before = conversation.forgotten
    try:
        pieces = conversation.say(message)
    except InputError as error:
        _line(str(error))
        if as_json:
            print_json({"message": message, "error": error.to_json()})
        return error
    if as_json:
        print_json({"message": message, "answer": "".join(pieces)})
        sys.stdout.flush()
    else:
        _stream(pieces)
    if conversation.forgotten > before:
        _line(text("generation.chat_forgot", count=conversation.forgotten - before))
    return None


def _stream(pieces: Iterator[str]) -> None:
    if _is_person():
        print(f"{text('generation.chat_model')}> ", end="", flush=True)
    try:
        for piece in pieces:
            print(piece, end="", flush=True)
    except KeyboardInterrupt:
        if not _is_person():
            raise
    print(flush=True)


def _line(message: str) -> None:
    """What Yanmo itself says, on stderr: stdout holds the answers."""
    from rich.console import Console

    Console(stderr=True, highlight=False, markup=False).print(message, style="dim", soft_wrap=True)
