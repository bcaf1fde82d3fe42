"""`yanmo finetune --sweep`: several fine-tunings, and which setting they choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from yanmo.cli.screen import print_json, print_line, print_pairs, print_table
from yanmo.errors import ConfigError
from yanmo.messages import text

if TYPE_CHECKING:
    from yanmo.api.sweep import Scores, SweepResult


def run_sweep(
    name: str | None,
    flags: Mapping[str, object],
    overrides: Sequence[str],
    axes: Mapping[str, str],
    *,
    out: str,
    test_file: str | None,
    as_json: bool,
) -> None:
    """Trains, chooses and prints."""
    from yanmo.api.sweep import resolve_sweep, start_sweep
    from yanmo.cli.progress import ProgressBar

    if not axes:
        raise ConfigError("sweep.no_axes")
    with ProgressBar() as reporter:
        sweep = resolve_sweep(name, flags, overrides, axes, test_file=test_file, reporter=reporter)
        result = start_sweep(sweep, out, reporter=reporter)
    if as_json:
        print_json(result.to_json())
        return
    _show(result)


def _show(result: SweepResult) -> None:
    from yanmo.evaluation.metric_text import metric_name

    keys = list(result.settings[0].setting)
    rows = []
    for number, each in enumerate(result.settings):
        dev = text("sweep.no_score") if each.dev is None else _spread(result.metric, each.dev)
        mark = "★" if number == result.chosen else ""
        rows.append([*each.setting.values(), str(len(each.folders)), dev, mark])
    column = text("sweep.column_dev", metric=metric_name(result.metric))
    print_table([*keys, text("sweep.column_runs"), column, ""], rows, title=text("sweep.title"))
    print_line("")
    pairs = [(metric_name(name), _spread(name, scores)) for name, scores in result.test.items()]
    pairs += [("", signature) for signature in result.signatures.values()]
    pairs.append((text("sweep.best"), str(result.path / result.best)))
    runs = len(result.settings[result.chosen].folders)
    print_pairs(pairs, title=text("sweep.tested", count=runs) if result.test else "")


def _spread(metric: str, scores: Scores) -> str:
    """Mean and standard deviation, as far as there is one."""
    from yanmo.evaluation.metric_text import is_share, metric_value, number

    mean = metric_value(metric, scores.mean)
    if len(scores.values) < 2:
        return mean
    deviation = f"{100 * scores.deviation:.2f}" if is_share(metric) else number(scores.deviation)
    return f"{mean} ± {deviation}"
