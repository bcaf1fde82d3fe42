"""A task that is one file of the user's: the one that the page of tasks shows."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from yanmo import tasks

from .conftest import example_on

PAGE = Path(__file__).parents[2] / "docs" / "en" / "tasks.md"
TRAINED = ("--budget", "2steps", "train.batch_tokens=256", "train.evaluations=1", "train.precision=fp32")


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "grades.jsonl"
    rows = [{"text": f"第{number}家酒店", "grade": number % 5} for number in range(30)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def own(request, place) -> str:
    return place(PAGE, "A task of your own", tasks, "grades", request.param)


@pytest.mark.parametrize("own", ["in the family", "by a dotted name"], indirect=True)
def test_it_is_learned_used_and_measured_by_the_commands(own, run, bert, records, tmp_path):
    out = tmp_path / "run"
    ran = run("finetune", own, "--model", bert, "--train", records, "--out", out, *TRAINED)
    assert ran.code == 0, ran.err
    assert f"yanmo predict {out}" in ran.out.replace("\n", "") and (out / "report.html").is_file()
    again = run("finetune", own, "--model", bert, "--train", records, "--out", out, "--json", *TRAINED)
    assert (again.json["task"], again.json["use"]) == (own, "predict")
    assert '"grade": ' in run("predict", out, "第1家酒店").out
    (one,) = run("predict", out, "第1家酒店", "--json").json["predictions"]
    from_file = run("predict", out, "--file", records, "--json").json["predictions"]
    assert from_file[1]["grade"] == pytest.approx(one["grade"], abs=1e-3) and len(from_file) == 30
    measured = run("evaluate", out, records, "--report", tmp_path / "page.html", "--json")
    assert measured.json["metrics"].keys() == {"pearson"}
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "least right" in page and "第4家酒店" in page  # far from its grade, 4, after two steps


@pytest.mark.parametrize("own", ["by a dotted name"], indirect=True)
def test_a_model_folder_imports_nothing(own, run, bert, records, tmp_path, language):
    out = tmp_path / "run"
    assert run("finetune", own, "--model", bert, "--train", records, "--out", out, *TRAINED).code == 0
    ran = run("predict", out / "model", "a")
    assert ran.code == 2 and own in ran.err and "config.yaml" in ran.err


def test_the_built_in_task_of_a_head_stays(tmp_path, monkeypatch):
    (tmp_path / "zebra.py").write_text(example_on(PAGE, "A task of your own"), encoding="utf-8")
    monkeypatch.setattr(tasks, "__path__", [*tasks.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "yanmo.tasks.zebra", raising=False)
    assert tasks.find("zebra").term == "class"
    assert tasks.by_head()["class"] == "text_classification"
    monkeypatch.delitem(sys.modules, "yanmo.tasks.zebra")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("no_such.thing", "", ("no_such.thing", "PYTHONPATH")),
        ("empty_folder.empty", "x = 1\n", ("empty.py", "Task")),
        ("empty_folder.broken", "import no_such_package\n", ("no_such_package",)),
    ],
)
def test_a_module_without_a_task_is_refused(
    name, content, words, run, bert, records, tmp_path, monkeypatch, language
):
    folder, _, module = name.partition(".")
    monkeypatch.syspath_prepend(str(tmp_path))
    if content:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{module}.py").write_text(content, encoding="utf-8")
    for known in (folder, name):
        monkeypatch.delitem(sys.modules, known, raising=False)
    ran = run("finetune", name, "--model", bert, "--train", records, "--out", tmp_path / "run")
    assert ran.code == 2 and "Traceback" not in ran.err and not (tmp_path / "run").exists()
    assert all(word in ran.err for word in words), ran.err
