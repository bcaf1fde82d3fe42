"""What one row of the GPU benchmark trains on, and how its steps are timed; every row is a process of its own."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from pipe import answers
from useful import operations

SPECIAL = 5  # ids below are padding, unknown, start, end, mask
PAD, UNKNOWN, START, END, MASK = range(SPECIAL)
MEAN, SPREAD, SHORTEST = 36.0, 0.8, 5  # log-normal lengths of short texts, in tokens
IntArray = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, kw_only=True)
class Work:
    """started: the time at which the process was asked for. documents: in a step, on average where they are packed.

    options: what tells the rows of one side apart, such as "compile" or "muon".
    """

    side: str
    options: tuple[str, ...]
    kind: str
    length: int
    layers: int
    hidden_size: int
    vocab_size: int
    documents: int
    sequences: int
    device: str
    seconds: float
    warmup: int
    nanogpt: str
    started: float

    @staticmethod
    def from_arguments() -> Work:
        values = json.loads(sys.argv[1])
        return Work(**{**values, "options": tuple(values["options"])})

    @property
    def causal(self) -> bool:
        return self.kind == "causal"

    @property
    def heads(self) -> int:
        return max(1, self.hidden_size // 64)

    def lengths(self) -> IntArray:
        """Of each sequence, special tokens counted: log-normal for short texts, else all alike."""
        if self.kind != "short":
            return np.full(self.sequences, self.length, dtype=np.int64)
        drawn = np.random.default_rng(0).lognormal(np.log(MEAN) - SPREAD**2 / 2, SPREAD, self.sequences)
        return np.clip(np.round(drawn), SHORTEST, self.length).astype(np.int64)

    def texts(self) -> Iterator[IntArray]:
        """Random ids without special tokens; what they are does not change the work."""
        generator = np.random.default_rng(1)
        for length in self.lengths():
            yield generator.integers(SPECIAL, self.vocab_size, int(length) - 2)

    def operations(self) -> float:
        """Useful ones of a token."""
        return operations(
            self.lengths(),
            layers=self.layers,
            hidden_size=self.hidden_size,
            vocab_size=self.vocab_size,
            causal=self.causal,
        )


class Meter:
    """Counts tokens that are not padding after a warm-up; prints one line of JSON and ends the process."""

    def __init__(self, work: Work) -> None:
        self._answers = answers()
        self._work = work
        self._steps = self._tokens = 0
        self._first = self._began = 0.0

    def step(self, tokens: int) -> None:
        """After each step."""
        self._steps += 1
        if self._steps == 1:
            self._wait()
            self._first = time.time() - self._work.started
        if self._steps == self._work.warmup:
            self._wait()
            self._began = time.perf_counter()
        elif self._steps > self._work.warmup:
            self._tokens += tokens
            if time.perf_counter() - self._began >= self._work.seconds:
                self._finish()

    def _finish(self) -> None:
        self._wait()
        seconds = time.perf_counter() - self._began
        rate = self._tokens / seconds
        values = {
            "tokens_per_second": rate,
            "gflops": rate * self._work.operations() / 1e9,
            "seconds_per_step": seconds / (self._steps - self._work.warmup),
            "tokens_per_step": self._tokens / (self._steps - self._work.warmup),
            "first_step_seconds": self._first,
            "peak_bytes": self._peak(),
        }
        print(json.dumps(values), file=self._answers, flush=True)
        os._exit(0)  # nothing of this run is kept

    def _peak(self) -> int:
        if self._work.device == "cuda":
            return torch.cuda.max_memory_allocated()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    def _wait(self) -> None:
        if self._work.device == "cuda":
            torch.cuda.synchronize()
