"""kill -9 and signals from outside: whatever the moment, the resumed run ends with the same model file."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from yanmo.training.log import StepLine, read_metrics

CHILD = Path(__file__).with_name("train_child.py")
STEPS = 20


class Trainer:
    """Another process that trains on request and tells how far it is."""

    def __init__(self) -> None:
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "YANMO_LANG": "en",
            "TOKENIZERS_PARALLELISM": "false",
        }
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env=environment,
        )

    def run(
        self, request: dict[str, Any], on_line: Callable[[str, int], None] = lambda line, process: None
    ) -> int:
        """Runs one request to its end; tells each line of it, and returns the exit code (-9: killed)."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        pid = 0
        for line in self.process.stdout:
            word, _, value = line.strip().partition(" ")
            if word == "exit":
                return int(value)
            if word == "pid":
                pid = int(value)
            if pid:
                on_line(line.strip(), pid)
        raise AssertionError("the training process ended")

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def trainer() -> Iterator[Trainer]:
    one = Trainer()
    yield one
    one.close()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "corpus.txt"
    choose = random.Random(2)
    words = ["red", "green", "river", "house", "stone"]
    documents = [
        " ".join(" ".join(choose.choices(words, k=5)).capitalize() + "." for _ in range(choose.randint(1, 5)))
        for _ in range(60)
    ]
    path.write_text("\n\n".join(documents) + "\n\n今天下雨。明天很好。", encoding="utf-8")
    return path


def request(corpus: Path, out: Path, model: str = "bert") -> dict[str, Any]:
    config = {
        "model": model,
        "preset": "tiny",
        "corpus": {"paths": [str(corpus)], "unit": "block"},
        "max_length": 32,
        "max_positions": 64,
        "dropout": 0.1,
        "held_out_share": 0.1,
        "train": {
            "budget": f"{STEPS}steps",
            "batch_tokens": 128,
            "accumulation": 2,
            "evaluations": 4,
            "save_seconds": 0.001,
            "precision": "fp32",
        },
    }
    return {"config": config, "out": str(out)}


def digest(out: Path) -> str:
    return hashlib.sha256((out / "model" / "model.safetensors").read_bytes()).hexdigest()


def losses(out: Path) -> dict[int, Any]:
    lines = [line for line in read_metrics(out / "metrics.jsonl") if isinstance(line, StepLine)]
    assert [line.step for line in lines] == list(range(1, STEPS + 1))  # each step once
    return {line.step: line.losses for line in lines}


@pytest.fixture(scope="module")
def whole(trainer: Trainer, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs that were never stopped."""
    found = {}
    for model in ("bert", "gpt2"):
        found[model] = tmp_path_factory.mktemp("whole") / model
        assert trainer.run(request(corpus, found[model], model)) == 0
    return found


class Killer:
    """Ends a process a random moment after its `count`-th line that begins with `word`."""

    def __init__(self, word: str, count: int, delay: float, number: signal.Signals = signal.SIGKILL) -> None:
        self.word, self.count, self.delay, self.number = word, count, delay, number

    def __call__(self, line: str, process: int) -> None:
        if line.startswith(self.word):
            self.count -= 1
            if self.count == 0:
                time.sleep(self.delay)
                os.kill(process, self.number)


def killed_until_done(trainer: Trainer, work: dict[str, Any], seed: int) -> dict[str, int]:
    """Kills at random moments, a third of them inside a save, until a run gets through; returns the kills."""
    choose = random.Random(seed)
    kills = {"pid": 0, "stage": 0, "step": 0, "saving": 0}
    for attempt in range(60):
        if attempt < 2:
            word, count = ("pid", 1) if attempt == 0 else ("stage", choose.randint(1, 2))
        else:
            word, count = choose.choice(["step", "saving", "step"]), choose.randint(2, 6)
        killer = Killer(word, count, choose.uniform(0, 0.3 if word == "pid" else 0.04))
        code = trainer.run(work, killer)
        if code == 0:
            return kills
        assert code == -signal.SIGKILL
        kills[word] += 1
    raise AssertionError("never got through")


@pytest.mark.parametrize(("model", "seed"), [("bert", 1), ("gpt2", 2)])
def test_killed_at_random_moments(
    trainer: Trainer, whole: dict[str, Path], corpus: Path, tmp_path: Path, model: str, seed: int
) -> None:
    kills = killed_until_done(trainer, request(corpus, tmp_path / "run", model), seed)
    assert sum(kills.values()) >= 4
    assert digest(tmp_path / "run") == digest(whole[model])
    assert losses(tmp_path / "run") == losses(whole[model])


@pytest.mark.slow
@pytest.mark.parametrize("model", ["bert", "gpt2"])
@pytest.mark.parametrize("seed", range(10, 20))
def test_killed_many_times(
    trainer: Trainer, whole: dict[str, Path], corpus: Path, tmp_path: Path, model: str, seed: int
) -> None:
    killed_until_done(trainer, request(corpus, tmp_path / "run", model), seed)
    assert digest(tmp_path / "run") == digest(whole[model])
    assert losses(tmp_path / "run") == losses(whole[model])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_ends_with_75_and_resumes(
    trainer: Trainer, whole: dict[str, Path], corpus: Path, tmp_path: Path, number: signal.Signals
) -> None:
    work = request(corpus, tmp_path / "run")
    for word, count in (("step", 3), ("saving", 2)):
        assert trainer.run(work, Killer(word, count, 0.005, number)) == 75
    assert trainer.run(work) == 0
    assert digest(tmp_path / "run") == digest(whole["bert"])
    assert losses(tmp_path / "run") == losses(whole["bert"])


def test_the_command_line_ends_with_75_and_resumes(
    trainer: Trainer, whole: dict[str, Path], corpus: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    settings = [
        "max_length=32", "max_positions=64", "dropout=0.1", "held_out_share=0.1", "train.batch_tokens=128",
        "train.accumulation=2", "train.evaluations=4", "train.save_seconds=0.001", "train.precision=fp32",
        "corpus.unit=block",
    ]  # fmt: skip
    argv = ["pretrain", *settings, "--model", "bert", "--preset", "tiny", "--corpus", str(corpus)]
    argv += ["--budget", f"{STEPS}steps", "--out", str(out)]
    assert trainer.run({"argv": argv}, Killer("saving", 4, 0.0, signal.SIGTERM)) == 75
    assert not (out / "results.json").exists()
    assert trainer.run({"argv": argv}) == 0
    assert digest(out) == digest(whole["bert"])
    assert losses(out) == losses(whole["bert"])
    assert trainer.run({"argv": argv}) == 0  # and once more does nothing
