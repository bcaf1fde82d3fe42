"""Classical baselines of the labelled sets: what a model must beat to be worth its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from yanmo.corpus.document import Record
from yanmo.evaluation.evidence import Evidence
from yanmo.evaluation.significance import entity_counts
from yanmo.evaluation.suite import Suite
from yanmo.metrics.entities import spans_from_tags
from yanmo.tasks.targets import read_targets
from yanmo.tasks.texts import texts_of

STRENGTHS = (1.0, 3.0, 10.0, 30.0)  # C of the logistic regression
DECAYS = (1e-6, 1e-5)  # alpha of the one over words in their context
FEATURES = 1 << 18
NEIGHBOURS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What it got right on the test records. dev: the score of each strength on dev, the best of which was taken."""

    method: str
    evidence: Evidence
    dev: dict[str, float]


def baseline(
    suite: Suite, train: Sequence[Record], dev: Sequence[Record], test: Sequence[Record]
) -> Baseline | None:
    """The baseline of a set's task; None where there is none, or without scikit-learn."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        print("without a classical baseline: scikit-learn is not installed")
        return None
    if suite.task == "text_classification" and suite.metric in ("accuracy", "matthews", "macro_f1"):
        return _bag_of_words(suite, train, dev, test)
    if suite.task == "sentence_similarity" and suite.metric == "spearman":
        return _cosine(suite, train, test)
    if suite.task == "token_classification" and all("tokens" in record.fields for record in train):
        return _tagger(train, dev, test)
    return None


def _vectorizer(language: str) -> Any:
    """Character 1- to 3-grams for Chinese, word 1- and 2-grams for English."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if language == "zh":
        return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    return TfidfVectorizer(token_pattern=r"\w+|[^\w\s]", ngram_range=(1, 2), sublinear_tf=True, min_df=2)


