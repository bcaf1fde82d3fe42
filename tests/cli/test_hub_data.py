"""A data set of the hub wherever labelled records are read, through a library that needs no network."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest

TINY = ("--budget", "1steps", "train.batch_tokens=256", "train.evaluations=1", "train.precision=fp32")


class Rows(list[dict[str, object]]):
    """As `datasets.Dataset`: rows, and what each column is."""

    @property
    def features(self) -> SimpleNamespace:
        kinds = {name: {"_type": "Value"} for name in self[0]}
        return SimpleNamespace(to_dict=lambda: kinds)


@pytest.fixture
def asked(monkeypatch, files):
    """The splits that are asked for; each holds the dev records."""
    splits: list[str] = []

    def load_dataset(name, part, *, split):
        splits.append(split)
        return Rows(json.loads(line) for line in files.classes_dev.read_text("utf-8").splitlines())

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset))
    return splits


def test_a_model_is_evaluated_on_a_data_set_of_the_hub(run, classifier, files, asked):
    ran = run("evaluate", classifier, "owner/name", "--json")
    assert ran.code == 0, ran.err
    named = run("evaluate", classifier, "owner/name:validation", "--json").json
    assert asked == ["test", "validation"]
    assert named["sha256"] == ran.json["sha256"]
    assert ran.json["metrics"] == run("evaluate", classifier, files.classes_dev, "--json").json["metrics"]


def test_a_sweep_meets_a_test_of_the_hub(run, bert, files, asked, tmp_path):
    ran = run(
        "finetune", "text_classification", "--model", bert, "--train", files.classes, "--dev", files.classes_dev,
        "--sweep", "lr=1e-9", "--test", "owner/name", "--out", tmp_path / "sweep", *TINY, "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["test"]["accuracy"]["values"]
    assert asked == ["test"]


def test_a_teacher_reads_unlabelled_texts_of_the_hub(run, bert, classifier, files, asked, tmp_path):
    ran = run(
        "finetune", "text_classification", "--model", bert, "--train", files.classes, "--teacher", classifier,
        "--unlabelled", "owner/name", "--out", tmp_path / "student", *TINY,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "20 of them without labels" in ran.err
    assert set(asked) == {"train"}
