"""From the numbers of a similarity model to predictions, and from predictions to scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.messages import text
from yanmo.metrics import classification
from yanmo.metrics.correlation import pearson, spearman
from yanmo.metrics.retrieval import Vectors, first_ranks, retrieval, spread
from yanmo.metrics.threshold import best_threshold, threshold_scores
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.targets import order, positive_of, read_targets
from yanmo.tasks.task import Logits, TaskPrediction
from yanmo.tasks.texts import pair_names, texts_of

Held: TypeAlias = Literal["text", "pair", "score", "label", "classes"]
MEASURED_BY: Mapping[str, tuple[Held, ...]] = {  # what a model gives -> the records it can be measured by
    "vectors": ("text", "pair", "score", "label"),
    "vectors and classes": ("text", "pair", "score", "label", "classes"),
    "number": ("score", "label"),
    "chance": ("label", "score"),
    "classes": ("label", "classes"),
}


@dataclass(frozen=True, kw_only=True)
class SimilarityPrediction(TaskPrediction):
    """similarity: a cosine, or what a cross-encoder gives; score: on the scale of the training scores.

    label: the likeliest, or by the threshold. scores: probability of each class. vectors: of each text, length 1.
    """

    texts: tuple[str, ...]
    similarity: float | None = None
    score: float | None = None
    label: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    vectors: tuple[Vectors, ...] = field(default=(), repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        values = {"similarity": self.similarity, "score": self.score}
        return {
            **dict(zip(("text", "text_pair"), self.texts, strict=False)),
            **{name: round(value, 6) for name, value in values.items() if value is not None},
            **({} if self.label is None else {"label": self.label}),
            **(
                {"scores": {name: round(each, 6) for name, each in self.scores.items()}}
                if self.scores
                else {}
            ),
            **self.mark,
        }


def held(records: Sequence[Record], config: TaskConfig) -> Held:
    """What records hold: single texts, or pairs with nothing, scores, one or two labels, or more classes.

    Errors: InputError with file and line for a pair that lacks a side, and for labels of mixed type.
    """
    if not any(pair_names(record, config) for record in records):
        return "text"
    for record in records:
        texts_of(record, config, pair=True)
    targets = read_targets(records, config)
    if targets.kind == "none":
        return "pair"
    if targets.kind == "score":
        return "score"
    return "label" if len(set(targets.values)) <= 2 else "classes"


def measured_by(records: Sequence[Record], config: TaskConfig, gives: str) -> Held:
    """What the records hold. Errors: InputError where a model that `gives` this cannot be measured by it."""
    given, fits = held(records, config), MEASURED_BY[gives]
    if given in fits:
        return given
    raise InputError(
        "pairs.cannot_measure",
        source=records[0].source,
        given=text(f"pairs.holds_{given}"),
        fits=[text(f"pairs.holds_{name}") for name in fits],
    )


def decode(
    texts: tuple[str, ...], rows: Logits, classes: Sequence[str], positive: str | None, *, cross: bool
) -> SimilarityPrediction:
    """What the rows of one record say.

    rows: of a bi-encoder one vector per text, [texts, hidden + classes], with the logits of the classes behind the
    first; of a cross-encoder [1, classes], or [1, 1] where there are none.
    """
    values = rows.astype(np.float64)
    width = values.shape[1] - len(classes)
    scores: dict[str, float] = {}
    label = None
    if classes:
        chances = np.exp(values[0, width:] - values[0, width:].max())
        scores = dict(zip(classes, (chances / chances.sum()).tolist(), strict=True))
        label = max(classes, key=lambda name: scores[name])
    if cross:
        similarity = scores.get(positive or "") if classes else float(values[0, 0])
        return SimilarityPrediction(texts=texts, similarity=similarity, label=label, scores=scores)
    vectors = values[: len(texts), :width]
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return SimilarityPrediction(
        texts=texts,
        similarity=float(vectors[0] @ vectors[1]) if len(texts) == 2 else None,
        label=label,
        scores=scores,
        vectors=tuple(vectors.astype(np.float32)),
    )


def score(
    given: Held,
    records: Sequence[Record],
    found: Sequence[SimilarityPrediction],
    config: TaskConfig,
    *,
    positive: str | None,
    threshold: float | None,
) -> dict[str, float]:
    """The metrics of what the records hold. threshold: None to choose the best one on these records."""
    if given == "text":
        return {"spread": spread(np.stack([each.vectors[0] for each in found]))}
    if given == "pair":
        return retrieval(search_ranks(found))
    targets = read_targets(records, config)
    if given == "score":
        values = _similarities(found)
        return {
            "spearman": spearman(values, targets.scores),
            "pearson": pearson(values, targets.scores),
        }
    if found and found[0].scores:
        chosen = [each.label or "" for each in found]
        scores = classification.single_label(targets.labels, chosen, tuple(found[0].scores))
        if positive is None:
            return scores
        hits = threshold_scores(
            [float(label == positive) for label in chosen],
            [label == positive for label in targets.labels],
            0.5,
        )
        return {**scores, **{name: hits[name] for name in ("f1", "precision", "recall")}}
    if positive is None:
        positive = positive_of(sorted(set(targets.labels), key=order), config.similarity.positive_label)
    if threshold is None:
        threshold = threshold_of(records, found, config, positive)
    gold = [label == positive for label in targets.labels]
    return {**threshold_scores(_similarities(found), gold, threshold), "threshold": threshold}


def threshold_of(
    records: Sequence[Record], found: Sequence[SimilarityPrediction], config: TaskConfig, positive: str
) -> float:
    """The similarity that parts the positive label best from the other."""
    gold = [label == positive for label in read_targets(records, config).labels]
    return best_threshold(_similarities(found), gold, tune_for=config.similarity.tune_for)


def line_of(
    records: Sequence[Record], found: Sequence[TaskPrediction], config: TaskConfig, span: tuple[float, float]
) -> tuple[float, float]:
    """Offset and slope of the straight line that comes nearest from cosines to the scores' shares of the range."""
    low, high = span
    shares = (np.asarray(read_targets(records, config).scores) - low) / (high - low)
    cosines = np.asarray(_similarities([each for each in found if isinstance(each, SimilarityPrediction)]))
    if np.ptp(cosines) == 0:
        return float(shares.mean()), 0.0
    slope, offset = np.polyfit(cosines, shares, 1)
    return float(offset), float(slope)


def _similarities(found: Sequence[SimilarityPrediction]) -> list[float]:
    values = [each.similarity for each in found if each.similarity is not None]
    assert len(values) == len(found), "a similarity was asked of a model or a record that has none"
    return values


def search_ranks(found: Sequence[SimilarityPrediction]) -> NDArray[np.int64]:
    """The rank of the best partner of each first text among all second texts; equal texts count once."""
    queries: dict[str, int] = {}
    candidates: dict[str, int] = {}
    right: list[set[int]] = []
    vectors: tuple[list[Vectors], list[Vectors]] = ([], [])
    for each in found:
        for side, (known, words) in enumerate(zip((queries, candidates), each.texts, strict=True)):
            if words not in known:
                known[words] = len(known)
                vectors[side].append(each.vectors[side])
        if queries[each.texts[0]] == len(right):
            right.append(set())
        right[queries[each.texts[0]]].add(candidates[each.texts[1]])
    return first_ranks(np.stack(vectors[0]), np.stack(vectors[1]), right)
