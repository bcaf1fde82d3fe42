"""The real command line in this process, on small files that stand alone."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from yanmo.cli import main

TINY = ("--preset", "tiny", "train.batch_tokens=256", "train.evaluations=1", "train.precision=fp32")


@dataclass(frozen=True, kw_only=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


@dataclass(frozen=True, kw_only=True)
class Files:
    corpus: Path
    classes: Path
    classes_dev: Path
    entities: Path


Run = Callable[..., Ran]


def execute(*argv: str | Path) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(word) for word in argv])
    return Ran(code=code, out=out.getvalue(), err=err.getvalue())


@pytest.fixture
def run() -> Run:
    return execute


@pytest.fixture(scope="session", autouse=True)
def _alone() -> Iterator[None]:
    """English, no cap on budgets, a terminal of one width."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YANMO_LANG", "en")
        patch.setenv("COLUMNS", "120")
        patch.delenv("YANMO_TEST_BUDGET", raising=False)
        yield


def example_on(page: Path, heading: str) -> str:
    """The code of the only Python block below a heading of the documentation."""
    below = page.read_text("utf-8").split(f"## {heading}")[1]
    (found,) = re.findall(r"```python\n(.*?)```", below, re.DOTALL)
    return str(found)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Puts the example of a page beside the members of a family, or into a module of the user's; returns its name."""

    def _place(page: Path, heading: str, family: ModuleType, name: str, where: str) -> str:
        kind = family.__name__.rpartition(".")[2]
        own = tmp_path / f"my_{kind}"
        own.mkdir()
        (own / f"{name}.py").write_text(example_on(page, heading), encoding="utf-8")
        if where == "in the family":
            monkeypatch.setattr(family, "__path__", [*family.__path__, str(own)])
            called, module = name, f"{family.__name__}.{name}"
        else:
            monkeypatch.syspath_prepend(str(tmp_path))
            called = module = f"my_{kind}.{name}"
        for known in (own.name, module):
            monkeypatch.delitem(sys.modules, known, raising=False)
        return called

    return _place


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("files")
    corpus = folder / "texts"
    corpus.mkdir()
    places = ("北京", "上海", "London", "Paris", "广州", "Berlin")
    lines = [
        f"第{number}天我们去了{places[number % 6]}。天气很好，大家都很高兴。 "
        f"On day {number} we went to {places[(number + 1) % 6]}. Everyone was happy about the {number} trains."
        for number in range(60)
    ]
    (corpus / "texts.txt").write_text("\n\n".join(lines), encoding="utf-8")

    def records(name: str, values: list[dict[str, object]]) -> Path:
        path = folder / name
        path.write_text(
            "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in values), encoding="utf-8"
        )
        return path

    def classed(start: int, end: int) -> list[dict[str, object]]:
        return [
            {
                "text": f"第{number}家酒店{'很好' if number % 2 else '很差'}",
                "label": "好" if number % 2 else "差",
            }
            for number in range(start, end)
        ]

    tagged: list[dict[str, object]] = [
        {
            "text": f"我在{place}住了{number}天",
            "entities": [{"start": 2, "end": 2 + len(place), "label": "LOC"}],
        }
        for number, place in enumerate(places * 4)
    ]
    return Files(
        corpus=corpus,
        classes=records("classes.jsonl", classed(0, 40)),
        classes_dev=records("classes_dev.jsonl", classed(40, 60)),
        entities=records("entities.jsonl", tagged),
    )


@pytest.fixture(scope="session")
def bert(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "bert"
    ran = execute(
        "pretrain", "--model", "bert", "--corpus", files.corpus, "--budget", "2steps", "--out", out, *TINY
    )
    assert ran.code == 0, ran.err
    return out


@pytest.fixture(scope="session")
def gpt(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "gpt"
    ran = execute(
        "pretrain", "--model", "gpt2", "--corpus", files.corpus, "--budget", "2steps", "--out", out, *TINY
    )
    assert ran.code == 0, ran.err
    return out


@pytest.fixture(scope="session")
def classifier(bert: Path, files: Files) -> Path:
    out = bert.parent / "classifier"
    ran = execute(
        "finetune", "text_classification", "--model", bert, "--train", files.classes, "--dev", files.classes_dev,
        "--budget", "2steps", "--out", out, *TINY[2:],
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return out


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("YANMO_LANG", request.param)
    return str(request.param)
