"""The command line: parses and prints, nothing else; nothing imports it."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code: 0 only when it did what was asked."""
    from yanmo.cli.run import run

    return run(list(sys.argv[1:] if argv is None else argv))
