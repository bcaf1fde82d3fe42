"""Progress: exact for counted budgets; for a time budget on time, once decided the same for any clock."""

import random
from itertools import pairwise
from pathlib import Path

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


def run(
    ledger: Path, clock: Clock, *, budget: str = "400s", start: int = 0, spent: float = 0.0, kill: int = 10**9
) -> tuple[list[float], list[float]]:
    """Progress before and seconds spent after each step from `start`, until the end or the kill."""
    pace = Pace(Budget.parse(budget), ledger, spent=spent, clock=clock)
    before, seconds = [], []
    for step in range(start, kill):
        pace.decide(step)
        here = pace.progress(Done(steps=step))
        before.append(here)
        if here >= 1:
            break
        clock.work(step)
        seconds.append(pace.spent())
    return before, seconds


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("step", [0.01, 1.0, 5.0])
def test_ends_on_time_with_steady_progress(tmp_path: Path, seed: int, step: float) -> None:
    before, seconds = run(tmp_path / "d.jsonl", Clock(seed, step=step, pause=3.0))
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

    _, seconds = run(tmp_path / "d.jsonl", Slower(0, pause=0))
    assert 400 * 0.97 < seconds[-1] < 400 * 1.03


def test_replays_under_any_clock(tmp_path: Path) -> None:
    ledger = tmp_path / "d.jsonl"
    first, _ = run(ledger, Clock(0))
    written = ledger.read_bytes()
    assert run(ledger, Clock(9, step=0.1))[0] == first
    assert ledger.read_bytes() == written


@pytest.mark.parametrize("kill", [1, 2, 3, 7, 50, 199, 200, 201, 300])
def test_killed_anywhere_the_same_steps_have_the_same_progress(tmp_path: Path, kill: int) -> None:
    ledger = tmp_path / "d.jsonl"
    lost, seconds = run(ledger, Clock(0), kill=kill)
    saved = max(0, kill - 30)
    spent = seconds[saved - 1] if saved else 0.0
    again, later = run(ledger, Clock(5, step=1.3), start=saved, spent=spent)
    assert again[: kill - saved] == lost[saved:]
    assert again[-1] == 1.0
    assert 400 * 0.95 < later[-1] < 400 * 1.03
    whole, _ = run(ledger, Clock(6, step=0.2))
    assert whole == lost[:saved] + again


def test_stopped_time_does_not_count_and_the_reserve_does(tmp_path: Path) -> None:
    clock = Clock(0)
    pace = Pace(Budget.parse("100s"), tmp_path / "d.jsonl", spent=40.0, clock=clock)
    assert pace.spent() == pytest.approx(40)
    _, plain = run(tmp_path / "a.jsonl", Clock(1, noise=0, pause=0))
    reserved = Pace(
        Budget.parse("400s"), tmp_path / "b.jsonl", reserve=50.0, clock=(other := Clock(1, noise=0, pause=0))
    )
    step = 0
    while reserved.decide(step) or reserved.progress(Done(steps=step)) < 1:
        other.work(step)
        step += 1
    assert plain[-1] - reserved.spent() == pytest.approx(50, abs=2)


def test_a_budget_shorter_than_one_step_still_takes_one(tmp_path: Path) -> None:
    before, _ = run(tmp_path / "d.jsonl", Clock(0), budget="0.5s")
    assert before == [0.0, 1.0]


def test_a_torn_last_line_is_cut_off(tmp_path: Path) -> None:
    ledger = tmp_path / "d.jsonl"
    first, _ = run(ledger, Clock(0))
    lines = ledger.read_bytes().splitlines(keepends=True)
    for torn in (lines[-1][:-1], lines[-1][:9], b"\0\0\0"):
        ledger.write_bytes(b"".join(lines[:-1]) + torn)
        assert len(read_ledger(ledger)) == len(lines) - 1
        assert ledger.read_bytes() == b"".join(lines[:-1])
    ledger.write_bytes(b"".join(lines))
    assert run(ledger, Clock(3))[0] == first


@pytest.mark.parametrize(
    ("speed", "start", "late"),
    [(0.1, 100, 1.03), (3.0, 100, 1.03), (3.0, 350, 1.08)],  # the last: one slow step is 6 % of the budget
)
def test_resumed_on_another_machine_ends_on_time(
    tmp_path: Path, speed: float, start: int, late: float
) -> None:
    ledger = tmp_path / "d.jsonl"
    _, seconds = run(ledger, Clock(0, pause=0), kill=start)
    _, later = run(ledger, Clock(1, step=speed, pause=0), start=start - 20, spent=seconds[start - 21])
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
