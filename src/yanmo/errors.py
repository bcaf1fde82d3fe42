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

from yanmo.messages import text


class YanmoError(Exception):
    """An error with a catalogue key; `str(error)` is its text in the user's language."""

    exit_code = 2

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(text(key, **values))

    def __str__(self) -> str:
        return text(self.key, **self.values)


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
