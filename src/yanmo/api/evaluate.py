"""`yanmo evaluate`: a fine-tuned model on labelled records, or a language model on text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yanmo.api.predict import load, use_machine
from yanmo.api.reporter import Reporter
from yanmo.corpus.read import read_records
from yanmo.errors import InputError
from yanmo.messages import text
from yanmo.tasks.inference import predict_encoded
from yanmo.tasks.task import TaskConfig


@dataclass(frozen=True, kw_only=True)
class EvaluateResult:
    """metrics over `count` records of `data`, whose bytes have this SHA-256.

    signatures: how those metrics were computed that have several definitions.
    """

    model: str
    data: str
    sha256: str
    count: int
    metrics: dict[str, float]
    signatures: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "data": self.data,
            "sha256": self.sha256,
            "count": self.count,
            "metrics": self.metrics,
            **({"signatures": self.signatures} if self.signatures else {}),
        }


def evaluate(
    source: str, data: str | Path, *, settings: TaskConfig | None = None, reporter: Reporter | None = None
) -> EvaluateResult:
    """The metrics of the task that the model was fine-tuned for.

    Errors: RunError (no trained head), InputError (records; a label that training never saw).
    """
    reporter = reporter or Reporter()
    use_machine()
    model = load(source)
    task = model.task
    if settings is not None:
        task = task.with_config(settings)
    with reporter.stage(text("run.stage_read")):
        records = list(read_records(data))
    if not records:
        raise InputError("run.no_records", path=data)
    records = [record.renamed(task.config.columns) for record in records]
    encoded = [task.encode(record, model.encoder, labelled=True) for record in records]
    predictions = predict_encoded(task, model.learner, records, encoded, model.encoder)
    metrics = task.score(records, predictions)
    training = model.training_records() if task.generates else []
    metrics |= task.sample_scores(model.learner, records, training, model.encoder)
    with Path(data).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return EvaluateResult(
        model=source,
        data=str(data),
        sha256=digest,
        count=len(records),
        metrics=metrics,
        signatures=task.signatures(records),
    )
