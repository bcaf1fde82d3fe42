"""README and pages: equal in both languages, and the tree in the README is the tree on the disk."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
PAGES = sorted(path.name for path in (ROOT / "docs" / "en").glob("*.md"))
HAN = "\u3400-\u9fff"
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def shape(text: str) -> list[str]:
    """Headings by level, kinds of code blocks and numbers of table rows, in their order."""
    found = []
    for part in re.finditer(r"^```(\w*).*?^```$|^(#+) |((?:^\|[^\n]*\n)+)", text, re.MULTILINE | re.DOTALL):
        block, heading, table = part.groups()
        found.append(heading or (f"table {table.count(chr(10))}" if table else f"```{block}"))
    return found


def pairs() -> list[tuple[Path, Path]]:
    return [READMES, *((ROOT / "docs" / "en" / name, ROOT / "docs" / "zh" / name) for name in PAGES)]


def test_every_page_exists_in_both_languages() -> None:
    assert len(PAGES) > 10
    assert sorted(path.name for path in (ROOT / "docs" / "zh").glob("*.md")) == PAGES


@pytest.mark.parametrize("english, chinese", pairs(), ids=lambda path: path.name)
def test_both_languages_have_the_same_shape(english: Path, chinese: Path) -> None:
    assert shape(read(english)) == shape(read(chinese))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_index_names_every_page(language: str) -> None:
    index = read(ROOT / "docs" / language / "README.md")
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", index))
    assert linked == set(PAGES) - {"README.md"}


def every_page() -> list[Path]:
    return [*READMES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", every_page(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", BLOCK.sub("", read(page))):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page}: {target}"


@pytest.mark.parametrize(
    "page", [READMES[1], *sorted((ROOT / "docs" / "zh").glob("*.md"))], ids=lambda path: path.name
)
def test_chinese_pages_have_chinese_punctuation(page: Path) -> None:
    """Outside code, no ASCII , : ; ? ! or bracket follows a Chinese character."""
    text = re.sub(r"`[^`\n]*`", "字", BLOCK.sub("", read(page)))
    assert re.findall(rf".{{0,9}}[{HAN}](?:[,;?!]|:(?!//)|\()(?!\]).{{0,9}}", text) == []


def drawn(page: Path = READMES[0]) -> list[str]:
    """The entries of the tree in the README, in its order."""
    block = next(block for block in BLOCK.findall(read(page)) if "src/yanmo/" in block.splitlines()[1])
    return [line.split()[0].rstrip("/") for line in block.splitlines()[2:-1] if re.match(r"  \w", line)]


def test_the_tree_in_the_readme_is_the_one_on_the_disk() -> None:
    hidden = {"__init__.py", "__init__.pyi", "__main__.py", "__pycache__", "py.typed"}
    disk = {path.name for path in (ROOT / "src" / "yanmo").iterdir()} - hidden
    assert set(drawn()) == disk and len(drawn()) == len(disk)


def test_the_tree_stands_in_the_order_of_the_imports() -> None:
    """Top down what imports nothing above: the layers of the import contract, from the last to the first."""
    contract = tomllib.loads(read(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"][0]
    place = {
        name: number
        for number, layer in enumerate(reversed(contract["layers"]))
        for name in layer.split(" | ")
    }
    order = [place[name.removesuffix(".py")] for name in drawn() if name.removesuffix(".py") in place]
    assert order == sorted(order) and len(order) == len(place)


def test_both_readmes_draw_the_same_tree() -> None:
    assert drawn(READMES[0]) == drawn(READMES[1])
