"""The errors that a user can cause or meet.

    YanmoError
    ├── ConfigError          a key, value or flag that does not exist or does not fit
    ├── InputError           a file, record or text that cannot be used as it is
    ├── RunError             a run folder: missing, unfinished, of another configuration, untrained
    │   └── CheckpointError  no checkpoint verifies, or one was made under other conditions
    ├── TrainingError        training cannot go on (loss stays non-finite, disk full)
    ├── MissingExtra         an optional package is not installed
    └── Preempted            SIGTERM or Ctrl-C: saved, can be resumed (exit code 75)

Every error is made from a key of the message catalogue, whose text has three lines:
what was given, what is allowed, what to do. `exit_code` is what the command line ends with.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

from yanmo.messages import text

OS_REASONS = {
    errno.ENOENT: "missing",
    errno.EEXIST: "file",
    errno.ENOTDIR: "file",
    errno.EISDIR: "folder",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.EROFS: "permission",
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.ENAMETOOLONG: "long_name",
}
KINDS = {
    "NoneType": "nothing",
    "bool": "truth",
    "int": "number",
    "float": "number",
    "str": "text",
    "list": "list",
}


class YanmoError(Exception):
    """An error with a catalogue key; `str(error)` is its text in the user's language."""

    exit_code = 2

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(text(key, **values))

    def __str__(self) -> str:
        return text(self.key, **self.values)

    @property
    def parts(self) -> tuple[str, str, str]:
        """What was given, what is allowed, what to do; the later ones may be empty."""
        given, _, rest = str(self).partition("\n")
        allowed, _, advice = rest.partition("\n")
        return given, allowed, advice

    def to_json(self) -> dict[str, str | int]:
        """What `--json` prints under `error`."""
        given, allowed, advice = self.parts
        return {
            "code": self.key,
            "given": given,
            "allowed": allowed,
            "advice": advice,
            "exit_code": self.exit_code,
        }


class ConfigError(YanmoError):
    """A key, value or flag that does not exist or does not fit."""


class InputError(YanmoError):
    """A file, record or text that cannot be used as it is."""


class RunError(YanmoError):
    """A run folder that is missing, unfinished, of another configuration or untrained."""


class CheckpointError(RunError):
    """No checkpoint verifies, or it was made under other conditions."""


class TrainingError(YanmoError):
    """Training cannot go on."""

    exit_code = 1


class MissingExtra(YanmoError):
    """An optional package is not installed."""


class Preempted(YanmoError):
    """Stopped by SIGTERM or Ctrl-C after saving; the same command resumes (EX_TEMPFAIL of sysexits.h)."""

    exit_code = 75


def no_file(path: str | Path) -> InputError:
    """What to raise where a file is needed and `path` is none."""
    key = "errors.is_folder" if Path(os.path.expanduser(path)).is_dir() else "errors.no_file"  # noqa: PTH111
    return InputError(key, path=path, cwd=Path.cwd())


def reason_of(error: BaseException) -> str:
    """Why something could not be read or written, in the user's language and with the place where it is known.

    What a library says stands in brackets, and only where nothing better is known.
    """
    mark = getattr(error, "problem_mark", None)  # of YAML
    words = " ".join((getattr(error, "strerror", None) or str(error)).split()).rstrip(".")[:200]
    match error:
        case json.JSONDecodeError():
            return text("errors.reason_json", line=error.lineno, column=error.colno)
        case UnicodeDecodeError():
            return text("errors.reason_utf8", offset=error.start)
        case EOFError():
            return text("errors.reason_cut")
        case RecursionError():
            return text("errors.reason_deep")
        case OSError() if error.errno in OS_REASONS:
            return text(f"errors.reason_{OS_REASONS[error.errno]}")
    if mark is not None:
        return text("errors.reason_yaml", line=mark.line + 1, column=mark.column + 1)
    return text("errors.reason_other", words=words or type(error).__name__)


def as_json(value: object) -> str:
    """A value as a file has it, shortened."""
    return json.dumps(value, ensure_ascii=False, default=str)[:80]


def kind_of(value: object) -> str:
    """What a value of JSON or YAML is, in the user's language: a list, a number."""
    return text(f"errors.holds_{KINDS.get(type(value).__name__, 'object')}")
