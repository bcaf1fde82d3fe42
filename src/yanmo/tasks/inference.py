"""Encoded records through a learner, those of like length together, and back in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from yanmo.corpus.document import Record
from yanmo.data.batch import Batch
from yanmo.data.collate import collate
from yanmo.data.cursor import Cursor
from yanmo.data.example import Example
from yanmo.data.packing import by_length
from yanmo.data.plan import SAMPLES_PER_UNIT, Plan
from yanmo.data.source import ExampleSource
from yanmo.errors import RunError
from yanmo.models.learner import Learner
from yanmo.tasks.task import Encoded, Encoder, Logits, Task, TaskPrediction


@torch.inference_mode()
def run(
    learner: Learner,
    examples: Sequence[Example],
    term: str,
    *,
    batch_tokens: int,
    outputs: Callable[[Learner, Batch], Tensor] | None = None,
) -> list[Logits]:
    """What is read at each example's labels of `term`, [labels, classes], in the order given.

    outputs: one row for each label of a batch; None: the logits of the term's head. batch_tokens: places in a batch.
    """
    if not examples:
        return []
    learner.eval()
    device = learner.backbone.vocabulary_weight.device
    results: dict[int, Logits] = {}
    for group in by_length([example.room for example in examples], batch_tokens):
        longest = max(len(examples[unit].input_ids) for unit in group)
        batch = collate([[(unit, examples[unit])] for unit in group], longest).to(device)
        if outputs is None:
            rows = learner.logits(term, learner.backbone(batch), batch.labels[term].at)
        else:
            rows = outputs(learner, batch)
        logits = rows.float().cpu().numpy()
        start = 0
        for unit in group:
            count = len(examples[unit].labels[term][0])
            results[unit] = logits[start : start + count]
            start += count
    return [results[unit] for unit in range(len(examples))]


def predict(
    task: Task, learner: Learner, records: Sequence[Record], encoder: Encoder, *, batch_tokens: int = 8192
) -> list[TaskPrediction]:
    """One prediction per record, in their order; unlabelled records are enough.

    Errors: RunError for an output that is no number.
    """
    encoded = [task.encode(record, encoder, labelled=False) for record in records]
    return predict_encoded(
        task, learner, records, encoded, encoder, batch_tokens=batch_tokens, refuse_nan=True
    )


def predict_encoded(
    task: Task,
    learner: Learner,
    records: Sequence[Record],
    encoded: Sequence[Sequence[Encoded]],
    encoder: Encoder,
    *,
    batch_tokens: int = 8192,
    refuse_nan: bool = False,
) -> list[TaskPrediction]:
    """`predict` for records that were encoded before.

    refuse_nan: of what is no number the first class would come out as the likeliest; a training looks at its metrics
    instead, and goes on. Errors: RunError naming the first such record.
    """
    answers = task.answer(learner, records, encoded, encoder, batch_tokens=batch_tokens)
    if answers is None:
        answers = _decoded(task, learner, records, encoded, batch_tokens=batch_tokens, refuse_nan=refuse_nan)
    return [replace(one, id=_id(record)) for one, record in zip(answers, records, strict=True)]


def _decoded(
    task: Task,
    learner: Learner,
    records: Sequence[Record],
    encoded: Sequence[Sequence[Encoded]],
    *,
    batch_tokens: int,
    refuse_nan: bool,
) -> list[TaskPrediction]:
    examples = [one.example for each in encoded for one in each]
    logits = run(
        learner,
        examples,
        task.term,
        batch_tokens=batch_tokens,
        outputs=task.outputs,
    )
    predictions, start = [], 0
    for record, each in zip(records, encoded, strict=True):
        rows = logits[start : start + len(each)]
        if refuse_nan and any(np.isnan(row).any() for row in rows):
            raise RunError("predict.not_a_number", source=record.source)
        found = task.decode(record, each, rows)
        predictions.append(replace(found, cut=True) if any(one.cut for one in each) else found)
        start += len(each)
    return predictions


def _id(record: Record) -> str | int | None:
    value = record.fields.get("id")
    return value if isinstance(value, str | int) else None


@torch.inference_mode()
def losses(
    learner: Learner, examples: Sequence[Example], term: str, *, batch_tokens: int, max_length: int
) -> list[float]:
    """The loss in nats of each example, summed over its labels of `term`; the logits are dropped at once."""
    learner.eval()
    device = learner.backbone.vocabulary_weight.device
    plan = Plan(
        source=ExampleSource(examples),
        seed=0,
        batch_tokens=batch_tokens,
        max_length=max_length,
        shuffle=False,
    )
    results = [0.0] * len(examples)
    for batch in plan.stream(Cursor(), epochs=1) if examples else ():
        batch = batch.to(device)
        labels = batch.labels.get(term)
        if labels is None:
            continue
        logits = learner.logits(term, learner.backbone(batch), labels.at)
        values = F.cross_entropy(logits.float(), labels.value, reduction="none").double().cpu()
        units = [number // SAMPLES_PER_UNIT for number in batch.samples.tolist()]
        counts = [len(examples[unit].labels[term][0]) for unit in units]
        for unit, part in zip(units, torch.split(values, counts), strict=True):
            results[unit] = float(part.sum())
    return results
