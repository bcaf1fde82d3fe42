"""An objective that is one file of the user's: the one that the page of objectives shows."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from yanmo import objectives
from yanmo.api.predict import load

PAGE = Path(__file__).parents[2] / "docs" / "en" / "objectives.md"
FAST = ("--budget", "2steps", "train.batch_tokens=256", "train.evaluations=1", "train.precision=fp32")
TINY = ("--preset", "tiny", *FAST)
FILES = {
    "no_such.thing": "",
    "mine.broken": "x = 1\nimport no_such_package\n",
    "mine.unreadable": "x = 1\ndef (\n",
    "mine.failing": "x = 1\ny = undefined\n",
    "mine.empty": "x = 1\n",
    "mine.bare": "from yanmo.objectives import Objective\nclass Bare(Objective):\n    rate: float = 0.5\n",
    "mine.headless": 'from yanmo.objectives import Objective\nclass Headless(Objective):\n    terms = ("order",)\n',
    "mine.sizeless": 'from yanmo.objectives import Objective\nclass Sizeless(Objective):\n    terms = ("tag",)\n',
    "mine.silent": 'from yanmo.objectives import Objective\nclass Silent(Objective):\n    terms = ("mlm",)\n',
}


@pytest.fixture
def own(request, place) -> str:
    return place(PAGE, "An objective of your own", objectives, "replaced", request.param)


@pytest.mark.parametrize("own", ["in the family", "by a dotted name"], indirect=True)
def test_it_is_learned_with_its_settings_and_gone_on_from(own, run, files, tmp_path):
    out, setting = tmp_path / "run", f"objective_settings.{own}.rate=0.4"
    both = ("--objective", f"mlm+{own}", "--corpus", files.corpus, "--out", out)
    given = ("pretrain", "--model", "bert", *both)
    ran = run(*given, *TINY, setting)
    assert ran.code == 0, ran.err
    assert f"yanmo fill-mask {out}" in ran.out.replace("\n", "") and (out / "report.html").is_file()
    assert f"objective: mlm+{own}\n" in (out / "config.yaml").read_text("utf-8")
    assert run(*given, *TINY, setting, "--json").json["metrics"]["loss_tag"] > 0
    assert run(*given, *TINY).code == 2, "another setting is another run"
    more = tmp_path / "more"
    ran = run("pretrain", "--model", out, "--objective", own, "--corpus", files.corpus, "--out", more, *FAST)
    assert ran.code == 0, ran.err
    assert "fill-mask" not in ran.out
    assert list(load(str(more)).learner.heads) == ["tag"]
    nothing = ("--objective", "no_such.thing", "--corpus", files.corpus, "--out", tmp_path / "none", *FAST)
    assert run("pretrain", "--model", out, *nothing).code == 2 and not (tmp_path / "none").exists()


@pytest.mark.parametrize("own", ["by a dotted name"], indirect=True)
def test_what_comes_after_needs_no_module(own, run, files, tmp_path, monkeypatch):
    out = tmp_path / "run"
    both = ("--objective", f"mlm+{own}", "--corpus", files.corpus, "--out", out)
    assert run("pretrain", "--model", "bert", *both, *TINY).code == 0
    (tmp_path / "my_objectives" / "replaced.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    for known in ("my_objectives", own):
        monkeypatch.delitem(sys.modules, known, raising=False)
    config = json.loads((out / "model" / "config.json").read_text("utf-8"))
    assert config["architectures"] == ["BertForMaskedLM"]
    for source in (out, out / "model"):
        assert run("fill-mask", source, "天气很[MASK]").code == 0
        ran = run("predict", source, "天气很好")
        assert ran.code == 2 and "yanmo finetune" in ran.err, "two nameless classes are no task"
    tuned = tmp_path / "tuned"
    ran = run(
        "finetune", "text_classification", "--model", out, "--train", files.classes, "--out", tuned, *FAST
    )
    assert ran.code == 0, ran.err
    assert run("evaluate", tuned, files.classes_dev).code == 0


@pytest.mark.parametrize("own", ["by a dotted name"], indirect=True)
@pytest.mark.parametrize(
    ("objective", "setting", "words"),
    [
        ("mlm+{own}", "{own}.rat=0.3", ("my_objectives.replaced.rat", "“rate”")),
        ("{own}", "{own}.rate=2", ("my_objectives.replaced.rate", "2")),
        ("{own}", "mlm.rate=0.3", ("objective_settings.mlm", "my_objectives")),
    ],
)
def test_a_wrong_setting_is_refused(own, objective, setting, words, run, files, tmp_path, language):
    out = tmp_path / "run"
    given = ("--objective", objective.format(own=own), "--corpus", files.corpus, "--out", out)
    ran = run("pretrain", "--model", "bert", *given, *TINY, f"objective_settings.{setting.format(own=own)}")
    assert ran.code == 2 and not out.exists()
    assert all(word in ran.err for word in words), ran.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no_such.thing", ("no_such", "PYTHONPATH")),
        ("mine.broken", ("no_such_package", "2", "broken.py")),
        ("mine.unreadable", ("SyntaxError", "2", "unreadable.py")),
        ("mine.failing", ("NameError: name 'undefined' is not defined", "2", "failing.py")),
        ("mine.empty", ("empty.py", "Objective")),
        ("mine.bare", ("mine.bare", "terms")),
        ("mine.headless", ("order", "bert", "nsp")),
        ("mine.sizeless", ("tag", "head_sizes")),
        ("mine.silent", ("mlm", "corrupt")),
        ("mlm+mine.silent", ("mlm", "mine.silent")),
    ],
)
def test_a_module_that_is_no_objective_is_refused(name, words, run, files, tmp_path, monkeypatch, language):
    module = name.rpartition("+")[2]
    folder, _, file = module.partition(".")
    monkeypatch.syspath_prepend(str(tmp_path))
    if FILES[module]:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{file}.py").write_text(FILES[module], encoding="utf-8")
    for known in (folder, module):
        monkeypatch.delitem(sys.modules, known, raising=False)
    given = ("--objective", name, "--corpus", files.corpus, "--out", tmp_path / "run")
    ran = run("pretrain", "--model", "bert", *given, *TINY)
    assert ran.code == 2 and "Traceback" not in ran.err, ran.err
    assert all(word in ran.err for word in words), ran.err
