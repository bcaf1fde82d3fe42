"""`yanmo evaluate`, `yanmo compare`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from yanmo.cli.options import File, Json, Pairs, Precision, split_pairs
from yanmo.cli.screen import metric_pairs, print_json, print_line, print_pairs
from yanmo.corpus.files import user_path
from yanmo.errors import ConfigError
from yanmo.messages import text

if TYPE_CHECKING:
    from pathlib import Path

    from yanmo.api.compare import CompareResult
    from yanmo.api.evaluate import EvaluateResult
    from yanmo.evaluation.evidence import Interval
    from yanmo.tasks.config import TaskConfig

PartName = Literal["train", "dev", "test"]
TaskName = Literal["sentence_similarity"]
LEAST_P = 0.001
DataFolder = Annotated[str | None, Parameter(name="--data", metavar="DIR")]


def evaluate(
    model: str,
    suite: str,
    /,
    *,
    folder: DataFolder = None,
    part: PartName | None = None,
    text_field: str | None = None,
    label_field: str | None = None,
    columns: Pairs = None,
    direction: str | None = None,
    task: TaskName | None = None,
    encoding: str = "auto",
    precision: Precision = "fp32",
    report: File = None,
    json: Json = False,
) -> None:
    from yanmo.api.evaluate import evaluate as run
    from yanmo.cli.progress import ProgressBar

    settings = _settings(text_field, label_field, direction, columns)
    with ProgressBar() as reporter:
        result = run(
            model,
            suite,
            folder=folder,
            part=part,
            settings=settings,
            task=task,
            encoding=encoding,
            precision=precision,
            reporter=reporter,
        )
    written = None if report is None else str(_write_report(result, report))
    if json:
        print_json(result.to_json() | ({"report": written} if written else {}))
        return
    _show(result, written)


def compare(
    first: str,
    second: str,
    suite: str,
    /,
    *,
    folder: DataFolder = None,
    part: PartName | None = None,
    text_field: str | None = None,
    label_field: str | None = None,
    columns: Pairs = None,
    direction: str | None = None,
    task: TaskName | None = None,
    encoding: str = "auto",
    json: Json = False,
) -> None:
    from yanmo.api.compare import compare as run
    from yanmo.cli.progress import ProgressBar

    settings = _settings(text_field, label_field, direction, columns)
    with ProgressBar() as reporter:
        result = run(
            first,
            second,
            suite,
            folder=folder,
            part=part,
            settings=settings,
            task=task,
            encoding=encoding,
            reporter=reporter,
        )
    if json:
        print_json(result.to_json())
        return
    _show_comparison(result)


def _settings(
    text_field: str | None, label_field: str | None, direction: str | None, columns: Sequence[str] | None
) -> TaskConfig | None:
    from yanmo.config import build
    from yanmo.tasks.config import TaskConfig

    mapped, rest = split_pairs(columns or ())
    if rest:
        raise ConfigError("errors.bad_override", given=rest[0])
    fields: dict[str, object] = {"text_field": text_field, "label_field": label_field, "direction": direction}
    fields |= {"columns": mapped or None}
    given = {name: value for name, value in fields.items() if value is not None}
    return build(TaskConfig, given) if given else None


def _show(result: EvaluateResult, report: str | None) -> None:
    pairs = _pairs(result)
    if report is not None:
        pairs.append((text("cli.report"), report))
    print_pairs(pairs, title=_title(result))


def _title(result: EvaluateResult | CompareResult) -> str:
    from yanmo.evaluation.metric_text import number

    where = result.data if result.part is None else f"{result.data} ({result.part})"
    if result.taken_from is not None:
        where = text("suites.share_of", data=result.data, part=result.part, whole=result.taken_from)
    return text("cli.evaluated", data=where, count=number(result.count))


def _pairs(result: EvaluateResult) -> list[tuple[str, str]]:
    """The metrics, the interval of the main one, how they were computed, and what others have published."""
    from yanmo.evaluation.metric_text import metric_name

    pairs = metric_pairs(result.metrics)
    if result.interval is not None:
        place = [name for name, _ in pairs].index(metric_name(result.interval.metric))
        pairs.insert(place + 1, ("", _interval(result.interval)))
    pairs += [("", signature) for signature in result.signatures.values()]
    pairs += [
        (text("suites.reference", model=one.model, where=one.where), f"{one.value:g}")
        for one in result.references
    ]
    return pairs


def _interval(of: Interval) -> str:
    from yanmo.evaluation.metric_text import metric_value

    if of.low is None or of.high is None:
        return text("suites.no_interval")
    low, high = (metric_value(of.metric, value) for value in (of.low, of.high))
    return text("suites.interval", low=low, high=high)


def _show_comparison(result: CompareResult) -> None:
    from yanmo.evaluation.metric_text import metric_name, metric_value, number

    of, models = result.difference, (result.first, result.second)
    pairs = [
        (name, f"{metric_value(result.metric, value.value)}  {_interval(value)}  {model}")
        for name, model, value in zip("AB", models, result.values, strict=True)
    ]
    pairs += [
        ("B − A", _range(result.metric, of.difference, of.low, of.high)),
        ("A − B", _range(result.metric, -of.difference, of.high, of.low, sign=-1)),
        (text("suites.p_value"), _p_value(of.p_value)),
    ]
    print_pairs(pairs, title=text("progress.separator").join([_title(result), metric_name(result.metric)]))
    if result.better is None:
        print_line(text("suites.equal", count=number(result.count)))
        return
    better, worse = ("B", "A") if result.better == result.second else ("A", "B")
    value = _difference(result.metric, abs(of.difference))
    print_line((text("suites.better", better=better, worse=worse, value=value), "bold green"))


def _p_value(value: float) -> str:
    """A bootstrap of 5,000 samples cannot tell smaller ones apart."""
    return f"{value:.4f}" if value >= LEAST_P else f"< {LEAST_P}"


def _range(metric: str, value: float, low: float | None, high: float | None, *, sign: int = 1) -> str:
    """The unit stands once behind the value and once behind the interval. sign: of low and high, -1 to turn them."""

    def shown(each: float, *, unit: bool = True) -> str:
        return f"{'−' if each < 0 else '+'}{_difference(metric, abs(each), unit=unit)}"

    if low is None or high is None:
        return text("suites.no_range", value=shown(value))
    return text(
        "suites.range", value=shown(value), low=shown(sign * low, unit=False), high=shown(sign * high)
    )


def _difference(metric: str, value: float, *, unit: bool = True) -> str:
    """Of two shares in points: 2 % more than 50 % could be 51 %."""
    from yanmo.evaluation.metric_text import is_share, number

    if not is_share(metric):
        return number(value)
    points = f"{100 * value:.2f}"
    return text("suites.points", value=points) if unit else points


def _write_report(result: EvaluateResult, path: str) -> Path:
    """Where the page stands."""
    from pathlib import Path

    from yanmo.evaluation.error_report import error_sections
    from yanmo.evaluation.report import Facts, Report, write

    lineage = [
        (text("suites.model"), result.model),
        (text("suites.weights"), result.weights_sha256 or "–"),
        (text("suites.precision"), result.precision),
        (text("suites.data"), f"{result.data}  {result.sha256}"),
    ]
    facts = Facts(title=_title(result), pairs=tuple(_pairs(result) + lineage))
    report = Report(
        title=text("suites.report_title", model=Path(result.model).name, data=result.data),
        subtitle=text("suites.report_subtitle"),
        sections=(*(() if result.errors is None else error_sections(result.errors)), facts),
        highlights=tuple(metric_pairs(result.metrics)),
    )
    place = user_path(path)
    write(report, place)
    return place
