"""Progress: exact for counted budgets; for a time budget on time, once decided the same for any clock."""

import random
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from yanmo.errors import CheckpointError
from yanmo.training.budget import Budget
from yanmo.training.decisions import Done, Pace, read_ledger


class Clock:
    """A machine whose steps take noisy seconds, with a slow first step and pauses for evaluation."""

    def __init__(self, seed: int, *, step: float = 1.0, noise: float = 0.4, pause: float = 4.0) -> None:
        self.random = random.Random(seed)
        self.now = self.random.random() * 1e6
        self.step, self.noise, self.pause = step, noise, pause

    def __call__(self) -> float:
        return self.now

    def work(self, step: int) -> None:
        self.now += self.step * (8 if step == 0 else 1) * (1 + self.noise * self.random.uniform(-1, 1))
        if step % 25 == 24:
            self.now += self.pause * self.step


class Trace(NamedTuple):
    """Progress before and after each step, and the seconds spent after it."""

    before: list[float]
    after: list[float]
    seconds: list[float]


def run(
    ledger: Path, clock: Clock, *, budget: str = "400s", start: int = 0, spent: float = 0.0, kill: int = 10**9
) -> Trace:
    """Steps from `start` until the end of the budget or the kill."""
    pace = Pace(Budget.parse(budget), ledger, spent=spent, clock=clock)
    trace = Trace([], [], [])
    for step in range(start, kill):
        pace.decide(step)
        trace.before.append(pace.progress(Done(steps=step)))
        trace.after.append(pace.progress(Done(steps=step + 1)))
        if trace.before[-1] >= 1:
            break
        clock.work(step)
        trace.seconds.append(pace.spent())
    return trace


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("step", [0.01, 1.0, 5.0])
def test_ends_on_time_with_steady_progress(tmp_path: Path, seed: int, step: float) -> None:
    before, _, seconds = run(tmp_path / "d.jsonl", Clock(seed, step=step, pause=3.0))
    assert before[0] == 0
    assert before[-1] == 1.0
    assert all(first < second for first, second in pairwise(before))
    assert 400 * 0.95 < seconds[-1] < 400 * 1.03
    middle = before[[index for index, spent in enumerate(seconds) if spent <= 200][-1]]
    assert 0.4 < middle < 0.6  # progress follows time, not the guess of the start
    assert len(read_ledger(tmp_path / "d.jsonl")) < 80


def test_keeps_time_when_the_machine_changes_its_speed(tmp_path: Path) -> None:
    class Slower(Clock):
        def work(self, step: int) -> None:
            self.step = 1.0 if step < 200 else 2.5
            super().work(step)

    _, _, seconds = run(tmp_path / "d.jsonl", Slower(0, pause=0))
    assert 400 * 0.97 < seconds[-1] < 400 * 1.03


def test_replays_under_any_clock(tmp_path: Path) -> None:
    ledger = tmp_path / "d.jsonl"
    first = run(ledger, Clock(0))
    written = ledger.read_bytes()
    assert run(ledger, Clock(9, step=0.1))[:2] == first[:2]
    assert ledger.read_bytes() == written


@pytest.mark.parametrize("kill", [1, 2, 3, 7, 50, 199, 200, 201, 300, 338])
def test_killed_anywhere_the_same_steps_have_the_same_progress(tmp_path: Path, kill: int) -> None:
    ledger = tmp_path / "d.jsonl"
    lost = run(ledger, Clock(0), kill=kill)
    saved = max(0, kill - 30)
    spent = lost.seconds[saved - 1] if saved else 0.0
    again = run(ledger, Clock(5, step=1.3), start=saved, spent=spent)
    assert again.before[: kill - saved] == lost.before[saved:]
    assert again.after[: kill - saved] == lost.after[saved:]
    assert again.before[-1] == 1.0
    assert 400 * 0.95 < again.seconds[-1] < 400 * 1.03
    whole = run(ledger, Clock(6, step=0.2))
    assert whole.before == lost.before[:saved] + again.before
    assert whole.after == lost.after[:saved] + again.after


def test_stopped_time_does_not_count_and_the_reserve_does(tmp_path: Path) -> None:
    clock = Clock(0)
    pace = Pace(Budget.parse("100s"), tmp_path / "d.jsonl", spent=40.0, clock=clock)
    assert pace.spent() == pytest.approx(40)
    _, _, plain = run(tmp_path / "a.jsonl", Clock(1, noise=0, pause=0))
    reserved = Pace(
        Budget.parse("400s"), tmp_path / "b.jsonl", reserve=50.0, clock=(other := Clock(1, noise=0, pause=0))
    )
    step = 0
    while reserved.decide(step) or reserved.progress(Done(steps=step)) < 1:
        other.work(step)
        step += 1
    assert plain[-1] - reserved.spent() == pytest.approx(50, abs=2)


def test_a_budget_shorter_than_one_step_still_reaches_the_end(tmp_path: Path) -> None:
    before, _, _ = run(tmp_path / "d.jsonl", Clock(0), budget="0.5s")
    assert len(before) == 3
    assert before[-1] == 1.0


def test_a_torn_last_line_is_cut_off(tmp_path: Path) -> None:
    ledger = tmp_path / "d.jsonl"
    first = run(ledger, Clock(0))
    lines = ledger.read_bytes().splitlines(keepends=True)
    for torn in (lines[-1][:-1], lines[-1][:9], b"\0\0\0"):
        ledger.write_bytes(b"".join(lines[:-1]) + torn)
        assert len(read_ledger(ledger)) == len(lines) - 1
        assert ledger.read_bytes() == b"".join(lines[:-1])
    ledger.write_bytes(b"".join(lines))
    assert run(ledger, Clock(3)).before == first.before


@pytest.mark.parametrize(
    ("speed", "start", "late"),
    [(0.1, 100, 1.03), (3.0, 100, 1.03), (3.0, 350, 1.08)],  # the last: one slow step is 6 % of the budget
)
def test_resumed_on_another_machine_ends_on_time(
    tmp_path: Path, speed: float, start: int, late: float
) -> None:
    ledger = tmp_path / "d.jsonl"
    _, _, seconds = run(ledger, Clock(0, pause=0), kill=start)
    _, _, later = run(ledger, Clock(1, step=speed, pause=0), start=start - 20, spent=seconds[start - 21])
    assert 400 * 0.96 < later[-1] < 400 * late


@pytest.mark.parametrize("damage", [b"{}\n", b"no\n", b"[1]\n", b""])
def test_damage_elsewhere_is_named(tmp_path: Path, damage: bytes) -> None:
    ledger = tmp_path / "d.jsonl"
    run(ledger, Clock(0))
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join([*lines[:2], damage, *lines[3:]]))
    with pytest.raises(CheckpointError, match="3"):
        Pace(Budget.parse("400s"), ledger)


@pytest.mark.parametrize(
    ("budget", "done", "expected"),
    [
        ("10steps", Done(steps=3), 0.3),
        ("10steps", Done(steps=11), 1.0),
        ("1ktok", Done(tokens=250), 0.25),
        ("4ep", Done(epochs=1.5), 0.375),
    ],
)
def test_counted_budgets_need_no_ledger(tmp_path: Path, budget: str, done: Done, expected: float) -> None:
    pace = Pace(Budget.parse(budget), tmp_path / "d.jsonl")
    pace.decide(0)
    assert pace.progress(done) == expected
    assert not (tmp_path / "d.jsonl").exists()
