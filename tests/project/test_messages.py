"""The message catalogue against the code that uses it: every key, every field, both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from yanmo import errors

SOURCE = Path(__file__).parents[2] / "src" / "yanmo"
AREAS = sorted(path.stem for path in (SOURCE / "messages").glob("*.py") if path.stem != "__init__")
TEXTS: dict[str, tuple[str, str]] = {
    key: texts for area in AREAS for key, texts in import_module(f"yanmo.messages.{area}").TEXTS.items()
}
ERRORS = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.YanmoError)
}
KEY = re.compile(rf"({'|'.join(AREAS)})\.[a-z0-9_.-]+")
ONE_LINE = {"cli.stopped"}  # Ctrl-C: nothing was wrong, so nothing is to be done
HAN = "\u3400-\u9fff"


@cache
def nodes() -> list[tuple[Path, ast.AST]]:
    """All of the package but the catalogue itself."""
    paths = [path for path in sorted(SOURCE.rglob("*.py")) if path.parent.name != "messages"]
    paths.append(SOURCE / "messages" / "__init__.py")
    return [(path, node) for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """(what is called, key, call) of every `text(...)` and every error with keys that are written out."""
    for _, node in nodes():
        if not (isinstance(node, ast.Call) and node.args):
            continue
        called = ast.unparse(node.func).rsplit(".", 1)[-1]
        if called != "text" and called not in ERRORS:
            continue
        first = node.args[0]
        choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
        for choice in choices:
            if isinstance(choice, ast.Constant) and isinstance(choice.value, str) and "." in choice.value:
                yield called, choice.value, node


def patterns() -> set[str]:
    """Keys that are put together at run time, as regular expressions."""
    found = set()
    for _, node in nodes():
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[a-z0-9_.-]+"
                for part in node.values
            ]
            if re.match(rf"({'|'.join(AREAS)})\\\.", parts[0]):
                found.add("".join(parts))
    return found


def fields(text: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_key_in_the_code_exists() -> None:
    written = {key for _, key, _ in calls()}
    assert len(written) > 100
    assert {key for key in written if key not in TEXTS} == set()
    assert {each for each in patterns() if not any(re.fullmatch(each, key) for key in TEXTS)} == set()


def test_every_key_in_the_catalogue_is_used() -> None:
    constants = {
        node.value for _, node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    composed = patterns()
    unused = {
        key for key in TEXTS.keys() - constants if not any(re.fullmatch(each, key) for each in composed)
    }
    assert unused == set()


def test_every_field_of_a_text_is_given() -> None:
    lacking = {
        key: fields(TEXTS[key][0]) - {keyword.arg for keyword in call.keywords}
        for _, key, call in calls()
        if None not in {keyword.arg for keyword in call.keywords}  # **values
    }
    assert {key: names for key, names in lacking.items() if names} == {}


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_say_the_same(area: str) -> None:
    for key, (english, chinese) in import_module(f"yanmo.messages.{area}").TEXTS.items():
        assert KEY.fullmatch(key) and key.startswith(f"{area}."), key
        assert english and chinese, key
        assert fields(english) == fields(chinese), key
        assert english.count("\n") == chinese.count("\n"), key
        assert not re.search(f"[{HAN}]", english) or key.startswith(("help.", "pages.")), (
            f"{key}: Chinese in English"
        )
        assert "  " not in chinese.strip() or "\n" in chinese or "  " in english, key


def test_errors_have_three_lines() -> None:
    """Given, allowed, what to do."""
    raised = {key for called, key, _ in calls() if called in ERRORS} - ONE_LINE
    assert len(raised) > 60
    wrong = {key: TEXTS[key][0].count("\n") + 1 for key in raised & TEXTS.keys()}
    assert {key: lines for key, lines in wrong.items() if lines != 3} == {}
    for key in raised & TEXTS.keys():
        assert all(line.strip() for text in TEXTS[key] for line in text.splitlines()), key


def half_width(text: str) -> list[str]:
    """ASCII punctuation beside a Chinese character (or a field), where Chinese has its own."""
    plain = re.sub(r"`[^`]*`|\{[^{}]*\}", "字", text)
    return re.findall(
        rf".{{0,8}}(?:[{HAN}][,:;?!] ?(?=[{HAN}])|[{HAN}][,;?!](?=\s|\w|$)|[{HAN}]\().{{0,8}}", plain
    )


@pytest.mark.parametrize("area", AREAS)
def test_chinese_has_its_own_punctuation(area: str) -> None:
    texts = import_module(f"yanmo.messages.{area}").TEXTS
    wrong = {key: half_width(chinese) for key, (_, chinese) in texts.items()}
    assert {key: places for key, places in wrong.items() if places} == {}


def test_half_width_punctuation_would_be_found() -> None:
    assert half_width("你好,世界") and half_width("无法写入 {path}:{reason}。") and half_width("文件(一个)")
    assert not half_width("键=值，例如 a=1, b=2；`x, y`；{path}：{reason}")
