"""What the parser could not understand, as errors in three parts and in the user's language."""

from __future__ import annotations

from typing import Literal, get_args, get_origin

from cyclopts import (
    App,
    Argument,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from yanmo.errors import ConfigError
from yanmo.messages import text
from yanmo.registry import suggestion


def explain(error: CycloptsError) -> ConfigError:
    """The error of ours that says what this one says."""
    command = " ".join(["yanmo", *(error.command_chain or ())])
    match error:
        case UnknownCommandError():
            known = [] if error.app is None else _commands(error.app)
            return _unknown("cli.unknown_command", (error.unused_tokens or ["?"])[0], known, command)
        case UnknownOptionError():
            given = error.token.keyword or error.token.value
            known = [name for each in error.argument_collection for name in each.names if name[:2] == "--"]
            return _unknown("cli.unknown_option", given, sorted(known), command)
        case MissingArgumentError():
            name = error.keyword or ("?" if error.argument is None else _name(error.argument))
            valueless = error.keyword is not None or bool(error.argument and error.argument.tokens)
            key = "cli.no_value" if valueless else "cli.missing"
            return ConfigError(key, name=name, command=command)
        case CoercionError():
            return _bad_value(error, command)
        case RepeatArgumentError():
            return ConfigError("cli.repeated", name=error.token.keyword, command=command)
        case UnusedCliTokensError():
            given = " ".join(error.unused_tokens or ())
            return ConfigError("cli.unused", given=given, command=command)
    return ConfigError("cli.not_understood", given=" ".join(error.root_input_tokens or ()), command=command)


def _unknown(key: str, given: str, known: list[str], command: str) -> ConfigError:
    return ConfigError(key, given=given, known=known, suggestion=suggestion(given, known), command=command)


def _bad_value(error: CoercionError, command: str) -> ConfigError:
    name = "?" if error.argument is None else _name(error.argument)
    value = "?" if error.token is None else error.token.value
    kind = error.target_type
    if get_origin(kind) is Literal:
        allowed = list(map(str, get_args(kind)))
        return ConfigError(
            "cli.bad_choice", name=name, value=value, allowed=allowed,
            suggestion=suggestion(value, allowed),
        )  # fmt: skip
    key = {int: "cli.kind_int", float: "cli.kind_float"}.get(kind or str, "cli.kind_other")
    return ConfigError("cli.bad_value", name=name, value=value, allowed=text(key), command=command)


def _name(argument: Argument) -> str:
    return argument.name if argument.name.startswith("--") else argument.name.upper()


def _commands(app: App) -> list[str]:
    return [name for name in app if not name.startswith("-")]
