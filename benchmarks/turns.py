"""Contenders that do the same work in turn: each is a process of its own that computes only while it is its turn.

Turns alternate, so that a load on the machine hits neighbours alike; a ratio is that of the medians over all rounds,
its range that of single rounds.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conditions import environment, has_bf16, load, sentence, table
from pipe import answers

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One line of a table. script: what runs it, given `work` as a file."""

    name: str
    script: str
    work: Mapping[str, Any]

    @property
    def peer(self) -> bool:
        """Whether it is another's program."""
        return "yanmo" not in self.script


def serve(turn: Callable[[], float], **facts: Any) -> None:
    """The contender's side: says what it is, then does its work each time that it is asked to.

    turn: does it once and returns how much it was, in the unit of the table.
    """
    print(json.dumps(facts), file=answers(), flush=True)
    for _ in sys.stdin:
        began, processor_began = time.perf_counter(), _processor_seconds()
        count = turn()
        answer = {
            "count": count,
            "seconds": time.perf_counter() - began,
            "processor_seconds": _processor_seconds() - processor_began,
        }
        print(json.dumps(answer), file=answers(), flush=True)
    os._exit(0)


def work_of() -> dict[str, Any]:
    """The work in the file that the command line names. From here on, what a library prints goes to the log."""
    answers()
    work: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    return work


def take_turns(
    contenders: Sequence[Contender], folder: Path, *, rounds: int, threads: int = 0
) -> dict[str, Any]:
    """`rounds` turns of each; the others are compared with the first. threads: of each; 0: as it comes."""
    sides: list[Side] = []
    loads = []
    contenders = [each for each in contenders if _is_possible(each)]
    try:
        for contender in contenders:
            sides.append(Side(contender, folder, threads))
        for _ in range(rounds):
            loads.append(load()[0])
            for side in sides:
                side.turn()
    finally:
        for side in sides:
            side.close()
    base = sides[0].speeds()
    return {"load_per_round": loads, "rows": [side.result(base) for side in sides]}


def _is_possible(contender: Contender) -> bool:
    """Not where it would take hours: in bf16 on a processor that only imitates it."""
    possible = contender.work.get("precision") != "bf16" or has_bf16()
    if not possible:
        print(f"left out: {contender.name}: this processor has no bf16", flush=True)
    return possible


class Side:
    """A contender's process, ready and waiting for its turn."""

    def __init__(self, contender: Contender, folder: Path, threads: int) -> None:
        self.contender = contender
        self.rounds: list[dict[str, float]] = []
        number = len(list(folder.glob("*.work.json")))
        file = folder / f"{number}.work.json"
        file.write_text(json.dumps(dict(contender.work)), encoding="utf-8")
        self._log = file.with_suffix(".log")
        variables = environment(peer=contender.peer)
        if threads:
            variables["OMP_NUM_THREADS"] = str(threads)
        with self._log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / contender.script), str(file)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=variables,
            )
        self.facts = self._answer()

    def turn(self) -> None:
        """One round of this contender alone."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        answer = self._answer()
        self.rounds.append({"count": answer.pop("tokens", 0), **answer})  # a training loop counts tokens

    def peak_megabytes(self) -> float | None:
        """The most memory that the process held so far; None where the system does not tell."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return None
        lines = (line.split() for line in status.splitlines() if line.startswith("VmHWM"))
        return next((int(words[1]) / 1024 for words in lines), None)

    def close(self) -> None:
        """Ends the process."""
        self.process.kill()
        self.process.communicate()

    def speeds(self) -> list[float]:
        """Of each round, in units per second."""
        return [each["count"] / each["seconds"] for each in self.rounds]

    def result(self, base: Sequence[float]) -> dict[str, Any]:
        """Medians over the rounds, and how many times as fast as `base`, round by round."""
        speeds = self.speeds()
        per_core = [each["count"] / each["processor_seconds"] for each in self.rounds]
        ratios = [mine / other for mine, other in zip(speeds, base, strict=True)]
        return {
            "row": self.contender.name,
            "per_second": statistics.median(speeds),
            "per_processor_second": statistics.median(per_core),
            "ratio": round(statistics.median(speeds) / statistics.median(base), 3),
            "ratio_range": [round(min(ratios), 3), round(max(ratios), 3)],
            **self.facts,
            "rounds": self.rounds,
        }

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.close()
            raise SystemExit(f"{self.contender.name} ended:\n{self._log.read_text(encoding='utf-8')[-3000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def section(name: str, result: Mapping[str, Any]) -> str:
    """A table of the rows of one measurement, with the conditions below it. `unit`, `note`: of the result."""
    head = ["", f"{result['unit']}/s", "per core second", "x", "range", *result.get("facts", ())]
    lines = [
        [
            row["row"],
            _shown(row["per_second"]),
            _shown(row["per_processor_second"]),
            f"{row['ratio']:.2f}",
            "{:.2f} to {:.2f}".format(*row["ratio_range"]),
            *(str(row.get(fact, "-")) for fact in result.get("facts", ())),
        ]
        for row in result["rows"]
    ]
    loads = result["load_per_round"]
    return (
        f"## {name}\n\n{table(head, lines)}\n{result['note']} Medians of {len(loads)} interleaved rounds, load "
        f"average in them {min(loads)} to {max(loads)}. {sentence(result['conditions'])}.\n"
    )


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _processor_seconds() -> float:
    """Of this process and of the children that it has waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system
