"""Encoded records through a learner, packed, and back in their order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from yanmo.corpus.document import Record
from yanmo.data.cursor import Cursor
from yanmo.data.example import Example
from yanmo.data.plan import SAMPLES_PER_UNIT, Plan
from yanmo.data.source import ExampleSource
from yanmo.models.learner import Learner
from yanmo.tasks.task import Encoded, Encoder, Logits, Task, TaskPrediction


@torch.inference_mode()
def run(
    learner: Learner, examples: Sequence[Example], term: str, *, batch_tokens: int, max_length: int
) -> list[Logits]:
    """The logits at each example's labels of `term`, [labels, classes], in the order given."""
    if not examples:
        return []
    learner.eval()
    device = learner.backbone.vocabulary_weight.device
    plan = Plan(
        source=ExampleSource(examples),
        seed=0,
        batch_tokens=batch_tokens,
        max_length=max_length,
        shuffle=False,
    )
    results: dict[int, Logits] = {}
    for batch in plan.stream(Cursor(), epochs=1):
        batch = batch.to(device)
        hidden = learner.backbone(batch)
        logits = learner.logits(term, hidden, batch.labels[term].at).float().cpu().numpy()
        start = 0
        for number in batch.samples.tolist():
            unit = number // SAMPLES_PER_UNIT
            count = len(examples[unit].labels[term][0])
            results[unit] = logits[start : start + count]
            start += count
    classes = next(iter(results.values())).shape[-1]
    nothing = np.zeros((0, classes), dtype=np.float32)
    return [results.get(unit, nothing) for unit in range(len(examples))]


def predict(
    task: Task, learner: Learner, records: Sequence[Record], encoder: Encoder, *, batch_tokens: int = 8192
) -> list[TaskPrediction]:
    """One prediction per record, in their order; unlabelled records are enough."""
    encoded = [task.encode(record, encoder, labelled=False) for record in records]
    return predict_encoded(task, learner, records, encoded, encoder, batch_tokens=batch_tokens)


def predict_encoded(
    task: Task,
    learner: Learner,
    records: Sequence[Record],
    encoded: Sequence[Sequence[Encoded]],
    encoder: Encoder,
    *,
    batch_tokens: int = 8192,
) -> list[TaskPrediction]:
    """`predict` for records that were encoded before."""
    answers = task.answer(learner, records, encoded, encoder, batch_tokens=batch_tokens)
    if answers is not None:
        return answers
    examples = [one.example for each in encoded for one in each]
    logits = run(learner, examples, task.term, batch_tokens=batch_tokens, max_length=encoder.room)
    predictions, start = [], 0
    for record, each in zip(records, encoded, strict=True):
        predictions.append(task.decode(record, each, logits[start : start + len(each)]))
        start += len(each)
    return predictions
