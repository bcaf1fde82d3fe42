"""Lines as typography wants them: no closing mark begins one, no opening mark ends one, no Latin word is torn.

The rule for Chinese is that of GB/T 15834 and of CLREQ ("Requirements for Chinese Text Layout"), 3.1.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.text import Text

CLOSING = "。，、；：！？）》」』】”’…"
OPENING = "（《「『【“‘"
WIDE = "\u2e80-\u303f\u3041-\ufaff\uff00-\uffef"
PARTS = re.compile(rf"\s+|[{CLOSING}{OPENING}{WIDE}]|[^\s{CLOSING}{OPENING}{WIDE}]+")


@dataclass(frozen=True, kw_only=True)
class Wrapped:
    """A text that rich lays out by these rules, in a table or alone."""

    content: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        for line in wrap(self.content, options.max_width):
            yield Text(line, style=self.style)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        longest = max((cell_len(line) for line in self.content.split("\n")), default=0)
        parts = max((cell_len(part) for part in _parts(self.content)), default=0)
        return Measurement(min(parts, longest), longest).with_maximum(options.max_width)


def wrap(content: str, width: int) -> list[str]:
    """The lines of a text, each at most `width` columns wide where its words allow it."""
    lines = []
    for given in content.split("\n"):
        line = ""
        for place, part in enumerate(_parts(given)):
            if line.strip() and cell_len(line + part.rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            *whole, rest = chop_cells(part, width) if cell_len(part) > width else [part]
            lines += whole
            line += (
                rest if line or rest.strip() or place == 0 else ""
            )  # an indent stays, a space at a break does not
        lines.append(line.rstrip())
    return lines


def _parts(line: str) -> list[str]:
    """What stays together: words, single wide characters, each with the marks that cling to it."""
    parts: list[str] = []
    for part in PARTS.findall(line):
        clings = bool(parts) and ((part in CLOSING and not parts[-1].isspace()) or parts[-1][-1] in OPENING)
        if clings:
            parts[-1] += part
        else:
            parts.append(part)
    return parts
