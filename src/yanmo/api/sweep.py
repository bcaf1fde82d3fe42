"""`yanmo finetune --sweep`: one fine-tuning with several settings, chosen on dev; the chosen one meets test once."""

from __future__ import annotations

import itertools
import math
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field

from yanmo.api.evaluate import evaluate
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.recipes import FINETUNE_FLAGS, check_file, resolve_finetune
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import RunFolder
from yanmo.api.verbs import nothing_left, start_finetune
from yanmo.config import Config
from yanmo.corpus.files import user_path
from yanmo.errors import ConfigError, TrainingError
from yanmo.evaluation.significance import spread
from yanmo.messages import text
from yanmo.training.interrupt import Interrupt, interruptible

SEEDS = ("seed", "train.seed")  # what is repeated, and not chosen
_COMMA = re.compile(r",(?![^\[]*\])")  # outside a list
_NO_NAME = re.compile(r"[^\w.+=,-]+")  # what the name of a folder does without


class SweepConfig(Config):
    """What decides a sweep."""

    axes: dict[str, tuple[str, ...]] = Field(min_length=1)
    """Setting -> its values; every combination is a run."""
    first: FinetuneConfig
    """The first run; the others differ from it in the axes alone."""
    test_file: str | None = None
    """What the chosen setting is measured on."""


@dataclass(frozen=True, kw_only=True)
class SweepRun:
    """One fine-tuning. setting: its values of the axes, without the seed. folder: in that of the sweep."""

    folder: str
    setting: dict[str, str]
    config: FinetuneConfig


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A resolved sweep: its configuration and all its runs."""

    config: SweepConfig
    runs: tuple[SweepRun, ...]


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Mean and standard deviation of a metric over the seeds of one setting, and each value."""

    mean: float
    deviation: float
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class SettingResult:
    """dev: of the metric that chooses; None where a run failed. folders: of its runs, one per seed."""

    setting: dict[str, str]
    folders: tuple[str, ...]
    dev: Scores | None


@dataclass(frozen=True, kw_only=True)
class SweepResult:
    """best: the folder of the best run of the chosen setting; test: each metric of the chosen setting on test."""

    path: Path
    metric: str
    settings: tuple[SettingResult, ...]
    chosen: int
    best: str
    test: dict[str, Scores] = field(default_factory=dict)
    test_sha256: str | None = None
    signatures: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "path": str(self.path)}

    @staticmethod
    def read(path: Path, values: Mapping[str, Any]) -> SweepResult:
        """What `to_json` wrote into the folder `path`."""
        settings = tuple(
            SettingResult(
                setting=each["setting"],
                folders=tuple(each["folders"]),
                dev=None if each["dev"] is None else _read_scores(each["dev"]),
            )
            for each in values["settings"]
        )
        test = {name: _read_scores(each) for name, each in values["test"].items()}
        return SweepResult(**{**values, "path": path, "settings": settings, "test": test})


def resolve_sweep(
    name: str | None,
    flags: Mapping[str, object],
    overrides: Sequence[str],
    axes: Mapping[str, str],
    *,
    test_file: str | None = None,
    reporter: Reporter | None = None,
) -> Sweep:
    """All runs of a sweep. axes: `{"lr": "1e-4,3e-4", "seed": "1,2,3"}`, flags or keys of the configuration.

    Errors: as `resolve_finetune`; ConfigError for an axis without a value.
    """
    values = {
        key: tuple(dict.fromkeys(each for each in _COMMA.split(given) if each)) for key, given in axes.items()
    }
    for key, each in values.items():
        if not each:
            raise ConfigError("sweep.no_values", key=key)
    if test_file is not None:
        check_file(test_file)
    runs: list[SweepRun] = []
    for chosen in itertools.product(*values.values()):
        point = dict(zip(values, chosen, strict=True))
        words = [f"{FINETUNE_FLAGS.get(key, key)}={value}" for key, value in point.items()]
        config = resolve_finetune(name, flags, [*overrides, *words], reporter=None if runs else reporter)
        setting = {key: value for key, value in point.items() if key not in SEEDS}
        folder = _NO_NAME.sub("_", ",".join(f"{key}={value}" for key, value in point.items()))
        same = sum(run.folder == folder or run.folder.startswith(f"{folder},no") for run in runs)
        folder += f",no={same + 1}" if same else ""
        runs.append(SweepRun(folder=folder, setting=setting, config=config))
    sweep = SweepConfig(axes=values, first=runs[0].config, test_file=test_file)
    return Sweep(config=sweep, runs=tuple(runs))


