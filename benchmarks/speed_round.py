"""Rounds of one side of the speed benchmark: a process that trains only while it is its turn."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipe import answers


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a side trains. documents: per step. seconds: a round ends with the first step after them."""

    kind: str
    data: str
    layers: int
    hidden_size: int
    vocab_size: int
    dropout: float
    documents: int
    seconds: float
    warmup: int
    optimizer: str = "adamw"
    precision: str = "auto"
    padding: str = "longest"

    @property
    def heads(self) -> int:
        return self.hidden_size // 64

    @staticmethod
    def from_arguments() -> Work:
        """The work in the file that the command line names."""
        return Work(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))


class Rounds:
    """Counts steps and tokens. After the warm-up and after each round it says so and waits for a line on stdin.

    The clock runs from the line to the end of the round's last step, so everything that the loop does in
    between is in it: data, step, bookkeeping.
    """

    def __init__(self, work: Work) -> None:
        self._answers = answers()
        self._work = work
        self._ready: dict[str, Any] | None = None
        self._restart()

    def describe(self, **facts: Any) -> None:
        """What is reported when the warm-up is over."""
        self._ready = facts

    def step(self, tokens: int) -> None:
        """After each step: tokens of it that are not padding. Exits when there is no further round."""
        self._steps += 1
        self._tokens += tokens
        if self._ready is not None:
            if self._steps >= self._work.warmup:
                answer, self._ready = self._ready, None
                self._wait(answer)
        elif (seconds := time.perf_counter() - self._began) >= self._work.seconds:
            self._wait(
                {
                    "tokens": self._tokens,
                    "steps": self._steps,
                    "seconds": seconds,
                    "processor_seconds": time.process_time() - self._processor_began,
                }
            )

    def _wait(self, answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=self._answers, flush=True)
        if not sys.stdin.readline():
            sys.stderr.flush()
            os._exit(0)  # nothing of this run is kept
        self._restart()

    def _restart(self) -> None:
        self._steps = self._tokens = 0
        self._began = time.perf_counter()
        self._processor_began = time.process_time()
