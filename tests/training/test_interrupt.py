"""Signals ask for a save; the second one means it."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from yanmo.errors import Preempted
from yanmo.training.interrupt import Interrupt, interruptible


@pytest.fixture(autouse=True)
def default_handlers() -> Iterator[None]:
    """As in a terminal: a shell that starts tests in the background has them ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_only_sets_the_flag(number: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]
    with interruptible() as interrupt:
        assert not interrupt
        os.kill(os.getpid(), number)
        assert interrupt
        assert interrupt.signal == number
        assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == before
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == before


def test_handlers_come_back_after_an_error() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ValueError, match="x"), interruptible():
        raise ValueError("x")
    assert signal.getsignal(signal.SIGTERM) is before


def test_within_another_one_it_is_one_flag() -> None:
    """A signal that came too late for a run is still known between the runs of a sweep."""
    before = signal.getsignal(signal.SIGTERM)
    with interruptible() as outer:
        outer.stop_between_runs()
        with interruptible() as inner:
            os.kill(os.getpid(), signal.SIGTERM)
            assert inner
        with pytest.raises(Preempted):
            outer.stop_between_runs()
    assert signal.getsignal(signal.SIGTERM) is before
    with interruptible() as after:
        assert not after


def test_another_thread_trains_without_handlers() -> None:
    found: list[Interrupt] = []

    def work() -> None:
        with interruptible() as interrupt:
            found.append(interrupt)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not found[0]
