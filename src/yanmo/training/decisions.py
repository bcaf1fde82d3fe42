"""From a budget to progress: how far a run is, 0 to 1, as a function of integers alone.

Steps, tokens and epochs are counted. A time budget needs a clock, and a clock never reads the same twice: so
it may decide integers only, and each decision is on disk before it is used. A decision, taken at one step,
says at which step the run will end and at which step the next decision will be taken; progress goes straight
from where it is to 1 at the end. Every step that was ever run is thus covered by a written decision: a run
that is killed and resumed from an older checkpoint repeats its steps with the same rates, bit for bit.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from yanmo.errors import CheckpointError, TrainingError, reason_of
from yanmo.training.budget import Budget
from yanmo.training.durable import sync_folder

INTERVAL = 0.03  # of the budget, between two decisions
ASSUMED_STEPS = 1000  # until the first step was timed: small progress, should the true number be smaller


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a run has done: steps, tokens that are not padding, epochs (with the part of the present one)."""

    steps: int = 0
    tokens: int = 0
    epochs: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Taken before `step`: the run ends before `total_steps`; the next is taken before `next_step`."""

    step: int
    total_steps: int
    next_step: int
    spent_seconds: float


class Pace:
    """How far a run is within its budget. One object per process; `clock` gives seconds.

    `spent` is what earlier processes spent, from the checkpoint; `reserve` the seconds that the last
    evaluation, save and report will need (set it again when they have been measured).
    """

    def __init__(
        self,
        budget: Budget,
        ledger: Path,
        *,
        spent: float = 0.0,
        reserve: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.budget = budget
        self.reserve = reserve
        self._ledger = ledger
        self._clock = clock
        self._began = clock() - spent
        self._timed: list[tuple[int, float]] = []  # steps and seconds spent, seen by this process
        self._decisions = read_ledger(ledger) if budget.kind == "time" else []

    def spent(self) -> float:
        """Seconds that this run has worked: with evaluation and saving, without the time it was stopped."""
        return self._clock() - self._began

    def require_covered(self, step: int) -> None:
        """Call where a run resumes. Errors: CheckpointError where decisions about steps that were run are lost."""
        expected = self._decisions[-1].next_step if self._decisions else 0
        if self.budget.kind == "time" and step > expected:
            raise CheckpointError("training.bad_ledger", path=self._ledger, line=len(self._decisions) + 1)

    def decide(self, step: int) -> None:
        """Call before each step: a time budget takes the decision that is due, if it is not yet taken."""
        if self.budget.kind != "time":
            return
        spent = self.spent()
        if not self._timed:
            self._timed.append((step, spent))
        if self._decisions:
            last = self._decisions[-1]
            if step < last.next_step or step >= last.total_steps:
                return
        decision = self._decision(step, spent)
        append(self._ledger, decision)
        self._decisions.append(decision)
        self._timed.append((step, spent))

    def progress(self, done: Done) -> float:
        """0 at the start, exactly 1 when the budget is used up."""
        amount = self.budget.amount
        match self.budget.kind:
            case "steps":
                return min(1.0, done.steps / amount)
            case "tokens":
                return min(1.0, done.tokens / amount)
            case "epochs":
                return min(1.0, done.epochs / amount)
            case "time":
                return progress(self._decisions, done.steps)

    def _decision(self, step: int, spent: float) -> Decision:
        if step == 0:
            return Decision(step=0, total_steps=ASSUMED_STEPS, next_step=1, spent_seconds=spent)
        seconds = max(self._seconds_per_step(step, spent), 1e-6)
        left = max(1, int((self.budget.amount - self.reserve - spent) / seconds))
        # At first after 1, 2, 4 ... steps, and at last after half of what is left: only small errors remain.
        ahead = max(1, min(step, int(INTERVAL * self.budget.amount / seconds), (left + 1) // 2))
        return Decision(step=step, total_steps=step + left, next_step=step + ahead, spent_seconds=spent)

    def _seconds_per_step(self, step: int, spent: float) -> float:
        """Over the later half of what this process ran: first steps are slow, and the load changes."""
        start = self._timed[0][0]
        if start > 0 and step - start < 8:
            return spent / step
        base, then = next(pair for pair in reversed(self._timed) if pair[0] <= (start + step) // 2)
        return (spent - then) / (step - base)


def progress(decisions: list[Decision], step: int) -> float:
    """Progress before `step` under the decisions taken until then.

    A decision leaves at least one step, so it never changes the progress of the step that it is taken before:
    the end of the step before has the same progress whether or not the decision is there yet.
    """
    at, here = 0, 0.0
    total = ASSUMED_STEPS
    for decision in decisions:
        if decision.step > step:
            break
        here += (1 - here) * (decision.step - at) / max(total - at, 1)
        at, total = decision.step, decision.total_steps
    return 1.0 if step >= total else here + (1 - here) * (step - at) / (total - at)


def append(ledger: Path, decision: Decision) -> None:
    """Writes one decision to the end of the ledger and returns when it is on the disk."""
    fresh = not ledger.exists()
    line = json.dumps(asdict(decision)) + "\n"
    try:
        with ledger.open("a", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            sync_folder(ledger.parent)
    except OSError as error:
        raise TrainingError("training.cannot_write", path=ledger, reason=reason_of(error)) from error


def read_ledger(ledger: Path) -> list[Decision]:
    """The decisions taken so far. An incomplete last line was never used and is cut off."""
    if not ledger.exists():
        return []
    content = ledger.read_bytes()
    complete = content[: content.rfind(b"\n") + 1]
    if len(complete) < len(content):
        os.truncate(ledger, len(complete))
    decisions: list[Decision] = []
    for number, line in enumerate(complete.splitlines(), start=1):
        try:
            decision = Decision(**json.loads(line))
            expected = decisions[-1].next_step if decisions else 0
            valid = decision.step == expected < decision.next_step and decision.step < decision.total_steps
        except (ValueError, TypeError):
            valid = False
        if not valid:
            raise CheckpointError("training.bad_ledger", path=ledger, line=number)
        decisions.append(decision)
    return decisions
