"""The report of one run, read from its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import JsonValue

from yanmo.config import build
from yanmo.evaluation.chart import Point, Series
from yanmo.evaluation.error_report import error_sections
from yanmo.evaluation.errors import Errors
from yanmo.evaluation.metric_text import duration, is_share, metric_name, metric_value, number
from yanmo.evaluation.report import Cell, Curves, Example, Examples, Facts, Report, Section, Table
from yanmo.messages import text
from yanmo.training.log import FILE, EvaluationLine, SamplesLine, StepLine, read_metrics

AXES = (  # title, axis, and what shares it
    ("report.translation_title", "report.points", ("bleu", "chrf")),
    ("report.correlation_title", "report.correlation", ("spearman", "pearson", "matthews")),
    ("report.spread_title", "report.metric_spread", ("spread",)),
    ("report.perplexity_title", "report.metric_perplexity", ("perplexity",)),
)
HEADLINES = ("accuracy", "f1", "bleu", "chrf", "loss", "perplexity", "recall_at_1", "spearman")
SMOOTHING = 1 / 100  # of the steps that were written: the memory of the running mean
MOST_PAIRS = 200  # a corpus may have a million files; manifest.json has them all


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run folder holds; whatever is missing is empty."""

    name: str
    steps: tuple[StepLine, ...]
    evaluations: tuple[EvaluationLine, ...]
    samples: tuple[SamplesLine, ...]
    config: JsonValue
    manifest: JsonValue
    results: dict[str, JsonValue]
    errors: Errors | None = None


def run_report(folder: Path) -> Report:
    """Loss curves, scores, throughput, configuration and lineage of a run, finished or not.

    Every file may be missing: its sections are then left out.
    """
    run = _read(folder)
    sections: list[Section] = [
        _loss(run), *_terms(run), *_scores(run), *_course(run), *_final(run), *_written(run)
    ]  # fmt: skip
    if run.errors is not None:
        sections += error_sections(run.errors)
    sections += _lineage(run)
    verb = run.config.get("verb") if isinstance(run.config, dict) else None
    subtitle = text(f"report.verb_{verb}") if verb in ("pretrain", "finetune") else run.name
    if not run.results:
        state = text("report.unfinished", step=run.steps[-1].step if run.steps else 0)
        subtitle = text("report.subtitle", verb=subtitle, state=state)
    return Report(
        title=text("report.run_title", name=run.name),
        subtitle=subtitle,
        highlights=_highlights(run),
        sections=tuple(sections),
    )


def smooth(points: Sequence[Point]) -> tuple[Point, ...]:
    """A running mean with exponential weights, unbiased at its start; what is not finite passes through."""
    keep = 1 - 1 / max(1.0, len(points) * SMOOTHING)
    result: list[Point] = []
    total = weight = 0.0
    for x, y in points:
        if y - y == 0:
            total = keep * total + (1 - keep) * y
            weight = keep * weight + (1 - keep)
        result.append((x, total / weight if y - y == 0 else y))
    return tuple(result)


def _read(folder: Path) -> Run:
    lines = read_metrics(folder / FILE)
    config_path = folder / "config.yaml"
    config = yaml.safe_load(config_path.read_text(encoding="utf-8")) if config_path.is_file() else None
    results, errors = _json(folder / "results.json"), _json(folder / "errors.json")
    return Run(
        name=folder.resolve().name,
        steps=tuple(line for line in lines if isinstance(line, StepLine)),
        evaluations=tuple(line for line in lines if isinstance(line, EvaluationLine)),
        samples=tuple(line for line in lines if isinstance(line, SamplesLine)),
        config=config,
        manifest=_json(folder / "manifest.json"),
        results=results if isinstance(results, dict) else {},
        errors=build(Errors, errors) if isinstance(errors, dict) else None,
    )


def _json(path: Path) -> JsonValue:
    if not path.is_file():
        return None
    content: JsonValue = json.loads(path.read_text(encoding="utf-8"))
    return content


def _loss(run: Run) -> Curves:
    each = tuple((float(line.step), line.loss) for line in run.steps)
    held_out = _evaluated(run, "loss")
    series = [
        Series(name=text("report.train_loss_each"), points=each, faint=True),
        Series(name=text("report.train_loss"), points=smooth(each)),
    ]
    if held_out:
        series.append(Series(name=text("report.held_out_loss"), points=held_out))
    return Curves(
        title=text("report.loss_title"),
        series=tuple(series),
        x_label=text("report.step"),
        y_label=metric_name("loss"),
        note=text("report.loss_note"),
    )


def _written(run: Run) -> Iterator[Examples]:
    """What the model made of each held-out text, at a few steps from the first evaluation to the last."""
    if not run.samples:
        return
    last = len(run.samples) - 1
    shown = [run.samples[place] for place in sorted({round(last * part / 3) for part in range(4)})]
    yield Examples(
        title=text("report.samples_title"),
        items=tuple(
            Example(
                given=truth.given,
                result="\n".join(
                    text("report.sample", step=number(line.step), written=line.samples[place].written)
                    for line in shown
                ),
                note=text("report.wanted", wanted=truth.wanted),
            )
            for place, truth in enumerate(run.samples[last].samples)
        ),
        note=text("report.samples_note"),
    )


