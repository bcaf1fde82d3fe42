"""Help comes from the catalogue alone, in both languages, and fast."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from cyclopts import App

from yanmo.cli.app import COMMANDS, make_app
from yanmo.cli.guide import key_of, page_of
from yanmo.messages import help, pages

GROUPS = ("", "tokenizer", "corpus")
TEXTS = {**help.TEXTS, **pages.TEXTS}


@pytest.mark.parametrize("command", [*GROUPS, *COMMANDS])
def test_every_page_is_there_in_both_languages(run, language, command):
    ran = run(*command.split(), "--help")
    assert ran.code == 0
    assert ran.out.startswith("用法：" if language == "zh" else "Usage: ")
    if language == "zh":
        for word in ("Usage", "Commands", "Options", "Parameters", "default", "required", "Display", "Show"):
            assert word not in ran.out
        lines = [line for line in ran.out.splitlines() if re.match(r"  (--|[a-z-]+ {2,})", line)]
        assert lines
        assert all(re.search("[一-鿿]", line) for line in lines)
    else:
        assert not re.search("[一-鿿]", ran.out)


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_parameter_has_a_text(command):
    app: App = make_app()
    for word in command.split():
        app = app[word]
    for argument in app.assemble_argument_collection():
        assert key_of(command, argument.name) in TEXTS, argument.name
    assert page_of(command) in TEXTS


def test_no_help_text_is_left_over():
    """A text that no command shows would rot."""
    used = {page_of(name) for name in (*GROUPS, *COMMANDS)}
    for command in COMMANDS:
        app: App = make_app()
        for word in command.split():
            app = app[word]
        used |= {key_of(command, argument.name) for argument in app.assemble_argument_collection()}
    words = {"usage", "commands", "arguments", "options", "required", "default", "help", "version"}
    assert set(TEXTS) == used | {f"help.{word}" for word in words}


def test_no_arguments_show_the_help_with_three_commands_to_try(run):
    ran = run()
    assert ran.code == 0
    assert ran.out == run("--help").out
    assert len(re.findall(r"^  yanmo \w+", ran.out, flags=re.MULTILINE)) == 3


def test_version(run):
    import yanmo

    assert run("--version").out.strip() == yanmo.__version__


def test_help_is_fast_and_imports_nothing_heavy():
    code = "import sys; from yanmo.cli import main; main(['--help']); print(*sys.modules)"
    began = time.perf_counter()
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - began
    modules = ran.stdout.splitlines()[-1].split()
    for heavy in ("torch", "pydantic", "numpy", "tokenizers", "yanmo.api"):
        assert heavy not in modules
    assert seconds < 2  # 0.3 s on a quiet machine; this one may be busy


def test_import_yanmo_is_light():
    code = "import sys, yanmo; print(*sys.modules); print(*dir(yanmo))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules, names = ran.stdout.splitlines()
    assert "torch" not in modules.split()
    assert {"pretrain", "finetune", "load", "evaluate", "TransformerLayer"} <= set(names.split())


def test_the_stub_names_what_the_module_gives():
    import ast
    from pathlib import Path

    import yanmo

    tree = ast.parse(Path(yanmo.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    stub = {
        alias.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert stub == yanmo._HOMES
