"""Stopped anywhere and started again, a run ends with the same bits as one that was never stopped."""

from __future__ import annotations

import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from yanmo.api import compute, model_source
from yanmo.api.finetune import FinetuneConfig, finetune
from yanmo.api.pretrain import pretrain
from yanmo.api.pretrain_config import PretrainConfig
from yanmo.api.reporter import Reporter
from yanmo.config import build
from yanmo.errors import CheckpointError, Preempted, RunError
from yanmo.interop.huggingface import load_model
from yanmo.machine.probe import Settings
from yanmo.training import checkpoint
from yanmo.training.decisions import Pace
from yanmo.training.evaluator import HeldOutLoss
from yanmo.training.hooks import StepReport
from yanmo.training.log import EvaluationLine, StepLine, read_metrics

Run = Callable[..., "Listener"]


@pytest.fixture(autouse=True)
def one_thread_and_no_probe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = torch.get_num_threads()
    settings = Settings(precision="fp32", matmul="highest", threads=1)
    monkeypatch.setattr(compute, "choose_now", lambda *_: compute.Compute(device="cpu", settings=settings))
    yield
    torch.set_num_threads(before)


class Listener(Reporter):
    """Keeps what it hears, and sends this process a signal after certain steps."""

    def __init__(self, stop_after: int | None = None, number: signal.Signals = signal.SIGTERM) -> None:
        self.stop_after = stop_after
        self.number = number
        self.losses: dict[int, dict[str, float]] = {}
        self.warnings: list[str] = []
        self.notes: list[str] = []

    def on_step(self, report: StepReport) -> None:
        assert report.step not in self.losses
        self.losses[report.step] = dict(report.losses)
        if report.step == self.stop_after:
            os.kill(os.getpid(), self.number)

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def note(self, message: str) -> None:
        self.notes.append(message)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus, and labelled records."""
    folder = tmp_path_factory.mktemp("files")
    choose = random.Random(1)
    words = [
        "red",
        "green",
        "river",
        "house",
        "stone",
        "今天",
        "明天",
        "公园",
        "吃饭",
        "下雨",
        "很好",
        "回家",
    ]
    documents = []
    for _ in range(60):
        sentences = []
        for _ in range(choose.randint(1, 6)):
            if choose.random() < 0.5:
                sentences.append(
                    " ".join(choose.choices(words[:5], k=choose.randint(3, 7))).capitalize() + "."
                )
            else:
                sentences.append("".join(choose.choices(words[5:], k=choose.randint(2, 6))) + "。")
        documents.append(" ".join(sentences))
    (folder / "corpus.txt").write_text("\n\n".join(documents), encoding="utf-8")
    records = []
    for number in range(40):
        text = documents[number]
        label = "zh" if "今" in text else "en"
        records.append({"text": text, "label": label, "entities": [], "target": text[::-1]})
    for number, record in enumerate(records):
        start = number % 3
        record["entities"] = [{"start": start, "end": start + 2, "label": "x"}]
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    return folder


def pretraining(files: Path, model: str = "bert", **train: object) -> dict[str, Any]:
    defaults = {
        "budget": "12steps",
        "batch_tokens": 256,
        "accumulation": 2,
        "seed": 5,
        "evaluations": 3,
        "save_seconds": 1e6,
        "precision": "fp32",
    }
    return {
        "model": model,
        "preset": "tiny",
        "corpus": {"paths": [str(files / "corpus.txt")], "unit": "block"},
        "max_length": 32,
        "max_positions": 64,
        "dropout": 0.1,
        "held_out_share": 0.1,
        "train": {**defaults, **train},
    }


@pytest.fixture(scope="module")
def base(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished model to fine-tune."""
    out = tmp_path_factory.mktemp("base") / "run"
    with pytest.MonkeyPatch.context() as patch:
        settings = Settings(precision="fp32", matmul="highest", threads=1)
        patch.setattr(compute, "choose_now", lambda *_: compute.Compute(device="cpu", settings=settings))
        pretrain(build(PretrainConfig, pretraining(files, budget="2steps", evaluations=0)), out)
    return out


