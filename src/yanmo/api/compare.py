"""`yanmo compare`: two fine-tuned models on the same records, and whether their difference is more than luck."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from yanmo import tasks
from yanmo.api.evaluate import Measured, are_alike, labelled_data, measure, prepare, refuse_naming, scored
from yanmo.api.predict import load, use_machine
from yanmo.api.reporter import Reporter
from yanmo.errors import RunError
from yanmo.evaluation import evidence
from yanmo.evaluation.evidence import Evidence, Interval, interval
from yanmo.evaluation.significance import Comparison
from yanmo.evaluation.splits import Part
from yanmo.tasks.config import TaskConfig


@dataclass(frozen=True, kw_only=True)
class CompareResult:
    """The main metric of two models on `count` records, and second minus first over the same texts.

    part, taken_from: as in `EvaluateResult`.
    """

    first: str
    second: str
    data: str
    sha256: str
    count: int
    metric: str
    higher_is_better: bool
    values: tuple[Interval, Interval]
    difference: Comparison
    part: Part | None = None
    taken_from: Part | None = None

    @property
    def better(self) -> str | None:
        """The model that is significantly better, or None."""
        if not self.difference.significant:
            return None
        return self.second if (self.difference.difference > 0) == self.higher_is_better else self.first

    def to_json(self) -> dict[str, Any]:
        of, values = self.difference, [one.to_json() for one in self.values]
        forth = {"difference": of.difference, "low": of.low, "high": of.high}
        back = {"difference": -of.difference, "low": _negative(of.high), "high": _negative(of.low)}
        return {
            "first": {"model": self.first, **values[0]},
            "second": {"model": self.second, **values[1]},
            "data": self.data,
            **({"part": self.part, "taken_from": self.taken_from} if self.part else {}),
            "sha256": self.sha256,
            "count": self.count,
            "metric": self.metric,
            "higher_is_better": self.higher_is_better,
            "second_minus_first": forth,
            "first_minus_second": back,
            "p_value": of.p_value,
            "significant": of.significant,
            "better": self.better,
        }


def compare(
    first: str,
    second: str,
    data: str | Path,
    *,
    folder: str | Path | None = None,
    part: Part | None = None,
    settings: TaskConfig | None = None,
    task: Literal["sentence_similarity"] | None = None,
    encoding: str = "auto",
    reporter: Reporter | None = None,
) -> CompareResult:
    """Two models of one task on a file of records or a suite, by a paired bootstrap over its texts.

    folder, part, settings, task, encoding: as in `evaluate`. Errors: as `evaluate`; RunError for models that have no
    metric in common.
    """
    reporter = reporter or Reporter()
    use_machine()
    refuse_naming(data, settings)
    given = labelled_data(data, folder=folder, part=part, encoding=encoding, reporter=reporter)
    models = (load(first), load(second))
    for model in models:
        prepare(model, given, task, reporter)
    names = [tasks.name_of(model.task) for model in models]
    if not are_alike(*names):
        raise RunError("suites.two_tasks", first=first, second=second, one=names[0], other=names[1])
    given = scored(models[0], given, settings, reporter)
    one, other = (measure(model, given, settings, reporter) for model in models)
    both = _both(one, other)
    if both is None:
        raise RunError(
            "suites.not_compared",
            first=first,
            second=second,
            data=given.name,
            one=one.metric,
            other=other.metric,
        )
    return CompareResult(
        first=first,
        second=second,
        data=given.name,
        part=given.part,
        taken_from=given.taken_from,
        sha256=given.sha256,
        count=len(given.records),
        metric=one.metric,
        higher_is_better=both[0].higher_is_better,
        values=(interval(both[0]), interval(both[1])),
        difference=evidence.compare(both[:1], both[1:]),
    )


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _both(one: Measured, other: Measured) -> tuple[Evidence, Evidence] | None:
    if one.metric != other.metric or one.evidence is None or other.evidence is None:
        return None
    return (one.evidence, other.evidence) if one.evidence.measure == other.evidence.measure else None
