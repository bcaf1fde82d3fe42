"""From the words of a command to its exit code: parse, run, and say what went wrong."""

from __future__ import annotations

import errno
import json
import os
import shlex
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from yanmo.errors import ConfigError, InputError, Preempted, RunError, YanmoError, reason_of
from yanmo.messages import text

STOPPED = 130  # 128 + SIGINT, as a shell would say
NO_OUTPUT = 1
BROKEN_PIPE = 141  # 128 + SIGPIPE
RESUMABLE = ("pretrain", "finetune", "quickstart")


def run(argv: Sequence[str]) -> int:
    """What `main` does."""
    as_json = "--json" in argv
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # text that this terminal cannot show must not end the command
            stream.reconfigure(errors="replace")
    if sys.stdout is None or sys.stderr is None:  # closed by the caller, as in `>&-`
        return NO_OUTPUT
    try:
        with _terminable():
            code = _execute(argv)
            sys.stdout.flush()
        return code
    except Preempted as error:
        _tell(error, as_json=as_json, resume=_command(argv))
        return error.exit_code
    except YanmoError as error:
        _tell(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        if argv and argv[0] in RESUMABLE:
            _tell(Preempted("cli.interrupted"), as_json=as_json, resume=_command(argv))
            return Preempted.exit_code
        _tell(ConfigError("cli.stopped"), as_json=as_json)
        return STOPPED
    except BrokenPipeError:  # the reader has seen enough, as in `yanmo recipes | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        if error.filename is not None:  # a path that no verb has looked at as closely
            refused = InputError("cli.refused_path", path=error.filename, reason=reason_of(error))
            _tell(refused, as_json=as_json)
            return refused.exit_code
        if error.errno not in (errno.ENOSPC, errno.EIO):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is printed goes nowhere
        _tell(RunError("cli.cannot_print", reason=reason_of(error)), as_json=False)
        return NO_OUTPUT


def _execute(argv: Sequence[str]) -> int:
    from cyclopts import CycloptsError

    from yanmo.cli.app import make_app
    from yanmo.cli.mistakes import explain

    app = make_app()
    words = list(argv) or ["--help"]
    try:
        command, bound, _ = app.parse_args(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        raise explain(error) from None
    result = command(*bound.args, **bound.kwargs)
    return result if isinstance(result, int) else 0


@contextmanager
def _terminable() -> Iterator[None]:
    """Makes SIGTERM act like Ctrl-C, also before training starts."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _command(argv: Sequence[str]) -> str:
    return shlex.join(["yanmo", *argv])


def _tell(error: YanmoError, *, as_json: bool, resume: str | None = None) -> None:
    """The three parts of an error on stderr; with --json also as the one object on stdout."""
    from rich.console import Console
    from rich.text import Text

    given, allowed, advice = error.parts
    if as_json:
        value = {"error": error.to_json() | ({} if resume is None else {"resume": resume})}
        sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    console = Console(stderr=True, highlight=False)
    calm = isinstance(error, Preempted)
    mark, style = ("•", "bold yellow") if calm else ("✗", "bold red")
    lines = [Text.assemble((f"{mark} ", style), (given, "bold"))]
    lines += [Text(f"  {allowed}", style="dim")] if allowed else []
    lines += [Text.assemble(("→ ", "bold green"), advice)] if advice else []
    lines += [Text(f"  {text('cli.resume')}"), Text(f"  {resume}", style="bold")] if resume else []
    for line in lines:
        console.print(line, soft_wrap=True)
