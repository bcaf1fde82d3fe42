"""The measures of the house: sizes, names, what may be imported when, and nothing that runs what it reads."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "yanmo"
FILES = sorted(SOURCE.rglob("*.py"))
LINES_OF_A_FILE, LINES_OF_A_FUNCTION, PARAMETERS = 350, 60, 10
Function = ast.FunctionDef | ast.AsyncFunctionDef

MANY_PARAMETERS = {
    "cli/pretrain.py:pretrain": "each parameter is an option of the command",
    "cli/finetune.py:finetune": "each parameter is an option of the command",
    "cli/evaluate.py:evaluate": "each parameter is an option of the command",
    "cli/evaluate.py:compare": "each parameter is an option of the command",
    "cli/predict.py:generate": "each parameter is an option of the command",
    "cli/chat.py:chat": "each parameter is an option of the command",
}
NAMES_THAT_SAY_NOTHING = re.compile(r"(utils?|helpers?|common|misc|base_.*|.*_v\d+)\.py")
EXTRAS = (
    "datasets", "matplotlib", "opencc", "pandas", "peft", "pyarrow", "rjieba", "sacrebleu", "scipy", "sklearn",
    "tensorboard", "torchvision", "transformers",
)  # fmt: skip
RUNS_WHAT_IT_READS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
CALLS_THAT_RUN = {"torch.load", "eval", "exec", "yaml.load", "yaml.unsafe_load", "os.system", "os.popen"}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def functions() -> list[tuple[str, Function]]:
    return [
        (f"{name_of(path)}:{node.name}", node)
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, Function)
    ]


def test_files_are_short() -> None:
    sizes = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert len(sizes) > 100
    assert {name: size for name, size in sizes.items() if size > LINES_OF_A_FILE} == {}


def test_functions_are_short() -> None:
    sizes = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in functions()}
    assert {name: size for name, size in sizes.items() if size > LINES_OF_A_FUNCTION} == {}


def test_functions_have_few_parameters() -> None:
    counts = {
        name: len(node.args.posonlyargs) + len(node.args.args) + len(node.args.kwonlyargs)
        for name, node in functions()
    }
    many = {name for name, count in counts.items() if count > PARAMETERS}
    assert many == set(MANY_PARAMETERS), "either too many, or an exception that is no longer needed"


def test_names_of_files_say_something() -> None:
    python = [*FILES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    assert [path for path in python if NAMES_THAT_SAY_NOTHING.fullmatch(path.name)] == []


def test_nothing_runs_what_it_reads() -> None:
    """No pickle, no torch.load, no eval: a file that comes from elsewhere is data."""
    found = [f"{name_of(path)}: {what}" for path in FILES for what in running(path)]
    assert found == []


def running(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [each.name for each in node.names]
            )
            yield from RUNS_WHAT_IT_READS & {name.split(".")[0] for name in names}
        elif isinstance(node, ast.Call):
            yield from CALLS_THAT_RUN & {ast.unparse(node.func)}
            given = {f"{each.arg}={ast.unparse(each.value)}" for each in node.keywords}
            yield from given & {"allow_pickle=True", "shell=True", "trust_remote_code=True"}


def test_a_pickle_would_be_found(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("from pickle import loads\nimport torch\ntorch.load(1)\nnp.load(2, allow_pickle=True)\n")
    assert sorted(running(path)) == ["allow_pickle=True", "pickle", "torch.load"]


def test_the_core_imports_without_any_extra() -> None:
    """Every module of the package, where the extras and what nothing may need cannot be imported."""
    code = f"""
import importlib, pkgutil, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {EXTRAS!r}:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Absent())
import yanmo
names = [module.name for module in pkgutil.walk_packages(yanmo.__path__, "yanmo.")]
for name in names:
    if name != "yanmo.__main__":
        importlib.import_module(name)
print(len(names))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


def test_help_does_not_import_torch() -> None:
    code = "import sys; from yanmo.cli import main; main(['--help']); sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_names_a_machine_or_a_registry() -> None:
    """No path of one machine and no address of a package registry in what everyone gets."""
    tracked = ["Makefile", ".ci/run", "pyproject.toml", "constraints/cpu.txt", "README.md", "README.zh-CN.md"]
    pages = [ROOT / name for name in tracked] + sorted((ROOT / "docs").rglob("*.md"))
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(home|root|Users|work|tmp)/|index-url|pypi\.|https?://download", text), path
