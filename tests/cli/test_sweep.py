"""Several fine-tunings in one command: chosen on dev by the mean over seeds, measured on test once, resumable."""

from __future__ import annotations

import json
import os
import shutil
import signal

import pytest


@pytest.fixture
def sweep(run, bert, files, tmp_path):
    def call(*argv, train=files.classes, dev=files.classes_dev):
        return run(
            "finetune", "text_classification", "--model", bert, "--train", train, "--dev", dev, "--budget", "2steps",
            "--out", tmp_path / "sweep", "train.batch_tokens=256", "train.evaluations=1", "train.precision=fp32", *argv,
        )  # fmt: skip

    return call


@pytest.fixture
def test_file(tmp_path, files):
    lines = files.classes_dev.read_text("utf-8").splitlines()[:6]
    path = tmp_path / "test.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_chooses_on_dev_by_the_mean_over_seeds_and_tests_once(run, sweep, test_file, tmp_path):
    arguments = ("--sweep", "lr=1e-9,3e-3", "seed=1,2", "--test", test_file)
    first = sweep(*arguments, "--json")
    assert first.code == 0, first.err
    result = first.json
    names = sorted(path.name for path in (tmp_path / "sweep").iterdir() if path.is_dir())
    assert names == ["lr=1e-9,seed=1", "lr=1e-9,seed=2", "lr=3e-3,seed=1", "lr=3e-3,seed=2"]
    assert [each["setting"] for each in result["settings"]] == [{"lr": "1e-9"}, {"lr": "3e-3"}]
    for each in result["settings"]:
        found = [
            json.loads((tmp_path / "sweep" / name / "results.json").read_text("utf-8"))
            for name in each["folders"]
        ]
        values = [one["metrics"]["accuracy"] for one in found]
        assert each["dev"]["values"] == values
        assert each["dev"]["mean"] == pytest.approx(sum(values) / 2)
        assert each["dev"]["deviation"] == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    means = [each["dev"]["mean"] for each in result["settings"]]
    assert result["chosen"] == means.index(max(means))
    assert result["best"] in result["settings"][result["chosen"]]["folders"]
    for value, name in zip(
        result["test"]["accuracy"]["values"], result["settings"][result["chosen"]]["folders"], strict=True
    ):
        alone = run("evaluate", tmp_path / "sweep" / name, test_file, "--json").json
        assert value == alone["metrics"]["accuracy"]
        assert result["test_sha256"] == alone["sha256"]
    assert not any((tmp_path / "sweep").rglob("checkpoints"))

    again = sweep(*arguments)  # changes nothing, and shows the table
    assert "already finished" in again.err
    assert "lr" in again.out and "±" in again.out and result["best"] in again.out
    predicted = run("predict", tmp_path / "sweep", "第1家酒店很好", "--json").json["predictions"]
    best = run("predict", tmp_path / "sweep" / result["best"], "第1家酒店很好", "--json").json["predictions"]
    assert predicted == best  # the sweep stands for its best run


def test_the_test_file_has_the_encoding_that_was_named(sweep, tmp_path):
    rows = [f"très bon café {number},{'ja' if number % 2 else 'nein'}" for number in range(40)]
    files = {"train.csv": rows[:30], "dev.csv": rows[30:], "test.csv": ["à la crème,ja", "brûlée,nein"]}
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join(["text,label", *lines]) + "\n", encoding="latin-1")
    given = {"train": tmp_path / "train.csv", "dev": tmp_path / "dev.csv"}
    words = ("--sweep", "lr=1e-9", "--test", tmp_path / "test.csv", "--encoding", "latin-1", "--json")
    ran = sweep(*words, **given)
    assert ran.code == 0, ran.err
    assert len(ran.json["test"]["accuracy"]["values"]) == 1


def test_goes_on_where_it_was_stopped(sweep, test_file, tmp_path):
    arguments = ("--sweep", "lr=1e-9,3e-3", "--test", test_file, "--json")
    whole = sweep(*arguments).json
    folder = tmp_path / "sweep"
    kept = (folder / "lr=1e-9" / "results.json").stat().st_mtime_ns
    shutil.rmtree(folder / "lr=3e-3")  # as if stopped before the second run
    (folder / "results.json").unlink()
    assert sweep(*arguments).json == whole
    assert (folder / "lr=1e-9" / "results.json").stat().st_mtime_ns == kept
    assert sweep("--sweep", "lr=1e-9", "--json").code == 2  # another sweep, another folder


def test_a_signal_while_a_run_ends_stops_the_sweep(sweep, tmp_path, monkeypatch):
    """The run has no step left that could heed it."""
    from yanmo.api import finetune as module

    real = module.save

    def save(*arguments):
        if not (tmp_path / "sweep" / "lr=1e-9" / "results.json").exists():
            os.kill(os.getpid(), signal.SIGTERM)
        real(*arguments)

    monkeypatch.setattr(module, "save", save)
    arguments = ("--sweep", "lr=1e-9,3e-3")
    stopped = sweep(*arguments)
    assert stopped.code == 75 and "--sweep" in stopped.err
    assert (tmp_path / "sweep" / "lr=1e-9" / "results.json").is_file()
    assert not (tmp_path / "sweep" / "lr=3e-3").exists()
    assert sweep(*arguments).code == 0


def test_keys_of_the_configuration_and_lists_can_be_swept(sweep, tmp_path):
    ran = sweep(
        "--lr", "1e-3", "--sweep", "optim.betas=[0.9,0.98],[0.9,0.999]", "settings.truncate=head", "--json"
    )
    assert ran.code == 0, ran.err
    assert [each["setting"]["optim.betas"] for each in ran.json["settings"]] == ["[0.9,0.98]", "[0.9,0.999]"]
    assert len(list((tmp_path / "sweep").glob("optim.betas*"))) == 2


def test_a_run_that_diverges_is_not_chosen(sweep, monkeypatch):
    from yanmo.api import sweep as module
    from yanmo.errors import TrainingError

    real = module.start_finetune

    def start(config, out, *, reporter):
        if config.optim.lr > 1:
            raise TrainingError("training.not_finite", step=3, count=4)
        return real(config, out, reporter=reporter)

    monkeypatch.setattr(module, "start_finetune", start)
    ran = sweep("--sweep", "lr=50,1e-4")
    assert ran.code == 0, ran.err
    assert "lr=50 failed" in ran.err and "failed" in ran.out
    assert "lr=1e-4" in ran.out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--sweep", "lr="), ("lr",)),
        (("--sweep", "lrr=1,2"), ("lrr",)),
        (("--sweep", "lr=fast"), ("optim.lr", "fast")),
        (("--test", "test.jsonl"), ("--sweep", "yanmo evaluate")),
        (("--sweep", "lr=1e-4", "--test", "none.jsonl"), ("none.jsonl",)),
    ],
)
def test_what_cannot_be_swept_is_refused(sweep, tmp_path, language, argv, words):
    ran = sweep(*argv)
    assert ran.code == 2 and "Traceback" not in ran.err
    assert ran.err[ran.err.index("✗") :].count("\n") == 3
    for word in words:
        assert word in ran.err
    assert not (tmp_path / "sweep").exists()


def test_records_that_are_refused_leave_no_folder(sweep, tmp_path):
    train = tmp_path / "train.jsonl"
    train.write_text('{"text": "a", "label": "x"}\n{"text": "b"}\n', encoding="utf-8")
    ran = sweep("--sweep", "lr=1e-4,1e-3", train=train)
    assert ran.code == 2 and "train.jsonl:2" in ran.err
    assert not (tmp_path / "sweep").exists()
