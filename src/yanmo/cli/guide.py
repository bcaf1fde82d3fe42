"""The help pages, every word of them from the message catalogue.

Each command `c` has `pages.c`, whose first line is its summary, and each of its parameters `help.c.name` or,
where it means the same everywhere, `help.name`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yanmo.messages import help as catalogue
from yanmo.messages import text

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions

LINE_END = r"(?<=[^\x00-\x7f])\n|\n(?=[^\x00-\x7f])"  # beside a Chinese character, which needs no space


class Guide:
    """Cyclopts' help formatter for one command. name: words joined by spaces, "" for `yanmo` itself."""

    def __init__(self, name: str, usage: str) -> None:
        self._name = name
        self._usage = usage

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        from rich.table import Table
        from rich.text import Text

        from yanmo.cli.wrapping import Wrapped

        if not panel.entries:
            return
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 2), pad_edge=True)
        table.add_column(no_wrap=True, style="cyan", min_width=20)
        table.add_column()
        for entry in panel.entries:
            command = panel.format == "command" and not entry.names[0].startswith("-")
            meaning = self._summary(entry) if command else self._meaning(entry)
            table.add_row(_label(entry), Wrapped(content=meaning))
        console.print(Text(str(panel.title), style="bold"))
        console.print(table)
        console.print()

    def render_usage(self, console: Console, options: ConsoleOptions, usage: object) -> None:
        from rich.text import Text

        line = Text.assemble((text("help.usage"), "bold"), f"yanmo {self._usage}")
        console.print(line, soft_wrap=True)
        console.print()

    def render_description(self, console: Console, options: ConsoleOptions, description: object) -> None:
        from rich.text import Text

        from yanmo.cli.wrapping import Wrapped

        for paragraph in text(page_of(self._name)).split("\n\n"):
            if re.search("^  ", paragraph, re.MULTILINE):  # commands, to be copied as they are
                console.print(Text(paragraph), soft_wrap=True)
            else:
                console.print(Wrapped(content=re.sub(LINE_END, "", paragraph).replace("\n", " ")))
            console.print()

    def _summary(self, entry: HelpEntry) -> str:
        return text(page_of(f"{self._name} {entry.names[0]}")).splitlines()[0]

    def _meaning(self, entry: HelpEntry) -> str:
        name = entry.names[0] if entry.names else (entry.positional_label or "")
        meaning = text(key_of(self._name, name))
        if entry.required:
            return text("help.required", meaning=meaning)
        if entry.default is not None and entry.metavar:
            return text("help.default", meaning=meaning, value=entry.default)
        return meaning


def page_of(command: str) -> str:
    """The catalogue key of a command's page."""
    return f"pages.{'.'.join(command.split()) or 'yanmo'}"


def key_of(command: str, parameter: str) -> str:
    """The catalogue key of a parameter: its own in this command, else the one that all commands share."""
    name = parameter.lstrip("-").replace("-", "_").lower()
    own = ".".join(["help", *command.split(), name])
    return own if own in catalogue.TEXTS else f"help.{name}"


def _label(entry: HelpEntry) -> str:
    if entry.positional_label and not entry.names:
        return entry.positional_label
    names = ", ".join([*entry.positive_names, *entry.positive_shorts])
    if not entry.metavar:
        return names
    value = {"STR": names.rsplit("-", 1)[-1].upper(), "INT": "N", "FLOAT": "X"}.get(entry.metavar)
    return f"{names} {value or entry.metavar}"
