"""Sentence similarity: two texts and how near they are, by a bi-encoder or a cross-encoder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self, final

import numpy as np
import torch
from pydantic import JsonValue
from torch import Tensor

from yanmo.config import build
from yanmo.corpus.document import Record
from yanmo.data.batch import Batch
from yanmo.data.example import Example
from yanmo.errors import InputError
from yanmo.layers.cross_entropy import cross_entropy
from yanmo.layers.pair_losses import IGNORED, compared, cosent, cosine_regression, in_batch_negatives, squared
from yanmo.layers.pooling import fingerprints, mean_pool
from yanmo.messages import text
from yanmo.models.learner import Learner
from yanmo.tasks.centring import centre
from yanmo.tasks.config import SimilarityConfig, TaskConfig
from yanmo.tasks.similarity_goals import COMPARE, GRADED, SCORE, Goal, Saved, goal_of, value_of
from yanmo.tasks.similarity_scores import (
    Held,
    SimilarityPrediction,
    decode,
    held,
    line_of,
    measured_by,
    score,
    threshold_of,
)
from yanmo.tasks.targets import (
    LABELLED,
    is_number,
    named_class,
    order,
    positive_of,
    read_target,
    read_targets,
)
from yanmo.tasks.task import Encoded, Encoder, Logits, Shown, Task, TaskPrediction, Use
from yanmo.tasks.texts import fit, have_negatives, is_text_alone, negative, pair_names, side_by_side, texts_of


@final
@dataclass(frozen=True, kw_only=True)
class SentenceSimilarity(Task):
    """Tells how near two texts are: paraphrases, questions that mean the same, search.

    Paper: Reimers and Gurevych 2019, "Sentence-BERT" (bi-encoder: regression and softmax); Huang et al. 2024, "CoSENT"
    (order of the scores); Henderson et al. 2017 (in-batch negatives); Gao et al. 2021, "SimCSE" (texts alone, each
    twice under different dropout).
    Inputs: pairs with `score` or `label`, pairs that belong together (with `negative`: a hard negative), or texts.
    Loss: term `similarity`: squared distance of the cosine from the score, how far cosines are out of the order of the
    scores, cross-entropy over (u, v, |u - v|), or cross-entropy of finding the partner among all second texts; what is
    compared is one micro-batch. A cross-encoder: squared distance or cross-entropy at the summary token, term `class`.
    Relations: a bi-encoder is saved as a bare encoder that sentence-transformers loads; a cross-encoder as Hugging
    Face's `...ForSequenceClassification`. Texts of a bi-encoder stand side by side in a row and do not see each other.
    Example: `yanmo finetune sentence_similarity --model runs/my-bert --train pairs.jsonl ...`
    """

    forms: ClassVar = (
        ("text", "text_pair", "score"), ("text", "text_pair", "label"), ("text", "text_pair", "negative"),
        ("text", "text_pair"), ("text",),
    )  # fmt: skip
    gold_fields: ClassVar = LABELLED
    settings: ClassVar = ("similarity",)
    goal: Goal = "regression"
    low: float = 0.0
    high: float = 1.0
    positive: str | None = None
    threshold: float | None = None
    line: tuple[float, float] = (0.0, 1.0)
    negatives: bool = False

    @property
    def term(self) -> str:  # type: ignore[override]
        return "class" if self.is_cross else "similarity"

    @property
    def use(self) -> Use:
        return "pair" if self.is_cross else "similar"

    @property
    def is_cross(self) -> bool:
        return self.config.similarity.encoder == "cross"

    @property
    def metric(self) -> str:
        if self.goal == "softmax":
            return "accuracy"
        if self.goal == "simcse":
            return "spread"
        if self.labels == SCORE:
            return "spearman"
        return self.config.similarity.tune_for if self.labels else "recall_at_1"

    def metric_on(self, records: Sequence[Record]) -> str:
        names: Mapping[Held, str] = {"text": "spread", "pair": "recall_at_1", "score": "spearman"}
        usual = "accuracy" if self.goal == "softmax" else self.config.similarity.tune_for
        return names.get(self._measured_by(records), usual)

    @classmethod
    def fits(cls, records: Sequence[Record], config: TaskConfig) -> bool:
        if pair_names(records[0], config) is None:
            return is_text_alone(records[0], config)
        targets = read_targets(records, config)
        return targets.kind != "label" or len(set(targets.values)) <= 2

    @classmethod
    def from_records(
        cls, records: Sequence[Record], config: TaskConfig, *, label_smoothing: float = 0.0
    ) -> Self:
        goal, given = goal_of(records, config)
        task = cls(labels=(), config=config, label_smoothing=label_smoothing, goal=goal)
        if given == "score":
            scores = read_targets(records, config).scores
            low, high = min(scores), max(scores)
            if low == high:
                raise InputError("pairs.one_score", source=records[0].source, score=low)
            return replace(task, labels=SCORE, low=low, high=high)
        if given in ("label", "classes"):
            labels = tuple(sorted(set(read_targets(records, config).labels), key=order))
            if len(labels) < 2:
                raise InputError("tasks.one_class", source=records[0].source, found=labels)
            task = replace(task, labels=labels)
            if len(labels) == 2:
                task = replace(task, positive=positive_of(labels, config.similarity.positive_label))
        return replace(task, negatives=goal == "in_batch_negatives" and have_negatives(records))

    @classmethod
    def from_labels(cls, labels: Sequence[str], config: TaskConfig, *, multi_label: bool = False) -> Self:
        return cls(labels=tuple(labels), config=config)

    @property
    def values(self) -> Mapping[str, JsonValue]:
        saved = Saved(
            encoder=self.config.similarity.encoder, loss=self.goal, pooling=self.config.similarity.pooling,
            low=self.low, high=self.high, positive=self.positive, threshold=self.threshold, line=self.line,
        )  # fmt: skip
        return saved.model_dump(mode="json")

    def with_values(self, values: Mapping[str, JsonValue]) -> Self:
        if not values:
            return self
        saved = build(Saved, values)
        known = self.config.similarity.model_dump() | saved.model_dump(include={"encoder", "loss", "pooling"})
        return replace(
            self, config=self.config.model_copy(update={"similarity": SimilarityConfig(**known)}), goal=saved.loss,
            low=saved.low, high=saved.high, positive=saved.positive, threshold=saved.threshold, line=saved.line,
        )  # fmt: skip

    def with_config(self, config: TaskConfig) -> Self:
        return replace(self, config=config.model_copy(update={"similarity": self.config.similarity}))

    @property
    def pooling(self) -> Literal["mean", "cls"] | None:
        return None if self.is_cross else self.config.similarity.pooling

    @property
    def learns_alone(self) -> bool:
        return self.goal in ("regression", "softmax")

    @property
    def truncation(self) -> str:
        return f"longest_first, {self.config.truncate}" if self.is_cross else "head"

    @classmethod
    def content(cls, record: Record, config: TaskConfig) -> str:
        texts = texts_of(record, config)
        return json.dumps(texts if len(texts) == 2 else texts[0], ensure_ascii=False)

    def head_sizes(self) -> Mapping[str, int | None]:
        if self.is_cross:
            return {"class": len(self.labels)}
        return {COMPARE: len(self.labels)} if self.goal == "softmax" else {}

    def gold(self, record: Record) -> list[str]:
        is_class = self.labels != SCORE and self.goal != "simcse"
        return named_class(record, self.config) if is_class else []

    def encode(self, record: Record, encoder: Encoder, *, labelled: bool) -> list[Encoded]:
        texts = texts_of(record, self.config, pair=None if self.goal == "simcse" else True)
        value = self._value(record, single=len(texts) == 1) if labelled else IGNORED
        kind = np.float32 if self.goal in GRADED else np.int64
        if self.is_cross:
            segments, cut = fit(texts, encoder, self.config.truncate)
            example = encoder.frame.build(segments)
            at = np.array([encoder.frame.summary_position(len(example.input_ids))])
            labels = {self.term: (at, np.array([value], dtype=kind))}
        else:
            if labelled and len(texts) == 1:
                texts *= 2  # SimCSE: dropout makes them differ
            if labelled and self.negatives and (hard := negative(record)):
                texts = (*texts, record.text(hard))
            example, at, cut = side_by_side(texts, encoder)
            learnt = np.array([value, *[-100] * (len(texts) - 1)], dtype=kind)
            labels = {self.term: (at, learnt)}
        length = encoder.prefix_length(len(example.input_ids))
        return [Encoded(example=replace(example, prefix_length=length, labels=labels), cut=cut)]

    def decode(
        self, record: Record, encoded: Sequence[Encoded], logits: Sequence[Logits]
    ) -> SimilarityPrediction:
        texts = texts_of(record, self.config)
        classes = self.labels if self.goal == "softmax" else ()
        found = decode(texts, logits[0], classes, self.positive, cross=self.is_cross)
        if found.similarity is None:
            return found
        if self.labels == SCORE:
            offset, slope = self.line
            share = min(max(offset + slope * found.similarity, 0.0), 1.0)
            return replace(found, score=self.low + share * (self.high - self.low))
        return replace(found, label=self._label(found))

    def chosen(self, prediction: TaskPrediction) -> list[str]:
        label = self._label(prediction) if isinstance(prediction, SimilarityPrediction) else None
        return [] if label is None else [label]

    def _label(self, found: SimilarityPrediction) -> str | None:
        """The likeliest class, else what the threshold says."""
        positive, threshold, similarity = self.positive, self.threshold, found.similarity
        if found.label is not None or self.labels == SCORE:
            return found.label
        if positive is None or threshold is None or similarity is None:
            return None
        return positive if similarity >= threshold else next(each for each in self.labels if each != positive)

    def own_score(self, record: Record, prediction: TaskPrediction) -> float | None:
        target = read_target(record, self.config)
        if not isinstance(prediction, SimilarityPrediction) or prediction.score is None:
            return None
        if target is None or not is_number(str(target)):
            return None
        return 1 - abs(prediction.score - float(target)) / (self.high - self.low)

    def shown(self, record: Record, prediction: TaskPrediction) -> Shown | None:
        target = read_target(record, self.config)
        if target is None or not isinstance(prediction, SimilarityPrediction):
            return None
        label = self._label(prediction)
        if label is None and prediction.score is None:
            return None
        return Shown(
            given="\n⇄ ".join(prediction.texts),
            gold="".join(self.gold(record)) or str(target),
            predicted=f"{prediction.score:.2f}" if label is None else label,
            confidence=prediction.scores.get(label or ""),
        )

    def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
        given = self._measured_by(records)
        found = [each for each in predictions if isinstance(each, SimilarityPrediction)]
        return score(given, records, found, self.config, positive=self.positive, threshold=self.threshold)

    def tuned(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> Self:
        """With the threshold that parts two labels of the dev records best, or the line to their scores."""
        if self.goal == "cosent" and held(records, self.config) == "score":
            return replace(self, line=line_of(records, predictions, self.config, (self.low, self.high)))
        if self.goal == "softmax" or self.labels == SCORE or held(records, self.config) != "label":
            return self
        labels = self.labels or tuple(sorted(set(read_targets(records, self.config).labels), key=order))
        if len(labels) < 2:
            return self
        positive = self.positive or positive_of(labels, self.config.similarity.positive_label)
        found = [each for each in predictions if isinstance(each, SimilarityPrediction)]
        threshold = threshold_of(records, found, self.config, positive)
        return replace(self, labels=labels, positive=positive, threshold=threshold)

    def signatures(self, records: Sequence[Record]) -> dict[str, str]:
        chosen_here = self.threshold is None and self.goal != "softmax" and self.labels != SCORE
        told = chosen_here and self._measured_by(records) == "label"
        return {"threshold": text("pairs.threshold_of_these")} if told else {}

    def begin(self, learner: Learner, examples: Sequence[Example]) -> None:
        if not self.is_cross and self.goal != "softmax":
            centre(learner, examples, self.term, self.outputs)

    def outputs(self, learner: Learner, batch: Batch) -> Tensor:
        if self.is_cross:
            return Task.outputs(self, learner, batch)
        vectors = self._vectors(learner, batch)
        if self.goal != "softmax":
            return vectors
        logits = self._compare(learner, vectors.view(-1, 2, vectors.shape[-1])).float()
        room = torch.stack([logits, torch.zeros_like(logits)], dim=1).flatten(0, 1)
        return torch.cat([vectors, room], dim=1)  # of each pair beside its first vector

    def loss(self, learner: Learner, batch: Batch) -> dict[str, Tensor]:
        if self.is_cross:
            return Task.loss(self, learner, batch)
        labels = batch.labels[self.term]
        texts = 3 if self.negatives else 2
        vectors = self._vectors(learner, batch).view(-1, texts, learner.backbone.config.hidden_size)
        value = labels.value.view(-1, texts)[:, 0]
        if self.goal == "regression":
            loss = cosine_regression(vectors[:, 0], vectors[:, 1], value)
        elif self.goal == "cosent":
            loss = cosent(vectors[:, 0], vectors[:, 1], value, temperature=self.config.similarity.temperature)
        elif self.goal == "softmax":
            loss = cross_entropy(self._compare(learner, vectors), value, self.label_smoothing)
        else:
            same = fingerprints(batch.input_ids, batch.sequence_ids, batch.position_ids, len(labels.at))
            temperature = self.config.similarity.temperature
            loss = in_batch_negatives(vectors, value == 1, same.view(-1, texts), temperature=temperature)
        return {self.term: loss}

    def term_loss(self, term: str, logits: Tensor, value: Tensor) -> Tensor:
        if self.goal == "regression":
            return squared(logits[:, 0], value)
        return Task.term_loss(self, term, logits, value)

    def _vectors(self, learner: Learner, batch: Batch) -> Tensor:
        """One vector for each text of the batch, [texts, hidden], fp32."""
        hidden: Tensor = learner.backbone(batch)
        at = batch.labels[self.term].at
        if self.config.similarity.pooling == "cls":
            return hidden.flatten(0, 1).index_select(0, at).float()
        return mean_pool(hidden, batch.sequence_ids, batch.position_ids, len(at))

    def _compare(self, learner: Learner, vectors: Tensor) -> Tensor:
        weight = learner.backbone.vocabulary_weight
        pairs = compared(vectors[:, 0], vectors[:, 1]).to(weight.dtype)
        logits: Tensor = learner.heads[COMPARE](pairs, weight)
        return logits

    def _measured_by(self, records: Sequence[Record]) -> Held:
        """What the records hold. Errors: InputError where this model cannot be measured by it."""
        if self.is_cross:
            gives = "number" if self.labels == SCORE else "classes" if self.positive is None else "chance"
        else:
            gives = "vectors and classes" if self.goal == "softmax" else "vectors"
        return measured_by(records, self.config, gives)

    def _value(self, record: Record, *, single: bool) -> float | int:
        if self.goal == "simcse":
            return 1 if single else IGNORED
        return value_of(
            record, self.config, goal=self.goal, labels=self.labels, positive=self.positive, span=(self.low, self.high)
        )  # fmt: skip
