"""`yanmo quickstart`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmo.cli.options import Folder, Json
from yanmo.cli.screen import print_json, print_line, print_table
from yanmo.errors import ConfigError
from yanmo.messages import percent, text

if TYPE_CHECKING:
    from yanmo.api.quickstart import QuickstartResult


def quickstart(*, out: Folder = "runs/quickstart", minutes: float = 6.0, json: Json = False) -> None:
    if not 0 < minutes < 10_000:
        raise ConfigError("cli.bad_minutes", value=minutes)
    from yanmo.api.quickstart import quickstart as run
    from yanmo.cli.progress import ProgressBar

    with ProgressBar() as reporter:
        result = run(out, minutes=minutes, reporter=reporter)
    if json:
        print_json(result.to_json())
    else:
        _show(result)


def _show(result: QuickstartResult) -> None:
    from yanmo.api.quickstart_uses import title
    from yanmo.evaluation.metric_text import duration, metric_name, metric_value

    print_line("")
    head = ("task", "metric", "with", "without")
    rows = [
        (
            title(row.task),
            metric_name(row.metric),
            metric_value(row.metric, row.pretrained),
            metric_value(row.metric, row.random),
        )
        for row in result.rows
    ]
    print_table([text(f"quickstart.{name}") for name in head], rows, title=text("quickstart.table"))
    if not all(row.gains for row in result.rows):
        print_line(text("quickstart.too_short"))
    print_line("")
    print_line((text("quickstart.fills"), "bold"))
    for given, tokens in result.fills:
        print_line(given)
        print_line("    ", ("   ".join(f"{token} {percent(share, 0)}" for token, share in tokens), "cyan"))
    print_line("")
    print_line((text("quickstart.continuations"), "bold"))
    for given, continuation in result.continuations:
        print_line((given, "cyan"), continuation)
    print_line("")
    print_line(text("cli.quickstart_done", time=duration(result.seconds), report=result.report))
    print_line(text("cli.quickstart_next"))