def start_sweep(sweep: Sweep, out: str | Path, *, reporter: Reporter | None = None) -> SweepResult:
    """Trains every run that is not finished, chooses by the mean over seeds on dev, and measures on test.

    A run whose loss stops being finite has failed, and its setting is not chosen.
    Errors: those of yanmo.errors; TrainingError where every setting failed; Preempted, with everything saved.
    """
    reporter = reporter or Reporter()
    with nothing_left(user_path(out)), interruptible() as interrupt:
        folder = RunFolder.start(user_path(out), "sweep", sweep.config)
        if folder.results is not None:
            reporter.note(text("run.already_done", path=folder.path))
            return SweepResult.read(folder.path, folder.results)
        with folder.held():
            metrics, metric, higher = _train(sweep, folder, reporter, interrupt)
            settings = _settings(sweep, metrics, metric)
            result = _chosen(folder.path, settings, metric, higher_is_better=higher)
            if sweep.config.test_file is not None:
                result = _tested(result, sweep.config.test_file, sweep.config.first.encoding, reporter)
            values = result.to_json()
            del values["path"]
            folder.finish(values)
    return result


def _train(
    sweep: Sweep, folder: RunFolder, reporter: Reporter, interrupt: Interrupt
) -> tuple[dict[str, dict[str, float]], str, bool]:
    """Folder -> metrics of each run that came to its end; the metric that chooses, and whether more is better."""
    metrics: dict[str, dict[str, float]] = {}
    metric, higher = "", True
    failure: TrainingError | None = None
    for number, run in enumerate(sweep.runs, 1):
        interrupt.stop_between_runs()
        reporter.note(text("sweep.run", number=number, total=len(sweep.runs), name=run.folder))
        try:
            found = start_finetune(run.config, folder.path / run.folder, reporter=reporter)
        except TrainingError as error:
            if error.key != "training.not_finite":
                raise
            reporter.warn(text("sweep.failed", name=run.folder, reason=str(error).splitlines()[0]))
            failure = error
            continue
        shutil.rmtree(found.path / "checkpoints", ignore_errors=True)  # of a finished run nobody needs them
        metrics[run.folder] = found.metrics
        metric, higher = found.metric, found.higher_is_better
    if not metrics and failure is not None:
        raise failure
    return metrics, metric, higher


def _settings(
    sweep: Sweep, metrics: Mapping[str, Mapping[str, float]], metric: str
) -> tuple[SettingResult, ...]:
    groups: dict[tuple[str, ...], list[SweepRun]] = {}
    for run in sweep.runs:
        groups.setdefault(tuple(run.setting.values()), []).append(run)
    settings = []
    for runs in groups.values():
        folders = tuple(run.folder for run in runs)
        values = [float(metrics.get(each, {}).get(metric, math.nan)) for each in folders]
        dev = _scores(values) if all(map(math.isfinite, values)) else None
        settings.append(SettingResult(setting=runs[0].setting, folders=folders, dev=dev))
    return tuple(settings)


def _chosen(
    path: Path, settings: tuple[SettingResult, ...], metric: str, *, higher_is_better: bool
) -> SweepResult:
    """Of equal settings the first. Errors: TrainingError where each has a run that failed."""
    sign = 1 if higher_is_better else -1
    whole = [(sign * each.dev.mean, -number) for number, each in enumerate(settings) if each.dev is not None]
    if not whole:
        raise TrainingError("sweep.all_failed", path=path)
    chosen = -max(whole)[1]
    dev = settings[chosen].dev
    assert dev is not None
    best = max(range(len(dev.values)), key=lambda place: sign * dev.values[place])
    return SweepResult(
        path=path, metric=metric, settings=settings, chosen=chosen, best=settings[chosen].folders[best]
    )


def _tested(result: SweepResult, test_file: str, encoding: str, reporter: Reporter) -> SweepResult:
    """With the scores of each seed of the chosen setting on test."""
    folders = result.settings[result.chosen].folders
    found = [
        evaluate(str(result.path / each), test_file, encoding=encoding, reporter=reporter) for each in folders
    ]
    names = [name for name in found[0].metrics if all(name in each.metrics for each in found)]
    return SweepResult(
        path=result.path,
        metric=result.metric,
        settings=result.settings,
        chosen=result.chosen,
        best=result.best,
        test={name: _scores([each.metrics[name] for each in found]) for name in names},
        test_sha256=found[0].sha256,
        signatures=found[0].signatures,
    )


def _scores(values: Sequence[float]) -> Scores:
    over = spread(values)
    return Scores(mean=over.mean, deviation=over.deviation, values=tuple(values))


def _read_scores(values: Mapping[str, Any]) -> Scores:
    """Of a file, where a number that is not finite is a word."""
    return Scores(
        mean=float(values["mean"]),
        deviation=float(values["deviation"]),
        values=tuple(map(float, values["values"])),
    )