@pytest.fixture(scope="module")
def teacher(base: Path, files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished model that knows the entities."""
    out = tmp_path_factory.mktemp("teacher") / "run"
    train = pretraining(files, budget="2steps", evaluations=0)["train"]
    config = {
        "task": "token_classification",
        "model": str(base),
        "train_file": str(files / "records.jsonl"),
        "train": train,
    }
    with pytest.MonkeyPatch.context() as patch:
        settings = Settings(precision="fp32", matmul="highest", threads=1)
        patch.setattr(compute, "choose_now", lambda *_: compute.Compute(device="cpu", settings=settings))
        finetune(build(FinetuneConfig, config), out)
    return out


@pytest.fixture
def run(files: Path, request: pytest.FixtureRequest) -> Callable[..., Listener]:
    """Runs a `kind` into a folder, to its end or until a signal."""

    def run(kind: str, out: Path, listener: Listener | None = None, **train: object) -> Listener:
        listener = listener or Listener()
        if kind in ("bert", "gpt2", "transformer"):
            pretrain(build(PretrainConfig, pretraining(files, kind, **train)), out, reporter=listener)
        else:
            kind, _, variant = kind.partition("+")
            fresh = kind == "translation"  # which trains its tokenizer too
            config = {
                **VARIANTS.get(variant, {}),
                **(
                    {"teacher": {"model": str(request.getfixturevalue("teacher"))}}
                    if variant == "teacher"
                    else {}
                ),
                "task": kind,
                "model": "transformer" if fresh else str(request.getfixturevalue("base")),
                **({"preset": "tiny", "settings": {"beams": 2}} if fresh else {}),
                "train_file": str(files / "records.jsonl"),
                "max_length": 48,
                "dropout": 0.1,
                "train": pretraining(files, **train)["train"],
            }
            finetune(build(FinetuneConfig, config), out, reporter=listener)
        return listener

    return run


def stopped(run: Run, kind: str, out: Path, step: int, **train: object) -> Listener:
    listener = Listener(stop_after=step)
    with pytest.raises(Preempted) as error:
        run(kind, out, listener, **train)
    assert error.value.exit_code == 75
    assert error.value.values == {"step": step}
    return listener


def same(one: Path, two: Path) -> None:
    """The same bits: weights, optimiser, state, model files, and the same lines in the log."""
    found = [checkpoint.newest(path / "checkpoints") for path in (one, two)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].step == found[1].step
    (tensors, values), (others, other_values) = (checkpoint.load(item.path) for item in found if item)
    assert tensors.keys() == others.keys() >= {"model", "optimizer"}
    for group in tensors:
        assert tensors[group].keys() == others[group].keys() != set()
        assert all(torch.equal(value, others[group][name]) for name, value in tensors[group].items())
    assert values["state"] == other_values["state"]
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        assert (one / "model" / name).read_bytes() == (two / "model" / name).read_bytes()
    assert log(one) == log(two)
    assert results(one) == results(two)


def log(out: Path) -> list[object]:
    """The lines of steps and evaluations without what a clock said."""
    lines = read_metrics(out / "metrics.jsonl")
    return [
        replace(line, seconds=0.0, tokens_per_second=None) if isinstance(line, StepLine) else line
        for line in lines
        if isinstance(line, StepLine | EvaluationLine)
    ]


def results(out: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((out / "results.json").read_text("utf-8"))
    values.pop("seconds", None)
    return values


def has(package: str) -> bool:
    return find_spec(package) is not None


VARIANTS: dict[str, dict[str, Any]] = {
    "freeze": {"adapt": {"freeze": 1, "layer_decay": 0.7}},
    "muon": {"adapt": {"freeze": "embeddings", "layer_decay": 0.7}, "optim": {"name": "muon", "lr": 1e-3}},
    "lora": {"adapt": {"lora": {"rank": 2, "dropout": 0.1}}},
}
KINDS = [
    ("bert", "12steps"),
    ("bert", "5ktok"),
    ("bert", "2ep"),
    ("gpt2", "12steps"),
    ("transformer", "12steps"),
    ("text_classification", "12steps"),
    ("token_classification", "4ep"),
    ("translation", "8steps"),
    ("text_classification+freeze", "8steps"),
    ("token_classification+muon", "8steps"),
    ("token_classification+teacher", "8steps"),
    pytest.param(
        "text_classification+lora", "8steps", marks=pytest.mark.skipif(not has("peft"), reason="needs peft")
    ),
]


@pytest.mark.parametrize(("kind", "budget"), KINDS)
def test_stopped_twice_and_resumed(run: Run, tmp_path: Path, kind: str, budget: str) -> None:
    whole = run(kind, tmp_path / "whole", budget=budget)
    steps = max(whole.losses)
    assert steps >= 5
    first = stopped(run, kind, tmp_path / "cut", 2, budget=budget)
    torch.manual_seed(99)  # what a new process would have
    second = stopped(run, kind, tmp_path / "cut", steps - 2, budget=budget)
    last = run(kind, tmp_path / "cut", budget=budget)
    assert list(second.losses) == list(range(3, steps - 1))  # skips nothing, repeats nothing
    assert {**first.losses, **second.losses, **last.losses} == whole.losses
    assert any(f"{steps - 2}" in note for note in last.notes)  # resumed at step N
    same(tmp_path / "whole", tmp_path / "cut")


@pytest.mark.parametrize("kind", ["bert", "translation"])
@pytest.mark.parametrize("step", [2, 6])
def test_before_and_while_weights_are_averaged(run: Run, tmp_path: Path, kind: str, step: int) -> None:
    options = {"budget": "8steps", "average": 0.5}
    run(kind, tmp_path / "whole", **options)
    stopped(run, kind, tmp_path / "cut", step, **options)
    run(kind, tmp_path / "cut", **options)
    same(tmp_path / "whole", tmp_path / "cut")


def test_the_mean_is_what_is_saved(run: Run, tmp_path: Path) -> None:
    run("bert", tmp_path / "run", budget="8steps", average=0.5)
    tensors, _ = checkpoint.load(tmp_path / "run" / "checkpoints" / "step-8")
    saved = load_model(tmp_path / "run" / "model").learner.state_dict()
    assert all(torch.equal(saved[name], value) for name, value in tensors["average"].items())
    assert not any(torch.equal(value, tensors["model"][name]) for name, value in tensors["average"].items())


@pytest.mark.parametrize("step", [1, 11, 12])
def test_at_the_edges(run: Run, tmp_path: Path, step: int) -> None:
    """After the first step, before the last, and after the last but before the model was written."""
    run("bert", tmp_path / "whole")
    stopped(run, "bert", tmp_path / "cut", step)
    assert not (tmp_path / "cut" / "results.json").exists()
    last = run("bert", tmp_path / "cut")
    assert list(last.losses) == list(range(step + 1, 13))
    same(tmp_path / "whole", tmp_path / "cut")


def test_several_times_in_one_epoch(run: Run, tmp_path: Path) -> None:
    options = {"batch_tokens": 64, "accumulation": 1, "budget": "14steps"}
    run("bert", tmp_path / "whole", **options)
    for step in (3, 4, 9, 13):
        stopped(run, "bert", tmp_path / "cut", step, **options)
    run("bert", tmp_path / "cut", **options)
    found = checkpoint.newest(tmp_path / "cut" / "checkpoints")
    assert found is not None
    state = checkpoint.load(found.path)[1]["state"]
    assert isinstance(state, dict)
    assert state["cursor"]["epoch"] == 0  # all of it lay in the first epoch
    same(tmp_path / "whole", tmp_path / "cut")


class Clock:
    """Seconds that pass unevenly, from a seed."""

    def __init__(self, seed: int, pace: float) -> None:
        self.random = random.Random(seed)
        self.pace = pace
        self.now = 0.0

    def __call__(self) -> float:
        self.now += self.pace * self.random.uniform(0.2, 1.8)
        return self.now


def test_a_time_budget_given_its_decisions(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger is newer than the checkpoint, and wins over whatever the clock says now."""

    def use(clock: Clock) -> None:
        monkeypatch.setattr("yanmo.api.fit.Pace", functools.partial(Pace, clock=clock))

    use(Clock(1, 0.7))
    whole = run("bert", tmp_path / "whole", budget="30s")
    steps = max(whole.losses)
    assert 8 < steps < 40
    ledger = tmp_path / "whole" / "decisions.jsonl"
    assert len(ledger.read_text("utf-8").splitlines()) > 3
    for seed, pace in ((2, 0.1), (3, 5.0)):
        out = tmp_path / f"cut{seed}"
        use(Clock(1, 0.7))
        stopped(run, "bert", out, steps // 2, budget="30s")
        assert ledger.read_bytes().startswith((out / "decisions.jsonl").read_bytes())
        shutil.copy(ledger, out / "decisions.jsonl")  # as if killed later, the last checkpoint being this one
        use(Clock(seed, pace))
        run("bert", out, budget="30s")
        assert (out / "decisions.jsonl").read_bytes() == ledger.read_bytes()
        same(tmp_path / "whole", out)


def test_a_finished_run_is_left_as_it_is(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "run"
    run("bert", out, budget="3steps")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    again = run("bert", out, budget="3steps")
    assert again.losses == {}
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("change", [{"seed": 6}, {"budget": "13steps"}, {"accumulation": 1}])
def test_another_configuration_is_refused(run: Run, tmp_path: Path, change: dict[str, object]) -> None:
    stopped(run, "bert", tmp_path / "run", 1)
    with pytest.raises(RunError) as error:
        run("bert", tmp_path / "run", **change)
    assert error.value.key == "run.other_configuration"
    assert next(iter(change)) in str(error.value)
    run("bert", tmp_path / "run")  # nothing was harmed


def test_other_threads_are_refused(run: Run, tmp_path: Path) -> None:
    stopped(run, "bert", tmp_path / "run", 1)
    machine = tmp_path / "run" / "machine.json"
    machine.write_text(machine.read_text("utf-8").replace('"threads": 1', '"threads": 2'), "utf-8")
    with pytest.raises(CheckpointError) as error:
        run("bert", tmp_path / "run")
    assert error.value.values == {"name": "threads", "saved": 1, "now": 2}


def test_another_torch_is_refused(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(run, "bert", tmp_path / "run", 1)
    monkeypatch.setattr("yanmo.training.saver.torch.__version__", "99.0")
    with pytest.raises(CheckpointError) as error:
        run("bert", tmp_path / "run")
    assert error.value.values["name"] == "torch"
    assert error.value.values["now"] == "99.0"


def test_a_configuration_that_was_edited_in_its_place_is_refused(run: Run, tmp_path: Path) -> None:
    """config.yaml and the command agree; the checkpoint still knows what it was made with."""
    stopped(run, "bert", tmp_path / "run", 1)
    written = tmp_path / "run" / "config.yaml"
    before = written.read_text("utf-8")
    written.write_text(before.replace("save_seconds: ", "save_seconds: 1"), "utf-8")
    assert written.read_text("utf-8") != before
    found = yaml.safe_load(written.read_text("utf-8"))["train"]["save_seconds"]
    with pytest.raises(CheckpointError) as error:
        run("bert", tmp_path / "run", save_seconds=found)
    assert error.value.values["name"] == "configuration"


def test_other_records_under_the_same_name_are_refused(run: Run, tmp_path: Path, files: Path) -> None:
    stopped(run, "text_classification", tmp_path / "run", 1)
    records = files / "records.jsonl"
    before = records.read_text("utf-8")
    try:
        lines = before.splitlines(keepends=True)
        records.write_text(
            "".join([*lines[1:], lines[0].replace("label", "label")]).replace("red", "blue"), "utf-8"
        )
        with pytest.raises(CheckpointError) as error:
            run("text_classification", tmp_path / "run")
    finally:
        records.write_text(before, "utf-8")
    assert error.value.values["name"] == "data"
    run("text_classification", tmp_path / "run")


def test_other_dev_records_are_refused(
    run: Run, tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = tmp_path / "dev.jsonl"
    lines = (files / "records.jsonl").read_text("utf-8").splitlines(keepends=True)
    dev.write_text("".join(lines[:6]).replace('"text": "', '"text": "x'), "utf-8")
    monkeypatch.setitem(VARIANTS, "dev", {"dev_file": str(dev)})
    stopped(run, "text_classification+dev", tmp_path / "run", 1)
    dev.write_text("".join(lines[:5]).replace('"text": "', '"text": "x'), "utf-8")
    with pytest.raises(CheckpointError) as error:
        run("text_classification+dev", tmp_path / "run")
    assert error.value.values["name"] == "dev"


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(run: Run, tmp_path: Path) -> None:
    run("bert", tmp_path / "whole")
    stopped(run, "bert", tmp_path / "cut", 4)
    stopped(run, "bert", tmp_path / "cut", 8)
    damaged = tmp_path / "cut" / "checkpoints" / "step-8" / "optimizer.safetensors"
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    last = run("bert", tmp_path / "cut")
    assert list(last.losses) == list(range(5, 13))
    (warning,) = (one for one in last.warnings if "step-8" in one)
    assert "optimizer.safetensors" in warning
    same(tmp_path / "whole", tmp_path / "cut")


def test_without_a_good_checkpoint_nothing_is_started_anew(run: Run, tmp_path: Path) -> None:
    stopped(run, "bert", tmp_path / "cut", 4)
    (tmp_path / "cut" / "checkpoints" / "step-4" / "state.json").unlink()
    with pytest.raises(CheckpointError) as error:
        run("bert", tmp_path / "cut")
    assert error.value.key == "training.no_checkpoint"
    assert "state.json" in str(error.value)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_preparation(run: Run, tmp_path: Path, number: signal.Signals) -> None:
    run("bert", tmp_path / "whole", budget="3steps")

    class Early(Listener):
        sent = 0

        @contextmanager
        def stage(self, description: str) -> Iterator[Callable[[int, int], None]]:
            self.sent += 1
            os.kill(os.getpid(), number)
            yield lambda characters, tokens: None

    for _ in range(2):
        early = Early()
        with pytest.raises(Preempted) as error:
            run("bert", tmp_path / "cut", early, budget="3steps")
        assert error.value.values == {"step": 0}
        assert early.sent == 1
    run("bert", tmp_path / "cut", budget="3steps")
    same(tmp_path / "whole", tmp_path / "cut")


def flip_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_best_is_forgotten(run: Run, tmp_path: Path) -> None:
    """Found at the resume, not after the budget is spent; another evaluation gives the best."""
    out = tmp_path / "cut"
    stopped(run, "text_classification", out, 8)
    found = checkpoint.newest(out / "checkpoints")
    assert found is not None
    state = checkpoint.load(found.path)[1]["state"]
    assert isinstance(state, dict)
    best = state["best_step"]
    assert best != 8
    flip_bit(out / "checkpoints" / f"step-{best}" / "model.safetensors")
    last = run("text_classification", out)
    (warning,) = (one for one in last.warnings if f"step-{best}" in one)
    assert "model.safetensors" in warning
    assert results(out)["best_step"] == 12


def test_a_best_that_was_set_aside_is_still_the_best(run: Run, tmp_path: Path) -> None:
    """A kill between the two renames of a save of the same step."""
    run("text_classification", tmp_path / "whole")
    out = tmp_path / "cut"
    stopped(run, "text_classification", out, 11)
    best = results(tmp_path / "whole")["best_step"]
    assert best < 11
    kept = out / "checkpoints" / f"step-{best}"
    kept.rename(kept.with_name(f"{kept.name}.replaced"))
    run("text_classification", out)
    same(tmp_path / "whole", out)


def test_a_model_that_was_removed_is_made_again(run: Run, tmp_path: Path) -> None:
    for kind in ("bert", "text_classification"):
        run(kind, tmp_path / kind)
        shutil.copytree(tmp_path / kind, tmp_path / f"{kind}-before")
        shutil.rmtree(tmp_path / kind / "model")
        assert run(kind, tmp_path / kind).losses == {}
        same(tmp_path / f"{kind}-before", tmp_path / kind)


def test_a_kill_while_a_removed_model_is_made_again_leaves_it_to_the_next_start(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """results.json is there already, and says nothing of the files that are not."""
    out = tmp_path / "run"
    run("bert", out)
    shutil.copytree(out, tmp_path / "before")
    shutil.rmtree(out / "model")
    real = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if Path(target) == out / "model" / "model.safetensors":
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", killed)
        run("bert", out)
    run("bert", out)
    same(tmp_path / "before", out)


def test_a_model_whose_bytes_changed_is_refused_until_it_is_made_again(run: Run, tmp_path: Path) -> None:
    out, copy = tmp_path / "run", tmp_path / "copy"
    run("bert", out)
    flip_bit(out / "model" / "model.safetensors")
    for source in (out, out / "model"):
        with pytest.raises(RunError) as error:
            model_source.load(str(source))
        assert error.value.key == "run.model_changed"
    shutil.copytree(out / "model", copy)
    model_source.load(str(copy))
    shutil.rmtree(out / "model")
    run("bert", out)
    model_source.load(str(out))


def test_a_folder_in_use_is_refused(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "run"
    stopped(run, "bert", out, 3)
    script = (
        "import sys; from pathlib import Path; from yanmo.api.run_folder import RunFolder\n"
        "with RunFolder(Path(sys.argv[1])).held(): print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(RunError) as error:
        run("bert", out)
    assert error.value.key == "run.in_use"
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    other.kill()
    other.communicate()
    assert max(run("bert", out).losses) == 12


@pytest.mark.parametrize("patience", [0, 1])
def test_pretraining_keeps_the_best_and_ends_with_it_when_it_may_stop_early(
    run: Run, tmp_path: Path, patience: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The evaluations are said to be better first and worse afterwards."""
    values = iter((3.0, 4.0, 5.0))
    monkeypatch.setattr(HeldOutLoss, "__call__", lambda self, learner, final: {"loss": next(values, 9.0)})
    run("bert", tmp_path / "run", patience=patience)
    kept = {path.name for path in (tmp_path / "run" / "checkpoints").iterdir()}
    assert "step-4" in kept
    steps = 4 if patience else 12
    tensors, _ = checkpoint.load(tmp_path / "run" / "checkpoints" / f"step-{steps}")
    saved = load_model(tmp_path / "run" / "model").learner.state_dict()
    assert all(torch.equal(saved[name], value) for name, value in tensors["model"].items())


def test_a_corpus_that_changed_is_told(run: Run, tmp_path: Path, files: Path) -> None:
    """The texts were read once, so the run goes on with them, and says so."""
    run("bert", tmp_path / "whole")
    stopped(run, "bert", tmp_path / "cut", 3)
    corpus = files / "corpus.txt"
    before = corpus.read_text("utf-8")
    try:
        corpus.write_text(before.replace("red", "blue"), "utf-8")
        resumed = run("bert", tmp_path / "cut")
        again = run("bert", tmp_path / "cut")
    finally:
        corpus.write_text(before, "utf-8")
    for one in (resumed, again):
        assert any(str(corpus) in warning for warning in one.warnings)
    assert run("bert", tmp_path / "cut").warnings == []
    same(tmp_path / "whole", tmp_path / "cut")


def test_ids_of_another_tokenizer_are_not_taken_for_those_of_this_one(
    run: Run, tmp_path: Path, files: Path
) -> None:
    stopped(run, "bert", tmp_path / "cut", 3)
    shutil.rmtree(tmp_path / "cut" / "tokenizer")
    shutil.copytree(tmp_path / "cut", tmp_path / "same")
    corpus = files / "corpus.txt"
    before = corpus.read_text("utf-8")
    try:
        corpus.write_text(before.replace("red", "blue"), "utf-8")
        with pytest.raises(CheckpointError) as error:
            run("bert", tmp_path / "cut")
    finally:
        corpus.write_text(before, "utf-8")
    assert error.value.values["name"] == "data"
    run("bert", tmp_path / "whole")
    run("bert", tmp_path / "same")  # on the same texts the same tokenizer comes out
    same(tmp_path / "whole", tmp_path / "same")


@pytest.mark.parametrize("lines", [0, 2])
def test_a_ledger_that_lost_decisions_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: int
) -> None:
    monkeypatch.setattr("yanmo.api.fit.Pace", functools.partial(Pace, clock=Clock(1, 0.7)))
    stopped(run, "bert", tmp_path / "cut", 8, budget="30s")
    ledger = tmp_path / "cut" / "decisions.jsonl"
    whole = ledger.read_text("utf-8")
    ledger.write_text("".join(whole.splitlines(keepends=True)[:lines]), "utf-8")
    with pytest.raises(CheckpointError) as error:
        run("bert", tmp_path / "cut", budget="30s")
    assert error.value.key == "training.bad_ledger"
    assert error.value.values["line"] == lines + 1
    ledger.write_text(whole, "utf-8")
    run("bert", tmp_path / "cut", budget="30s")


def test_a_teacher_is_asked_again_about_other_records(run: Run, tmp_path: Path, files: Path) -> None:
    """Killed before the first checkpoint; then there is nothing that could refuse the change."""
    kind = "token_classification+teacher"
    stopped(run, kind, tmp_path / "cut", 1)
    shutil.rmtree(tmp_path / "cut" / "checkpoints")
    records = files / "records.jsonl"
    before = records.read_text("utf-8")
    try:
        lines = before.splitlines(keepends=True)
        records.write_text("".join([*lines[1:], lines[0]]), "utf-8")
        run(kind, tmp_path / "cut")
        run(kind, tmp_path / "whole")
    finally:
        records.write_text(before, "utf-8")
    same(tmp_path / "whole", tmp_path / "cut")


@pytest.mark.parametrize("name", ["results.json", "manifest.json", "machine.json"])
def test_a_cut_file_of_a_run_is_named(run: Run, tmp_path: Path, name: str) -> None:
    out = tmp_path / "run"
    run("bert", out, budget="3steps")
    shutil.copytree(out, tmp_path / "before")
    if name == "machine.json":  # a finished run does not look at it
        (out / "results.json").unlink()
    path = out / name
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(RunError) as error:
        run("bert", out, budget="3steps")
    assert error.value.key == "run.broken_file"
    assert error.value.values["path"] == path
    path.unlink()
    run("bert", out, budget="3steps")
    same(tmp_path / "before", out)
