"""Exit codes, signals, pipes: what a shell or another program sees."""

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from yanmo.errors import Preempted, TrainingError

COMMAND = [sys.executable, "-m", "yanmo"]


def start(*argv):
    return subprocess.Popen(
        [*COMMAND, *map(str, argv)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def pretrain(files, out, *argv, budget="100steps"):
    return (
        "pretrain", "--preset", "tiny", "--budget", budget, "--corpus", files.corpus, "--out", out,
        "train.batch_tokens=256", "train.evaluations=0", "train.precision=fp32", *argv,
    )  # fmt: skip


def test_a_signal_saves_says_how_to_resume_and_the_command_resumes(files, tmp_path):
    out = tmp_path / "a run"  # the space has to be quoted
    process = start(*pretrain(files, out))
    deadline = time.monotonic() + 60
    while not (out / "metrics.jsonl").is_file() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 75, err
    line = next(line for line in err.splitlines() if line.startswith("  yanmo pretrain"))
    argv = shlex.split(line)
    assert argv == ["yanmo", *map(str, pretrain(files, out))]
    again = start(*argv[1:], "--json")
    stdout, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert "resumed at step " in err
    assert json.loads(stdout)["steps"] == 100


def test_the_reader_of_a_pipe_may_leave():
    ran = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {shlex.join(COMMAND)} recipes bert_mini_zh | true; echo ${{PIPESTATUS[0]}}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stderr == ""
    assert ran.stdout.strip() in ("0", "141")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TrainingError("training.not_finite", step=3, count=4), 1),
        (Preempted("run.preempted", step=3), 75),
        (KeyboardInterrupt(), 75),
    ],
)
def test_exit_codes(run, files, tmp_path, monkeypatch, error, code):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("yanmo.api.verbs.run_pretrain", fail)
    ran = run(*pretrain(files, tmp_path / "run", "--json"))
    assert ran.code == code
    told = ran.json["error"]
    assert told["exit_code"] == code
    assert ("resume" in told) == (code == 75)
    if code == 75:
        assert told["resume"].startswith("yanmo pretrain --preset tiny")
        assert told["resume"] in ran.err


def test_ctrl_c_elsewhere_is_quiet(run, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("yanmo.api.recipe_files.shipped", stop)
    ran = run("recipes")
    assert ran.code == 130
    assert "Traceback" not in ran.err


def test_a_bug_keeps_its_traceback(run, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("yanmo.api.recipe_files.shipped", fail)
    with pytest.raises(ZeroDivisionError):
        run("recipes")


def test_text_that_no_terminal_can_show_does_not_end_a_command(classifier):
    ran = subprocess.run(
        [*COMMAND, "predict", str(classifier), b"\xff\xfe bad"], capture_output=True, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr.decode()


def test_a_run_that_has_read_its_corpus_needs_it_no_longer(run, files, tmp_path):
    corpus, out = tmp_path / "corpus", tmp_path / "run"
    shutil.copytree(files.corpus, corpus)
    command = (
        "pretrain",
        "--model",
        "bert",
        "--preset",
        "tiny",
        "--corpus",
        corpus,
        "--budget",
        "2steps",
        "--out",
        out,
    )
    assert run(*command).code == 0
    shutil.rmtree(out / "model")
    corpus.rename(tmp_path / "elsewhere")
    again = run(*command)
    assert again.code == 0, again.err
    assert run(*command[:-1], tmp_path / "new").code == 2


def test_positions_that_start_as_sinusoids_learn_at_a_tenth_of_the_rate(run, files, tmp_path):
    """What training does by itself is what it does when told so, and not what it does at the whole rate."""
    weights = []
    for name, told in (
        ("itself", ()),
        ("tenth", ("optim.position_rate=0.1",)),
        ("whole", ("optim.position_rate=1",)),
    ):
        ran = run(*pretrain(files, tmp_path / name, *told, budget="3steps"))
        assert ran.code == 0, ran.err
        weights.append((tmp_path / name / "model/model.safetensors").read_bytes())
    assert weights[0] == weights[1] != weights[2]


def test_a_disk_that_fills_while_a_run_is_written_is_not_blamed_on_the_output(
    run, files, tmp_path, monkeypatch
):
    out = tmp_path / "run"
    real = os.fsync

    def full(handle):
        if "model.safetensors" in str(Path(f"/proc/self/fd/{handle}").readlink()) and not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    room = []
    monkeypatch.setattr("yanmo.training.checkpoint.write_file", Path.write_bytes)
    monkeypatch.setattr(os, "fsync", full)
    ran = run(*pretrain(files, out, "--json"))
    assert ran.code == 1
    assert ran.json["error"]["code"] == "training.cannot_write"
    assert str(out) in ran.json["error"]["given"] and "full" in ran.json["error"]["given"]
    assert not (out / "results.json").exists()
    room.append(True)
    assert run(*pretrain(files, out)).code == 0


def test_a_second_signal_does_not_say_that_there_was_no_step(run, files, tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("yanmo.api.verbs.run_pretrain", stop)
    assert "first step" not in run(*pretrain(files, tmp_path / "run")).err
