"""Text classification: one class, or any number of classes, per text or per pair of texts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from pydantic import JsonValue
from torch import Tensor

from yanmo.corpus.document import Record
from yanmo.errors import InputError, as_json
from yanmo.metrics import classification
from yanmo.metrics.calibration import expected_calibration_error, fit_temperature, scaled
from yanmo.models.learner import Learner
from yanmo.tasks.config import TaskConfig, label_field, labels_of, text_name
from yanmo.tasks.entities import mark_entities
from yanmo.tasks.targets import LABEL_FIELDS, class_name, is_class, order, read_targets, refuse_mixture
from yanmo.tasks.task import Encoded, Encoder, Logits, Shown, Task, TaskPrediction, Use
from yanmo.tasks.texts import fit, pair_names, texts_of
from yanmo.tasks.unseen import unseen_label


@dataclass(frozen=True, kw_only=True)
class ClassPrediction(TaskPrediction):
    """labels: the predicted ones (one, or any number; none where it abstained). scores: probability of each class.

    temperature: at which the scores were computed.
    """

    text: str
    labels: tuple[str, ...]
    scores: dict[str, float]
    multi_label: bool
    text_pair: str | None = None
    temperature: float = 1.0
    abstained: bool = False

    @property
    def confidence(self) -> float:
        """The probability of the class that is likeliest; of several decisions, that of the least certain one."""
        if self.multi_label:
            return min((max(score, 1 - score) for score in self.scores.values()), default=1.0)
        return max(self.scores.values())

    def abstain_below(self, probability: float) -> ClassPrediction:
        """The same, or without a label where it is less sure than this."""
        return self if self.confidence >= probability else replace(self, labels=(), abstained=True)

    def to_json(self) -> dict[str, Any]:
        label = self.labels[0] if self.labels else None
        chosen: dict[str, Any] = {"labels": list(self.labels)} if self.multi_label else {"label": label}
        if self.abstained:
            chosen["abstained"] = True
        scores = {name: round(score, 6) for name, score in self.scores.items()}
        pair = {} if self.text_pair is None else {"text_pair": self.text_pair}
        return {"text": self.text, **pair, **chosen, "scores": scores, **self.mark}


@final
@dataclass(frozen=True, kw_only=True)
class TextClassification(Task):
    """Puts texts into classes: sentiment, topic, intent; or pairs of texts: inference, paraphrase.

    Paper: Devlin et al. 2019, "BERT", section 4.1; several labels: one sigmoid per class.
    Inputs: records with `text`, or two texts (`text` and `text_pair`, `premise` and `hypothesis` ...), and `label` (a
    string or number) or `labels` (a list: any number of classes).
    Loss: cross-entropy at the summary token (the first of an encoder, the last of a decoder), term `class`;
    with several labels the mean binary cross-entropy over the classes.
    Relations: the head is Hugging Face's `...ForSequenceClassification`.
    Example: `yanmo finetune text_classification --model runs/my-bert --train train.jsonl ...`
    """

    term: ClassVar = "class"
    owns_head: ClassVar = True
    distils: ClassVar = True
    forms: ClassVar = (("text", "label"), ("text", "text_pair", "label"))
    gold_fields: ClassVar = LABEL_FIELDS
    several: bool = False
    temperature: float = 1.0  # logits are divided by it, so that probabilities are as right as they say
    pairs: bool | None = None  # whether it learned from two texts; None: not known

    @property
    def metric(self) -> str:
        return "micro_f1" if self.several else "accuracy"

    @property
    def use(self) -> Use:
        return "pair" if self.pairs else "predict"

    @property
    def multi_label(self) -> bool:
        return self.several

    @classmethod
    def fits(cls, records: Sequence[Record], config: TaskConfig) -> bool:
        fields = records[0].fields
        name = next((name for name in config.preferred(LABEL_FIELDS) if name in fields), None)
        if name is None or mark_entities(records, name):
            return False
        if pair_names(records[0], config) is None:
            return isinstance(fields.get(text_name(records[0], config)), str)
        several = isinstance(records[0].unpacked(name), list)
        return several or read_targets(records, config).kind == "label"

    @classmethod
    def from_records(
        cls, records: Sequence[Record], config: TaskConfig, *, label_smoothing: float = 0.0
    ) -> Self:
        found: set[str] = set()
        _refuse_mixture(records, config)
        several = any(isinstance(labels_of(record, config, LABEL_FIELDS), list) for record in records)
        for record in records:
            found.update(_labels(record, config))
        if len(found) < (1 if several else 2):
            raise InputError("tasks.one_class", source=records[0].source, found=sorted(found))
        return cls(
            labels=tuple(sorted(found, key=order)),
            config=config,
            several=several,
            label_smoothing=label_smoothing,
            pairs=_are_pairs(records, config),
        )

    @classmethod
    def from_labels(cls, labels: Sequence[str], config: TaskConfig, *, multi_label: bool = False) -> Self:
        return cls(labels=tuple(labels), config=config, several=multi_label)

    @property
    def values(self) -> Mapping[str, JsonValue]:
        return {} if self.pairs is None else {"pairs": self.pairs}

    def with_values(self, values: Mapping[str, JsonValue]) -> Self:
        return replace(self, pairs=bool(values["pairs"]) if "pairs" in values else None)

    def tuned(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> Self:
        """With the temperature that fits the dev records; which class is predicted does not depend on it.

        It is 1 where the fitted one would make the calibration error of these records no smaller.
        """
        found = [one for one in predictions if isinstance(one, ClassPrediction)]
        if not found:
            return self
        fitted = found[0].temperature * fit_temperature(*self._decisions(records, found))
        plain, warm = replace(self, temperature=1.0), replace(self, temperature=fitted)
        return min(plain, warm, key=lambda task: task.score(records, predictions)["ece"])

    @torch.no_grad()
    def settled(self, learner: Learner) -> Self:
        """The temperature goes into the last layer of the head."""
        output = learner.heads[self.term].get_submodule("output")
        for parameter in output.parameters():
            parameter.div_(self.temperature)
        return replace(self, temperature=1.0)

    def calibrated(self, prediction: ClassPrediction) -> ClassPrediction:
        """A prediction that was made at another temperature, at this one."""
        if prediction.temperature == self.temperature:
            return prediction
        names, power = tuple(prediction.scores), self.temperature / prediction.temperature
        values = scaled(_log_odds(prediction) if self.several else _log([prediction]), power)
        chances = (values[:, 1] if self.several else values[0]).tolist()
        return replace(
            prediction, scores=dict(zip(names, chances, strict=True)), temperature=self.temperature
        )

    def _calibration_error(self, gold: Sequence[Sequence[str]], found: Sequence[ClassPrediction]) -> float:
        """Of the classes that are predicted; with several labels, of the decision about each class."""
        if not self.several:
            right = [list(one.labels) == list(names) for one, names in zip(found, gold, strict=True)]
            return expected_calibration_error([one.confidence for one in found], right)
        pairs = [
            (score, label in names)
            for one, names in zip(found, gold, strict=True)
            for label, score in one.scores.items()
        ]
        sure = [max(score, 1 - score) for score, _ in pairs]
        return expected_calibration_error(sure, [(score > 0.5) == is_one for score, is_one in pairs])

    def _decisions(
        self, records: Sequence[Record], found: Sequence[ClassPrediction]
    ) -> tuple[NDArray[np.float64], list[int]]:
        """Log probabilities [decisions, classes] and the right class of each; with several labels each is decided."""
        gold = [self.gold(record) for record in records]
        if not self.several:
            return _log(found), [self.labels.index(names[0]) for names in gold]
        right = [int(label in names) for names in gold for label in self.labels]
        return np.concatenate([_log_odds(one) for one in found]), right

    @property
    def truncation(self) -> str:
        return f"longest_first, {self.config.truncate}" if self.pairs else self.config.truncate

    @classmethod
    def content(cls, record: Record, config: TaskConfig) -> str:
        texts = texts_of(record, config)
        return json.dumps(texts if len(texts) == 2 else texts[0], ensure_ascii=False)

    def encode(self, record: Record, encoder: Encoder, *, labelled: bool) -> list[Encoded]:
        texts = texts_of(record, self.config, pair=self.pairs)
        segments, cut = fit(texts, encoder, self.config.truncate)
        example = encoder.frame.build(segments)
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
        values = logits[0][0].astype(np.float64) / self.temperature
        if self.several:
            scores = 1 / (1 + np.exp(-values))
            chosen = tuple(name for name, score in zip(self.labels, scores, strict=True) if score > 0.5)
        else:
            scores = np.exp(values - values.max())
            scores /= scores.sum()
            chosen = (self.labels[int(scores.argmax())],)
        texts = texts_of(record, self.config)
        return ClassPrediction(
            text=texts[0],
            text_pair=texts[1] if len(texts) == 2 else None,
            labels=chosen,
            scores=dict(zip(self.labels, scores.tolist(), strict=True)),
            multi_label=self.several,
            temperature=self.temperature,
        )

    def gold(self, record: Record) -> list[str]:
        return _labels(record, self.config)

    def chosen(self, prediction: TaskPrediction) -> tuple[str, ...]:
        return prediction.labels if isinstance(prediction, ClassPrediction) else ()

    def shown(self, record: Record, prediction: TaskPrediction) -> Shown | None:
        if not isinstance(prediction, ClassPrediction):
            return None
        texts = [each for each in (prediction.text, prediction.text_pair) if each is not None]
        return Shown(
            given="\n⇄ ".join(texts),
            gold=", ".join(self.gold(record)),
            predicted=", ".join(prediction.labels),
            confidence=self.calibrated(prediction).confidence,
        )

    def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
        gold = [_labels(record, self.config) for record in records]
        found = [self.calibrated(one) for one in predictions if isinstance(one, ClassPrediction)]
        chosen = [one.labels for one in found]
        if self.several:
            scores = classification.multi_label(gold, chosen, self.labels)
        else:
            scores = classification.single_label(
                [names[0] for names in gold], [names[0] for names in chosen], self.labels
            )
        return {**scores, "ece": self._calibration_error(gold, found)}

    def term_loss(self, term: str, logits: Tensor, value: Tensor) -> Tensor:
        if not self.several:
            return Task.term_loss(self, term, logits, value)
        smooth = value * (1 - self.label_smoothing) + self.label_smoothing / 2
        return F.binary_cross_entropy_with_logits(logits.float(), smooth, reduction="sum") / len(self.labels)

    def _index(self, name: str, record: Record) -> int:
        if name not in self.labels:
            raise unseen_label([(name, record.source)], self.classes)
        return self.labels.index(name)


def _log(found: Sequence[ClassPrediction]) -> NDArray[np.float64]:
    """Log probabilities [texts, classes]."""
    chances = np.array([list(one.scores.values()) for one in found], dtype=np.float64)
    return np.asarray(np.log(np.maximum(chances, 1e-300)), dtype=np.float64)


def _log_odds(prediction: ClassPrediction) -> NDArray[np.float64]:
    """Log probabilities of no and yes, [classes, 2]."""
    chances = np.array(list(prediction.scores.values()))
    both = np.stack([1 - chances, chances], axis=1)
    return np.asarray(np.log(np.maximum(both, 1e-16)), dtype=np.float64)  # 1 - p is exact to that


def _are_pairs(records: Sequence[Record], config: TaskConfig) -> bool:
    """Whether the records hold two texts, as most do. Errors: InputError naming one that differs."""
    pairs = 2 * sum(pair_names(record, config) is not None for record in records) >= len(records)
    for record in records:
        texts_of(record, config, pair=pairs)
    return pairs


def _labels(record: Record, config: TaskConfig) -> list[str]:
    """The labels of a record as strings. Errors: InputError with file and line."""
    value = labels_of(record, config, LABEL_FIELDS)
    values = value if isinstance(value, list) else [value]
    if not all(is_class(item) for item in values):
        name = label_field(record, config, LABEL_FIELDS)
        raise InputError("tasks.bad_label", source=record.source, field=name, value=as_json(value))
    return [class_name(item) for item in values]


def _refuse_mixture(records: Sequence[Record], config: TaskConfig) -> None:
    """Errors: InputError naming a record whose label is a number where others are words, or the other way round."""
    each: list[tuple[Record, object]] = []
    for record in records:
        value = labels_of(record, config, LABEL_FIELDS)
        each += [(record, item) for item in (value if isinstance(value, list) else [value])]
    refuse_mixture([record for record, _ in each], [item for _, item in each])
