"""One page that tells what came out: self-contained HTML, no request to anywhere, no script.

A report is plain values; every text in it is escaped. It follows light and dark mode and prints.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import Path
from typing import TypeAlias

from yanmo import __version__
from yanmo.errors import RunError, reason_of
from yanmo.evaluation.chart import Series, line_chart
from yanmo.evaluation.metric_text import number
from yanmo.messages import language, text
from yanmo.training.durable import replacing

Cell: TypeAlias = str | int | float | None
NUMERIC = re.compile(r"[+\-−±]?\d[\d,.]*\s?(%|±.*)?")
# The browser itself refuses whatever the page could ask of the network.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
NO_NETWORK = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
WIDE, HALF = (1070, 330), (520, 270)  # user units of a chart: a full row, or two side by side


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Lines over a common x axis."""

    title: str
    series: tuple[Series, ...]
    x_label: str
    y_label: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of as many cells as there are columns; None is shown as a dash."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Example:
    """What a model was given and what it gave back; line breaks are kept. note: such as a score."""

    given: str
    result: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Examples:
    """What the model does, shown."""

    title: str
    items: tuple[Example, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Names and values: lineage, versions, configuration."""

    title: str
    pairs: tuple[tuple[str, str], ...]
    note: str = ""


Section: TypeAlias = Curves | Table | Examples | Facts


@dataclass(frozen=True, kw_only=True)
class Report:
    """highlights: a few (name, value) at the top, in large figures."""

    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    highlights: tuple[tuple[str, str], ...] = ()


def render(report: Report) -> str:
    """The whole HTML page."""
    style = resources.files("yanmo.evaluation").joinpath("report.css").read_text(encoding="utf-8")
    tiles = "".join(f"<div>{_pair(pair)}</div>" for pair in report.highlights)
    parts = [
        "<!doctype html>",
        f'<html lang="{"zh-Hans" if language() == "zh" else "en"}">',
        f'<head>\n<meta charset="utf-8">\n{NO_NETWORK}',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(report.title)}</title>\n<style>\n{style}</style>\n</head>",
        f"<body>\n<header>\n<h1>{escape(report.title)}</h1>",
        f'<p class="subtitle">{escape(report.subtitle)}</p>' if report.subtitle else "",
        f'<dl class="tiles">{tiles}</dl>' if tiles else "",
        f"</header>\n<main>\n{_sections(report.sections)}\n</main>",
        f"<footer>{escape(text('report.made_by', version=__version__))}</footer>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def write(report: Report, path: Path) -> None:
    """Writes the page whole or not at all. Errors: RunError when the path cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(render(report).encode())
    except OSError as error:
        raise RunError("report.cannot_write", path=path, reason=reason_of(error)) from error


def _sections(sections: Sequence[Section]) -> str:
    """Charts stand two in a row; an odd one takes a row of its own, and comes first."""
    odd = sum(isinstance(section, Curves) for section in sections) % 2 == 1
    first = next((section for section in sections if isinstance(section, Curves)), None)
    return "\n".join(_section(section, wide=odd and section is first) for section in sections)


def _section(section: Section, *, wide: bool) -> str:
    match section:
        case Curves():
            width, height = WIDE if wide else HALF
            kind = "wide" if wide else "half"
            chart = line_chart(
                section.series, x_label=section.x_label, y_label=section.y_label, width=width, height=height
            )
            body = f'<div class="scroll">{chart}</div>'
        case Table():
            kind, body = "table-section", _table(section)
        case Examples():
            kind, body = "examples-section", _examples(section)
        case Facts():
            pairs = "".join(_pair(pair) for pair in section.pairs)
            kind, body = "facts-section", f'<dl class="facts">{pairs}</dl>'
    note = f'<p class="note">{escape(section.note)}</p>' if section.note else ""
    return f'<section class="{kind}">\n<h2>{escape(section.title)}</h2>\n{note}{body}\n</section>'


def _table(table: Table) -> str:
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    assert all(len(row) == len(table.columns) for row in rows)
    numeric = [
        all(row[place] == "–" or NUMERIC.fullmatch(row[place]) for row in rows)
        for place in range(len(table.columns))
    ]

    def line(tag: str, cells: Sequence[str]) -> str:
        kinds = [' class="number"' if right else "" for right in numeric]
        return "".join(
            f"<{tag}{kind}>{escape(cell)}</{tag}>" for kind, cell in zip(kinds, cells, strict=True)
        )

    body = "".join(f"<tr>{line('td', row)}</tr>\n" for row in rows)
    head = line("th", table.columns)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>'


def _cell(cell: Cell) -> str:
    if cell is None:
        return "–"
    return cell if isinstance(cell, str) else number(cell)


def _examples(examples: Examples) -> str:
    given, result = escape(text("report.given")), escape(text("report.result"))
    items = "".join(
        f'<li><p class="given" dir="auto" title="{given}">{escape(item.given)}</p>'
        f'<p class="result" dir="auto" title="{result}">{escape(item.result)}'
        f"{f' <small>{escape(item.note)}</small>' if item.note else ''}</p></li>\n"
        for item in examples.items
    )
    return f'<ul class="examples">{items}</ul>'


def _pair(pair: tuple[str, str]) -> str:
    return f"<dt>{escape(pair[0])}</dt><dd>{escape(pair[1])}</dd>"
