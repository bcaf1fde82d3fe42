"""What a model got right on each text, and what follows from it over several seeds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from yanmo.api.predict import load, use_machine
from yanmo.corpus.document import Record
from yanmo.evaluation.significance import entity_bootstrap, entity_counts, paired_bootstrap
from yanmo.tasks.entities import read_entities
from yanmo.tasks.task import TaskConfig
from yanmo.tasks.text_classification import ClassPrediction
from yanmo.tasks.token_classification import EntityPrediction

Outcome = list[list[int]]  # per text: [1 or 0], or [correct, predicted, gold] entities


def outcome(run: str, records: Sequence[Record]) -> Outcome:
    """Predicts all records with a fine-tuned run."""
    use_machine()
    predictions = load(run).predict(records)
    if all(isinstance(prediction, EntityPrediction) for prediction in predictions):
        gold = [read_entities(record, TaskConfig()).entities for record in records]
        found = [
            prediction.entities for prediction in predictions if isinstance(prediction, EntityPrediction)
        ]
        return [[int(count) for count in row] for row in entity_counts(gold, found)]
    labels = [prediction.labels[0] for prediction in predictions if isinstance(prediction, ClassPrediction)]
    return right(records, labels)


def right(records: Sequence[Record], labels: Sequence[str]) -> Outcome:
    """Which labels are right."""
    return [
        [int(str(record.fields["label"]) == label)] for record, label in zip(records, labels, strict=True)
    ]


def score(result: Outcome) -> float:
    """Accuracy, or F1 over all entities, in percent."""
    sums = np.array(result, dtype=np.float64).sum(axis=0)
    if len(sums) == 1:
        return float(100 * sums[0] / len(result))
    return float(200 * sums[0] / max(sums[1] + sums[2], 1.0))


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The score of each seed, their mean and standard deviation (n - 1), in percent."""
    scores = [score(result) for result in outcomes]
    deviation = statistics.stdev(scores) if len(scores) > 1 else 0.0
    return {"scores": scores, "mean": statistics.fmean(scores), "deviation": deviation}


def compare(first: Sequence[Outcome], second: Sequence[Outcome]) -> dict[str, Any]:
    """Second minus first in percent, with its 95 % interval and p-value (paired bootstrap over texts)."""
    one, other = (np.array(outcomes, dtype=np.float64) for outcomes in (first, second))
    if one.shape[-1] == 1:
        found = paired_bootstrap(one.mean(axis=0)[:, 0].tolist(), other.mean(axis=0)[:, 0].tolist())
    else:
        found = entity_bootstrap(one.sum(axis=0), other.sum(axis=0))
    values = asdict(found)
    return {name: value if name == "p_value" else 100 * value for name, value in values.items()}


def rows(outcomes: Sequence[Outcome], places: Sequence[int]) -> list[Outcome]:
    """The same for a part of the texts."""
    return [[result[place] for place in places] for result in outcomes]


def bag_of_words(
    train: Sequence[Record],
    dev: Sequence[Record],
    test: Sequence[Record],
    *,
    language: str,
    strengths: Sequence[float],
) -> tuple[Outcome, dict[str, float]] | None:
    """TF-IDF and logistic regression, C chosen on dev: what it got right on test, and dev's score for each C.

    Character 1- to 3-grams for Chinese, word 1- and 2-grams for English. None without scikit-learn.
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        print("without TF-IDF: scikit-learn is not installed")
        return None
    if language == "zh":
        vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    else:
        words = r"\w+|[^\w\s]"
        vectorizer = TfidfVectorizer(token_pattern=words, ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    features = vectorizer.fit_transform(_texts(train))
    dev_features, test_features = vectorizer.transform(_texts(dev)), vectorizer.transform(_texts(test))
    labels = [str(record.fields["label"]) for record in train]
    scores: dict[str, float] = {}
    models: dict[str, Callable[[Any], Any]] = {}
    for strength in strengths:
        model = LogisticRegression(C=strength, max_iter=2000).fit(features, labels)
        models[f"{strength:g}"] = model.predict
        scores[f"{strength:g}"] = score(right(dev, model.predict(dev_features).tolist()))
    best = max(scores, key=lambda name: scores[name])
    return right(test, models[best](test_features).tolist()), scores


def _texts(records: Sequence[Record]) -> list[str]:
    return [record.text("text") for record in records]
