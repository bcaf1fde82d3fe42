"""Every block of the README and of the pages runs as it is written, in the order of its page.

A page runs in a folder of its own, in which the files that `make quickstart` leaves are there, in small. Budgets are
capped to three steps. A block that cannot run in a test says so in a comment before it: `<!-- not run: reason -->`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

from yanmo.api.quickstart_uses import USES

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"(?:^<!-- not run: ([^\n]+?) -->\n)?^```(bash|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
STRING = re.compile(r"\"\"\".*?\"\"\"|\"[^\"\n]*\"|'[^'\n]*'", re.DOTALL)
REASONS = {"installation", "needs a GPU", "needs the network", "example of a name"}
SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of code on a page. reason: why it is not run, or nothing."""

    page: str
    line: int
    language: str
    code: str
    reason: str | None


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page=str(page.relative_to(ROOT)),
            line=text.count("\n", 0, match.start(3)) + 1,
            language=match[2],
            code=match[3],
            reason=match[1],
        )
        for match in BLOCK.finditer(text)
    ]


def pairs() -> list[tuple[Path, Path]]:
    """Each English page that has blocks, with its Chinese twin."""
    pages = [(ROOT / "README.md", ROOT / "README.zh-CN.md")]
    pages += [
        (page, ROOT / "docs" / "zh" / page.name) for page in sorted((ROOT / "docs" / "en").glob("*.md"))
    ]
    return [pair for pair in pages if blocks(pair[0]) or blocks(pair[1])]


def test_most_blocks_run() -> None:
    """Lists those that do not; each has one of the known reasons, in English on both pages."""
    found = [block for pair in pairs() for page in pair for block in blocks(page)]
    left_out = [block for block in found if block.reason]
    for block in left_out:
        print(f"not run: {block.page}:{block.line}: {block.reason}")
    assert len(found) >= 40 and len(left_out) <= len(found) // 4
    assert {block.reason for block in left_out} <= REASONS


@pytest.mark.parametrize("english, chinese", pairs(), ids=lambda page: page.name)
def test_both_languages_have_the_same_blocks(english: Path, chinese: Path) -> None:
    """Up to comments, and to strings of natural language."""
    for one, other in zip(blocks(english), blocks(chinese), strict=True):
        assert (one.language, one.reason) == (other.language, other.reason)
        assert skeleton(one.code, other.code) == skeleton(other.code, one.code), (one.line, other.line)


def skeleton(code: str, twin: str) -> str:
    """The code without comments, and without the strings that may differ from those of the twin."""
    mine, its = ([match[0] for match in STRING.finditer(uncommented(each))] for each in (code, twin))
    same = {one for one, other in zip(mine, its, strict=False) if one == other or not is_prose(one + other)}
    return STRING.sub(lambda match: match[0] if match[0] in same else "…", uncommented(code))


def uncommented(code: str) -> str:
    parts = re.split(f"({STRING.pattern})", code, flags=re.DOTALL)
    parts[::2] = [re.sub(r"(?m)(?:^|[ ]+)#.*$", "", part) for part in parts[::2]]
    return "".join(parts).strip()


def is_prose(text: str) -> bool:
    return " " in text.strip("\"' ") or not text.isascii()


def test_only_prose_and_comments_may_differ() -> None:
    english, chinese = 'yanmo predict a "A good day"  # ask', 'yanmo predict a "好天气"  # 提问'
    assert skeleton(english, chinese) == skeleton(chinese, english)
    for other in ('yanmo predict b "好天气"', 'yanmo predict a "好天气" --json'):
        assert skeleton(english, other) != skeleton(other, english)


@pytest.mark.parametrize("page", [pair[0] for pair in pairs()], ids=lambda page: page.name)
def test_english_page_runs(page: Path, tmp_path: Path) -> None:
    run_page(page, tmp_path, language="en")


@pytest.mark.slow
@pytest.mark.parametrize("page", [pair[1] for pair in pairs()], ids=lambda page: page.name)
def test_chinese_page_runs(page: Path, tmp_path: Path) -> None:
    run_page(page, tmp_path, language="zh")


def run_page(page: Path, folder: Path, *, language: str) -> None:
    data = folder / "runs" / "quickstart" / "data"
    data.mkdir(parents=True)
    for use in USES:
        use.write(data, {"train": 64, "dev": 16})
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "YANMO_TEST_BUDGET": "3steps",
        "YANMO_LANG": language,
        "HF_HUB_OFFLINE": "1",
        "PYTHONUTF8": "1",
    }
    environment.pop("PYTHONPATH", None)
    for kind, group in groupby(
        (block for block in blocks(page) if not block.reason), lambda block: block.language
    ):
        for number, command in enumerate(commands(kind, list(group), folder)):
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
            shown = (
                f"{page.name}, {kind} {number}\n{command[-1]}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
            )
            assert done.returncode == 0, shown


def commands(kind: str, found: list[Block], folder: Path) -> list[list[str]]:
    """Shell blocks one by one; neighbouring Python blocks in one process, each with names of its own."""
    if kind == "bash":
        return [["bash", "-euo", "pipefail", "-c", block.code] for block in found]
    script = folder / ".blocks.py"
    parts = [
        f"exec(compile({block.code!r}, '{block.page}:{block.line}', 'exec'), {{'__name__': '__main__'}})"
        for block in found
    ]
    script.write_text("\n".join(parts), encoding="utf-8")
    return [[sys.executable, str(script)]]
