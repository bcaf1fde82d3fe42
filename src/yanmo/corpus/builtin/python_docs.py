"""English prose that every machine has: the documentation strings and help topics of Python's own library.

The files are parsed, never imported. Code, doctests and tables are left out, so that what remains is prose.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import sysconfig
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from yanmo.corpus.document import Document

ENOUGH = 600  # characters: paragraphs of one module are put together until a document is at least that long
LEFT_OUT = frozenset(
    {
        "site-packages",
        "dist-packages",
        "test",
        "tests",
        "idlelib",
        "lib2to3",
        "turtledemo",
        "ensurepip",
        "pydoc_data",
    }
)
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*[,.;:!?)]*")
_LABEL = re.compile(r"^(?:[-*•]|\d+[.)])\s+")
_QUOTED = re.compile(r"`([^`'\n]+)'")  # `name' of old texts
_MARKUP = re.compile(r"``?|\*\*?(?=\w)|(?<=\w)\*\*?|:\w+:(?=`)")


def python_docs() -> Iterator[Document]:
    """The prose of each module by name, then of the help topics; source is "module:line"."""
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.rglob("*.py")):
        parts = path.relative_to(library).with_suffix("").parts
        if not LEFT_OUT.intersection(parts) and not any(_private(part) for part in parts):
            module = ".".join(parts).removesuffix(".__init__")
            yield from _documents(module, _docstrings(path))
    yield from _documents("pydoc_data.topics", _topics(library / "pydoc_data" / "topics.py"))


def _private(name: str) -> bool:
    return name.startswith("_") and name != "__init__"


def _documents(module: str, texts: Iterable[tuple[int, str]]) -> Iterator[Document]:
    """The prose of a module in documents of at least `ENOUGH` characters; a short rest is dropped."""
    paragraphs: list[str] = []
    first = length = 0
    numbers = itertools.count(1)

    def document() -> Document:
        source = f"{module}:{first}"
        return Document(text="\n".join(paragraphs), id=f"{source}:{next(numbers)}", source=source)

    for line, text in texts:
        for paragraph in prose(text):
            first = first if paragraphs else line
            paragraphs.append(paragraph)
            length += len(paragraph)
            if length >= ENOUGH:
                yield document()
                paragraphs, length = [], 0
    if length >= ENOUGH // 4:
        yield document()


def prose(text: str) -> list[str]:
    """The paragraphs of a documentation string that are prose, each on one line."""
    found = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        lines = block.splitlines()
        if ">>>" in block or any(
            line.lstrip().startswith(("|", "+-", "==", "--", "..", "$")) for line in lines
        ):
            continue
        if len({len(line) - len(line.lstrip()) for line in lines}) > 2 or re.search(r"\S {3,}\S", block):
            continue
        if any(_LABEL.match(line.strip()) for line in lines[1:]):
            continue
        joined = _QUOTED.sub(r"'\1'", " ".join(line.strip() for line in lines))
        joined = _LABEL.sub("", _MARKUP.sub("", joined))
        if _is_prose(joined):
            found.append(joined)
    return found


def _is_prose(text: str) -> bool:
    """Six words or more, nearly all of them plain, that begin and end as a sentence does."""
    words = text.split()
    plain = sum(1 for word in words if _WORD.fullmatch(word.strip("\"'“”‘’(")))
    return len(words) >= 6 and plain >= 0.85 * len(words) and text[0].isupper() and text[-1] in ".!?:"


def _parsed(path: Path) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd escapes in old files
            return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return None


def _docstrings(path: Path) -> list[tuple[int, str]]:
    """(line, text) of the documentation strings of a module and of its public classes and functions."""
    tree = _parsed(path)
    found: list[tuple[int, str]] = []

    def visit(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        text = ast.get_docstring(node)
        if text:
            found.append((node.body[0].lineno, text))
        for child in node.body:
            if (
                isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                and child.name[0] != "_"
            ):
                visit(child)

    if tree is not None:
        visit(tree)
    return found


def _topics(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of the help topics: the strings of the one dictionary in that file."""
    tree = _parsed(path)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Dict):
            for value in node.values:
                text = ast.literal_eval(value)
                if isinstance(text, str):
                    yield value.lineno, text
