"""Text classification: one class, or any number of classes, per text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.metrics import classification
from yanmo.tasks.task import Encoded, Encoder, Logits, Task, TaskConfig, TaskPrediction, label_field

USUAL_FIELDS = ("label", "labels", "category", "class")


@dataclass(frozen=True, kw_only=True)
class ClassPrediction(TaskPrediction):
    """labels: the predicted ones (one, or any number). scores: probability of each class."""

    text: str
    labels: tuple[str, ...]
    scores: dict[str, float]
    multi_label: bool

    def to_json(self) -> dict[str, Any]:
        chosen = {"labels": list(self.labels)} if self.multi_label else {"label": self.labels[0]}
        scores = {name: round(score, 6) for name, score in self.scores.items()}
        return {"text": self.text, **chosen, "scores": scores}


@final
@dataclass(frozen=True, kw_only=True)
class TextClassification(Task):
    """Puts texts into classes: sentiment, topic, intent.

    Paper: Devlin et al. 2019, "BERT", section 4.1; several labels: one sigmoid per class.
    Inputs: records with `text` and `label` (a string or number), or `labels` (a list: any number of classes).
    Loss: cross-entropy at the summary token (the first of an encoder, the last of a decoder), term `class`;
    with several labels the mean binary cross-entropy over the classes.
    Relations: the head is Hugging Face's `...ForSequenceClassification`.
    Example: `yanmo finetune text_classification --model runs/my-bert --train train.jsonl ...`
    """

    term: ClassVar = "class"
    several: bool = False

    @property
    def metric(self) -> str:
        return "micro_f1" if self.several else "accuracy"

    @property
    def multi_label(self) -> bool:
        return self.several

    @classmethod
    def from_records(
        cls, records: Sequence[Record], config: TaskConfig, *, label_smoothing: float = 0.0
    ) -> Self:
        found: set[str] = set()
        several = any(
            isinstance(record.fields[label_field(record, config, USUAL_FIELDS)], list) for record in records
        )
        for record in records:
            found.update(_labels(record, config))
        if len(found) < (1 if several else 2):
            raise InputError(
                "tasks.one_class", source=records[0].source, found=", ".join(sorted(found)) or "-"
            )
        return cls(
            labels=tuple(sorted(found, key=_order)),
            config=config,
            several=several,
            label_smoothing=label_smoothing,
        )

    @classmethod
    def from_labels(cls, labels: Sequence[str], config: TaskConfig, *, multi_label: bool = False) -> Self:
        return cls(labels=tuple(labels), config=config, several=multi_label)

    def encode(self, record: Record, encoder: Encoder, *, labelled: bool) -> list[Encoded]:
        ids = np.array(encoder.encode(record.text(self.config.text_field)).ids, dtype=np.int64)
        room = encoder.room - encoder.frame.framed_length(0)
        cut = len(ids) > room
        if cut:
            head = {"head": room, "tail": 0, "head_tail": room // 4}[self.config.truncate]
            ids = np.concatenate([ids[:head], ids[len(ids) - (room - head) :]])
        example = encoder.frame.build([ids])
        length = len(example.input_ids)
        value = np.array([-100])
        if self.several:
            value = np.zeros((1, len(self.labels)), dtype=np.float32)
        if labelled:
            classes = [self._index(name, record) for name in _labels(record, self.config)]
            if self.several:
                value[0, classes] = 1.0
            elif len(classes) == 1:
                value = np.array(classes)
            else:
                raise InputError("tasks.several_labels", source=record.source, count=len(classes))
        labels = {self.term: (np.array([encoder.frame.summary_position(length)]), value)}
        example = replace(example, prefix_length=encoder.prefix_length(length), labels=labels)
        return [Encoded(example=example, cut=cut)]

    def decode(self, record: Record, encoded: Sequence[Encoded], logits: Sequence[Logits]) -> ClassPrediction:
        values = logits[0][0].astype(np.float64)
        if self.several:
            scores = 1 / (1 + np.exp(-values))
            chosen = tuple(name for name, score in zip(self.labels, scores, strict=True) if score > 0.5)
        else:
            scores = np.exp(values - values.max())
            scores /= scores.sum()
            chosen = (self.labels[int(scores.argmax())],)
        return ClassPrediction(
            text=record.text(self.config.text_field),
            labels=chosen,
            scores=dict(zip(self.labels, scores.tolist(), strict=True)),
            multi_label=self.several,
        )

    def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
        gold = [_labels(record, self.config) for record in records]
        chosen = [prediction.labels for prediction in predictions if isinstance(prediction, ClassPrediction)]
        if self.several:
            return classification.multi_label(gold, chosen, self.labels)
        return classification.single_label(
            [names[0] for names in gold], [names[0] for names in chosen], self.labels
        )

    def term_loss(self, term: str, logits: Tensor, value: Tensor) -> Tensor:
        if not self.several:
            return Task.term_loss(self, term, logits, value)
        smooth = value * (1 - self.label_smoothing) + self.label_smoothing / 2
        return F.binary_cross_entropy_with_logits(logits.float(), smooth, reduction="sum") / len(self.labels)

    def _index(self, name: str, record: Record) -> int:
        if name not in self.labels:
            raise InputError(
                "tasks.unseen_label", source=record.source, label=name, known=", ".join(self.labels)
            )
        return self.labels.index(name)


def _order(label: str) -> tuple[int, str]:
    """Numbers by size, before words: 2 stands before 10."""
    return (int(label), "") if label.isdecimal() else (1 << 63, label)


def _labels(record: Record, config: TaskConfig) -> list[str]:
    """The labels of a record as strings. Errors: InputError with file and line."""
    name = label_field(record, config, USUAL_FIELDS)
    value = record.fields[name]
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int | float) and item != "" for item in values):
        raise InputError("tasks.bad_label", source=record.source, field=name, value=repr(value))
    return [str(item) for item in values]
