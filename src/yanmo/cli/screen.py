"""Where results go: one JSON object or plain lines and tables on stdout; everything else goes to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from yanmo.cli.wrapping import Wrapped


def print_json(value: object) -> None:
    """The one object that --json promises."""
    from yanmo.metrics.finite import finite

    sys.stdout.write(json.dumps(finite(value), ensure_ascii=False, allow_nan=False) + "\n")


def print_line(*parts: str | tuple[str, str]) -> None:
    """One line, however long; a part may have a style. Where nobody looks at a screen, each character as it is."""
    console, line = _console(), Text.assemble(*parts)
    if console.is_terminal:
        console.print(line, soft_wrap=True)
    else:
        sys.stdout.write("".join(part if isinstance(part, str) else part[0] for part in parts) + "\n")


def print_pairs(pairs: Iterable[tuple[str, str]], title: str = "") -> None:
    """Names and values, one pair a line."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column()
    for name, value in pairs:  # both wrap: a name as wide as the screen would leave no room for a value
        table.add_row(Wrapped(content=name, style="dim"), Wrapped(content=value))
    _titled(title, table)


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """A table with a head; columns of numbers stand to the right."""
    cells = [list(row) for row in rows]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for place, name in enumerate(head):
        numeric = bool(cells) and all(row[place][:1].isdigit() for row in cells)
        table.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    _titled(title, table)


def metric_pairs(metrics: Mapping[str, float]) -> list[tuple[str, str]]:
    """The names and values of metrics as a person reads them."""
    from yanmo.evaluation.metric_text import metric_name, metric_value

    return [(metric_name(name), metric_value(name, value)) for name, value in metrics.items()]


def _titled(title: str, table: Table) -> None:
    console = _console()
    if title:
        console.print(Text(title, style="bold"))
    console.print(table)


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        """The reader has seen enough; `cli.run` says so with the code of a shell, rich would exit with 1."""
        raise BrokenPipeError


def _console() -> Console:
    return _Screen(highlight=False, markup=False, emoji=False)
