"""From records and predictions to the evidence of a metric: what each text adds to it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from yanmo.corpus.document import Record
from yanmo.errors import YanmoError
from yanmo.evaluation.evidence import Evidence, Measure, Rows
from yanmo.evaluation.significance import entity_counts
from yanmo.tasks.entities import read_entities
from yanmo.tasks.generated import TextLoss
from yanmo.tasks.question_answering import QuestionAnswering
from yanmo.tasks.references import Answers
from yanmo.tasks.sentence_similarity import SentenceSimilarity
from yanmo.tasks.similarity_scores import SimilarityPrediction, search_ranks
from yanmo.tasks.targets import read_targets
from yanmo.tasks.task import Task, TaskPrediction
from yanmo.tasks.text_classification import ClassPrediction, TextClassification
from yanmo.tasks.text_generation import TextGeneration
from yanmo.tasks.token_classification import EntityPrediction
from yanmo.tasks.translation import Translation

CLOSE = 1e-6  # how near the evidence must come to the task's own score
Found = tuple[Measure, Rows]
BY_CLASS: Mapping[str, Measure] = {"matthews": "matthews", "macro_f1": "macro_f1"}
CORRELATIONS: Mapping[str, Measure] = {"spearman": "spearman", "pearson": "pearson"}


def gather(
    task: Task, records: Sequence[Record], predictions: Sequence[TaskPrediction], metric: str, value: float
) -> Evidence | None:
    """The evidence of a metric whose value over all records is `value`.

    None where the metric is not known to be made of single texts: evidence that does not give `value` back would
    give a wrong interval, so it counts as none. A task that is not named here has evidence where its metric is the
    mean over single records.
    """
    found = _counted(task, records, predictions, metric) or _mean(task, records, predictions, metric)
    if found is None:
        return None
    evidence = Evidence(metric=metric, measure=found[0], rows=found[1])
    return evidence if math.isclose(evidence.value, value, rel_tol=CLOSE, abs_tol=CLOSE) else None


def _counted(
    task: Task, records: Sequence[Record], predictions: Sequence[TaskPrediction], metric: str
) -> Found | None:
    """Metrics that are more than a mean over texts."""
    if metric == "f1" and (tagged := [one for one in predictions if isinstance(one, EntityPrediction)]):
        gold = [read_entities(record, task.config).entities for record in records]
        return "f1", entity_counts(gold, [one.entities for one in tagged])
    if isinstance(task, TextClassification):
        return _classes(task, records, predictions, metric)
    if isinstance(task, SentenceSimilarity):
        return _similarity(task, records, predictions, metric)
    if isinstance(task, QuestionAnswering) and metric in ("f1", "em"):
        scores = task.scores(records, predictions)
        return "ratio", _rows([[one.f1 if metric == "f1" else one.exact, 1.0] for one in scores])
    if metric in ("bleu", "rouge_l") and isinstance(task, Translation | TextGeneration):
        answers = task.answers(records, predictions)
        return None if answers is None else _answers(answers, len(records), metric)
    losses = [one for one in predictions if isinstance(one, TextLoss)]
    if losses and metric == "loss":
        return "ratio", _rows([[one.nats, one.tokens] for one in losses])
    if losses and metric == "bits_per_byte":
        return "ratio", _rows([[one.nats / math.log(2), one.num_bytes] for one in losses])
    return None


def _classes(
    task: TextClassification, records: Sequence[Record], predictions: Sequence[TaskPrediction], metric: str
) -> Found | None:
    chosen = [one.labels for one in predictions if isinstance(one, ClassPrediction)]
    gold = [task.gold(record) for record in records]
    pairs = list(zip(gold, chosen, strict=True))
    if task.multi_label and metric == "micro_f1":
        counts = [[len(set(right) & set(found)), len(set(found)), len(set(right))] for right, found in pairs]
        return "f1", _rows(counts)
    if not task.multi_label and metric in BY_CLASS:
        place = {label: number for number, label in enumerate(task.labels)}
        return BY_CLASS[metric], _rows([[place[right[0]], place[found[0]]] for right, found in pairs])
    if metric == "accuracy":
        return "ratio", _rows([[float(set(right) == set(found)), 1.0] for right, found in pairs])
    return None


def _similarity(
    task: SentenceSimilarity, records: Sequence[Record], predictions: Sequence[TaskPrediction], metric: str
) -> Found | None:
    found = [one for one in predictions if isinstance(one, SimilarityPrediction)]
    if metric in CORRELATIONS:
        gold = read_targets(records, task.config).scores
        values = [one.similarity or 0.0 for one in found]
        return CORRELATIONS[metric], _rows(
            [[value, right] for value, right in zip(values, gold, strict=True)]
        )
    if metric == "f1" and all(one.label is not None for one in found):
        gold_labels = read_targets(records, task.config).labels
        decided = [
            (one.label == task.positive, right == task.positive)
            for one, right in zip(found, gold_labels, strict=True)
        ]
        return "f1", _rows([[said and right, said, right] for said, right in decided])
    if metric.startswith("recall_at_"):
        limit = int(metric.removeprefix("recall_at_"))
        return "ratio", _rows([[rank <= limit, 1.0] for rank in search_ranks(found).tolist()])
    return None


def _answers(answers: Answers, count: int, metric: str) -> Found:
    """A row for each of `count` records: that of a source stands at its first one, the others add nothing."""
    as_bleu = metric == "bleu"
    values = _rows(answers.bleu_counts() if as_bleu else [[value, 1.0] for value in answers.rouge_l()])
    rows = np.zeros((count, values.shape[1]), dtype=np.float64)
    rows[list(answers.places)] = values
    return "bleu" if as_bleu else "ratio", rows


def _mean(
    task: Task, records: Sequence[Record], predictions: Sequence[TaskPrediction], metric: str
) -> Found | None:
    """The score of each record by itself, which is all there is to a metric that is their mean."""
    try:
        values = [
            task.score([record], [prediction])[metric]
            for record, prediction in zip(records, predictions, strict=True)
        ]
    except (YanmoError, KeyError):
        return None
    return "ratio", _rows([[value, 1.0] for value in values])


def _rows(values: Sequence[Sequence[float]]) -> Rows:
    return np.array(values, dtype=np.float64)
