"""SIGTERM and Ctrl-C ask for a save; they never cut a step in two."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from yanmo.errors import Preempted


class Interrupt:
    """True once a signal came."""

    def __init__(self) -> None:
        self.signal: int | None = None

    def __bool__(self) -> bool:
        return self.signal is not None

    def stop_between_runs(self) -> None:
        """Errors: Preempted once a signal came: it may have come too late to stop the run before."""
        if self:
            raise Preempted("run.preempted_between")


_held: list[Interrupt] = []  # by the main thread; empty or one


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Inside, the first SIGTERM or SIGINT only sets the flag; a second one acts as usual.

    Within another one it is that one's flag: a signal that a run could no longer heed stops what comes after it.
    """
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt  # only the main thread may set handlers
        return
    if _held:
        yield _held[0]
        return
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}

    def note(number: int, frame: FrameType | None) -> None:
        interrupt.signal = number
        for each in numbers:
            signal.signal(each, before[each])

    for number in numbers:
        signal.signal(number, note)
    _held.append(interrupt)
    try:
        yield interrupt
    finally:
        _held.clear()
        for number in numbers:
            signal.signal(number, before[number])