def _bag_of_words(
    suite: Suite, train: Sequence[Record], dev: Sequence[Record], test: Sequence[Record]
) -> Baseline:
    """TF-IDF and logistic regression, C chosen on dev. Of a pair: what both texts have, and what they differ in."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    vectorizer = _vectorizer(suite.language)
    vectorizer.fit([text for record in train for text in texts_of(record, suite.settings)])

    def features(records: Sequence[Record]) -> Any:
        sides = list(zip(*(texts_of(record, suite.settings) for record in records), strict=True))
        first, *second = (vectorizer.transform(side) for side in sides)
        if not second:
            return first
        return sparse.hstack([first.multiply(second[0]), abs(first - second[0])]).tocsr()

    golds = [[str(record.fields["label"]) for record in records] for records in (train, dev, test)]
    names = sorted({name for gold in golds for name in gold})
    made = [features(records) for records in (train, dev, test)]

    def evidence(found: Sequence[str], gold: Sequence[str]) -> Evidence:
        pairs = [
            [names.index(right), names.index(str(said))] for right, said in zip(gold, found, strict=True)
        ]
        if suite.metric == "accuracy":
            return _evidence(suite.metric, "ratio", [[float(right == said), 1.0] for right, said in pairs])
        return _evidence(suite.metric, suite.metric, pairs)

    models = {
        f"{strength:g}": LogisticRegression(C=strength, max_iter=2000).fit(made[0], golds[0])
        for strength in STRENGTHS
    }
    scores = {name: evidence(model.predict(made[1]), golds[1]).value for name, model in models.items()}
    best = max(scores, key=lambda name: scores[name])
    return Baseline(
        method="TF-IDF + LR", evidence=evidence(models[best].predict(made[2]), golds[2]), dev=scores
    )


def _cosine(suite: Suite, train: Sequence[Record], test: Sequence[Record]) -> Baseline:
    """The cosine of TF-IDF vectors, which learns nothing from the scores."""
    vectorizer = _vectorizer(suite.language)
    vectorizer.fit([text for record in train for text in texts_of(record, suite.settings)])
    first, second = zip(*(texts_of(record, suite.settings) for record in test), strict=True)
    near = np.asarray(vectorizer.transform(first).multiply(vectorizer.transform(second)).sum(axis=1)).ravel()
    gold = read_targets(test, suite.settings).scores
    rows = [[value, right] for value, right in zip(near.tolist(), gold, strict=True)]
    return Baseline(method="cosine of TF-IDF", evidence=_evidence("spearman", "spearman", rows), dev={})


def _tagger(train: Sequence[Record], dev: Sequence[Record], test: Sequence[Record]) -> Baseline:
    """A tag for each token from the tokens around it: a CRF where one is installed, else logistic regression."""
    try:
        from sklearn_crfsuite import CRF
    except ImportError:
        return _regression_tagger(train, dev, test)
    crf = CRF(algorithm="lbfgs", c1=0.1, c2=0.1, max_iterations=100)
    crf.fit(
        [[dict.fromkeys(one, 1) for one in _contexts(record)] for record in train], [_tags(r) for r in train]
    )
    found = crf.predict([[dict.fromkeys(one, 1) for one in _contexts(record)] for record in test])
    return Baseline(method="CRF", evidence=_entities(test, [list(tags) for tags in found]), dev={})


def _regression_tagger(train: Sequence[Record], dev: Sequence[Record], test: Sequence[Record]) -> Baseline:
    from sklearn.feature_extraction import FeatureHasher
    from sklearn.linear_model import SGDClassifier

    hasher = FeatureHasher(n_features=FEATURES, input_type="string", alternate_sign=False)

    def features(records: Sequence[Record]) -> Any:
        return hasher.transform(context for record in records for context in _contexts(record))

    def predicted(model: Any, records: Sequence[Record], made: Any) -> Evidence:
        tags = iter(model.predict(made).tolist())
        return _entities(records, [[next(tags) for _ in _tags(record)] for record in records])

    made = {name: features(records) for name, records in (("train", train), ("dev", dev), ("test", test))}
    gold = [tag for record in train for tag in _tags(record)]
    models = {
        f"{decay:g}": SGDClassifier(loss="log_loss", alpha=decay, max_iter=12, tol=None, random_state=0).fit(
            made["train"], gold
        )
        for decay in DECAYS
    }
    scores = {name: predicted(model, dev, made["dev"]).value for name, model in models.items()}
    best = max(scores, key=lambda name: scores[name])
    return Baseline(
        method="LR over neighbouring words", evidence=predicted(models[best], test, made["test"]), dev=scores
    )


def _contexts(record: Record) -> list[list[str]]:
    """The features of each token: itself, its neighbours and their pairs, its ends, its shape."""
    tokens = [str(token) for token in record.fields["tokens"]]  # type: ignore[union-attr]
    padded = ["<s>", "<s>", *tokens, "</s>", "</s>"]
    result = []
    for place, token in enumerate(tokens):
        around = padded[place : place + len(NEIGHBOURS)]
        shape = "".join(
            "X" if c.isupper() else "x" if c.islower() else "0" if c.isdigit() else c for c in token
        )
        result.append(
            [
                *(f"{offset}={word}" for offset, word in zip(NEIGHBOURS, around, strict=True)),
                *(f"{place}+={one} {other}" for place, (one, other) in enumerate(pairwise(around))),
                *(f"end={token[-size:].lower()}" for size in (2, 3)),
                *(f"begin={token[:size].lower()}" for size in (2, 3)),
                f"shape={shape[:8]}",
                f"lower={token.lower()}",
            ]
        )
    return result


def _tags(record: Record) -> list[str]:
    return [str(tag) for tag in record.fields["tags"]]  # type: ignore[union-attr]


def _entities(records: Sequence[Record], tags: Sequence[list[str]]) -> Evidence:
    counts = entity_counts(
        [spans_from_tags(_tags(record)) for record in records], [spans_from_tags(t) for t in tags]
    )
    return Evidence(metric="f1", measure="f1", rows=counts)


def _evidence(metric: str, measure: Any, rows: Sequence[Sequence[float]]) -> Evidence:
    return Evidence(metric=metric, measure=measure, rows=np.array(rows, dtype=np.float64))