def _terms(run: Run) -> Iterator[Curves]:
    """The loss of each objective, where there is more than one."""
    terms = list(dict.fromkeys(term for line in run.steps for term in line.losses))
    if len(terms) < 2:
        return
    series = tuple(
        Series(
            name=term,
            points=smooth([(line.step, line.losses[term]) for line in run.steps if term in line.losses]),
        )
        for term in terms
    )
    yield _curves("report.term_title", series, metric_name("loss"))


def _scores(run: Run) -> Iterator[Curves]:
    """Shares of the whole in one chart, for they have one axis; so have correlations, BLEU and chrF, and perplexity."""
    names = list(dict.fromkeys(name for line in run.evaluations for name in line.metrics))
    shares = tuple(
        Series(name=metric_name(name), points=tuple((x, 100 * y) for x, y in _evaluated(run, name)))
        for name in names
        if is_share(name)
    )
    if shares:
        yield _curves("report.metrics_title", shares, "%")
    for title, y_label, together in AXES:
        series = tuple(
            Series(name=metric_name(name), points=_evaluated(run, name)) for name in together if name in names
        )
        if series:
            yield _curves(title, series, text(y_label))


def _course(run: Run) -> Iterator[Curves]:
    """How training went: tokens per second, gradient norm, learning rate."""
    if not run.steps:
        return
    label = text("report.tokens_per_second")
    rates = tuple(
        (float(line.step), line.tokens_per_second) for line in run.steps if line.tokens_per_second is not None
    )
    norms = smooth([(line.step, line.norm) for line in run.steps])
    scales = tuple((float(line.step), line.lr_scale) for line in run.steps)
    yield _curves("report.throughput_title", (Series(name=label, points=rates),), label)
    yield _curves("report.norm_title", (Series(name="‖g‖", points=norms),), "‖g‖")
    yield _curves("report.lr_title", (Series(name="lr / max lr", points=scales),), "lr / max lr")


def _curves(title: str, series: tuple[Series, ...], y_label: str) -> Curves:
    return Curves(title=text(title), series=series, x_label=text("report.step"), y_label=y_label)


def _evaluated(run: Run, name: str) -> tuple[Point, ...]:
    return tuple((float(line.step), line.metrics[name]) for line in run.evaluations if name in line.metrics)


def _last_metrics(run: Run) -> dict[str, float]:
    found = run.results.get("metrics")
    if isinstance(found, dict) and found:
        return {name: float(value) for name, value in found.items() if isinstance(value, int | float)}
    return dict(run.evaluations[-1].metrics) if run.evaluations else {}


def _final(run: Run) -> Iterator[Table]:
    last = _last_metrics(run)
    if not last:
        return
    best = next((line.metrics for line in reversed(run.evaluations) if line.best), {})
    rows: list[tuple[Cell, ...]] = [
        (
            metric_name(name),
            metric_value(name, value),
            metric_value(name, best[name]) if name in best else None,
        )
        for name, value in last.items()
    ]
    yield Table(
        title=text("report.final_title"),
        columns=(
            text("report.column_metric"),
            text("report.column_saved" if run.results else "report.column_last"),
            text("report.column_best"),
        ),
        rows=tuple(rows),
        note=text("report.saved_note" if run.results else "report.final_note"),
    )


def _highlights(run: Run) -> tuple[tuple[str, str], ...]:
    last = _last_metrics(run)
    chosen = [str(run.results.get("metric"))]  # what the best step was chosen by stands first
    others = [name for name in last if name in HEADLINES and (name, *chosen) != ("accuracy", "micro_f1")]
    names = [name for name in dict.fromkeys([*chosen, *others]) if name in last]
    pairs = [(metric_name(name), metric_value(name, last[name])) for name in names]
    if run.steps:
        step = run.steps[-1]
        rates = [line.tokens_per_second for line in run.steps if line.tokens_per_second is not None]
        pairs += [
            (text("report.steps"), number(step.step)),
            (text("report.tokens"), number(step.tokens_seen)),
            (text("report.epochs"), f"{step.epochs:.3g}"),
            (text("report.time"), duration(step.seconds)),
        ]
        if rates:
            pairs.append((text("report.tokens_per_second"), number(round(sorted(rates)[len(rates) // 2]))))
        skipped = sum(not line.finite for line in run.steps)
        if skipped:
            pairs.append((text("report.skipped"), number(skipped)))
    return tuple(pairs)


def _lineage(run: Run) -> Iterator[Section]:
    for title, note, tree in (
        ("report.lineage_title", "report.lineage_note", run.manifest),
        ("report.config_title", "report.config_note", run.config),
    ):
        pairs = list(_flat(tree))
        if len(pairs) > MOST_PAIRS:
            more = text("report.more", count=number(len(pairs) - MOST_PAIRS))
            pairs = [*pairs[:MOST_PAIRS], ("", more)]
        if pairs:
            yield Facts(title=text(title), pairs=tuple(pairs), note=text(note))


def _flat(value: JsonValue, name: str = "") -> Iterator[tuple[str, str]]:
    """A tree as (a.b.0.c, value) in its order."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for place, item in enumerate(value, start=1):
            yield from _flat(item, f"{name}.{place}")
    elif value is not None or name:
        yield name, ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)


def _plain(value: JsonValue) -> str:
    """As YAML has it, so that it can be copied."""
    if value is None:
        return "–"
    return str(value).lower() if isinstance(value, bool) else str(value)
