"""The evidence of every task's main metric gives that metric back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from yanmo.corpus.document import JsonValue, Record
from yanmo.evaluation.gather import gather
from yanmo.metrics.entities import Entity
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.generated import TextLoss
from yanmo.tasks.question_answering import AnswerPrediction, Candidate, QuestionAnswering
from yanmo.tasks.sentence_similarity import SentenceSimilarity
from yanmo.tasks.similarity_scores import SimilarityPrediction
from yanmo.tasks.task import Task, TaskPrediction
from yanmo.tasks.text_classification import ClassPrediction, TextClassification
from yanmo.tasks.text_generation import TextGeneration
from yanmo.tasks.token_classification import EntityPrediction, TokenClassification
from yanmo.tasks.translation import Translation, TranslationPrediction

Case = tuple[Task, list[Record], list[TaskPrediction], tuple[str, ...]]


def records(*fields: dict[str, JsonValue]) -> list[Record]:
    return [Record(fields=each, source=f"set.jsonl:{line}") for line, each in enumerate(fields, 1)]


def classes() -> Case:
    given = records(*({"text": str(number), "label": "abc"[number % 3]} for number in range(12)))
    task = TextClassification.from_records(given, TaskConfig())
    found = [
        ClassPrediction(
            text=str(number),
            labels=("abc"[number % 2],),
            scores={"a": 0.5, "b": 0.3, "c": 0.2},
            multi_label=False,
        )
        for number in range(12)
    ]
    return task, given, [*found], ("accuracy", "matthews", "macro_f1")


def several() -> Case:
    given = records(
        {"text": "1", "labels": ["x", "y"]}, {"text": "2", "labels": []}, {"text": "3", "labels": ["y"]}
    )
    task = TextClassification.from_records(given, TaskConfig())
    found = [
        ClassPrediction(text="", labels=labels, scores={"x": 0.6, "y": 0.4}, multi_label=True)
        for labels in (("x",), ("x",), ("y",))
    ]
    return task, given, [*found], ("micro_f1", "accuracy")


def entities() -> Case:
    given = records(
        {"text": "我在北京", "entities": [{"start": 2, "end": 4, "label": "LOC"}]},
        {"text": "上海很大", "entities": [{"start": 0, "end": 2, "label": "LOC"}]},
    )
    task = TokenClassification.from_records(given, TaskConfig())
    found = [
        EntityPrediction(text="我在北京", entities=(Entity(kind="LOC", start=2, end=4),), scores=(0.9,)),
        EntityPrediction(text="上海很大", entities=(Entity(kind="LOC", start=0, end=1),), scores=(0.9,)),
    ]
    return task, given, [*found], ("f1",)


def questions() -> Case:
    context = "The red fox ran home."
    given = records(
        {"question": "Who?", "context": context, "answers": ["The red fox"]},
        {"question": "Where?", "context": context, "answers": ["home"]},
    )
    task = QuestionAnswering.from_records(given, TaskConfig())
    spans = ((4, 11), (8, 11))
    found = [
        AnswerPrediction(
            question="", context=context, no_answer=0.1, answer=candidate, candidates=(candidate,)
        )
        for start, end in spans
        for candidate in [Candidate(text=context[start:end], start=start, end=end, score=0.5)]
    ]
    return task, given, [*found], ("f1", "em")


def unanswered() -> Case:
    """Version 2 of SQuAD's script holds for all records as soon as one has no answer: "A" is then no answer."""
    context = "Vitamin A is good."
    given = records(
        {"question": "Which?", "context": context, "answers": ["A"]},
        {"question": "Where?", "context": context, "answers": []},
        {"question": "How is it?", "context": context, "answers": ["good"]},
    )
    task = QuestionAnswering.from_records(given, TaskConfig())
    letter = Candidate(text="A", start=8, end=9, score=0.5)
    found = [
        AnswerPrediction(question="", context=context, no_answer=0.1, answer=letter, candidates=(letter,))
        for _ in given
    ]
    return task, given, [*found], ("f1", "em")


def scores() -> Case:
    values = (0.5, 4.0, 2.5, 1.0, 5.0)
    given = records(*({"text": str(each), "text_pair": "x", "score": each} for each in values))
    task = SentenceSimilarity.from_records(given, TaskConfig())
    found = [
        SimilarityPrediction(texts=("a", "b"), similarity=each, score=each)
        for each in (0.1, 0.6, 0.7, 0.2, 0.5)
    ]
    return task, given, [*found], ("spearman", "pearson")


def search() -> Case:
    given = records(*({"text": f"q{number}", "text_pair": f"d{number}"} for number in range(4)))
    task = SentenceSimilarity.from_records(given, TaskConfig())
    vectors = np.eye(4, dtype=np.float32)
    near = vectors[[0, 2, 1, 3]]
    found = [
        SimilarityPrediction(texts=(f"q{n}", f"d{n}"), similarity=1.0, vectors=(vectors[n], near[n]))
        for n in range(4)
    ]
    return task, given, [*found], ("recall_at_1",)


def losses() -> Case:
    given = records({"text": "ab"}, {"text": "cd"})
    task = TextGeneration.from_records(given, TaskConfig())
    found = [TextLoss(nats=3.0, tokens=2, num_bytes=5), TextLoss(nats=8.0, tokens=3, num_bytes=4)]
    return task, given, [*found], ("loss", "bits_per_byte")


def answers() -> Case:
    given = records(
        {"source": "x", "target": "the cat sat on the mat ."},
        {"source": "y", "target": "a dog ran home fast ."},
        {"source": "x", "target": "on the mat sat a cat ."},
    )
    task = TextGeneration.from_records(given, TaskConfig())
    said = ("the cat sat on a mat .", "a dog ran home .", "the cat sat on a mat .")
    found = [TextLoss(nats=3.0, tokens=2, num_bytes=5, generated=each) for each in said]
    return task, given, [*found], ("bleu", "rouge_l", "loss")


def translations() -> Case:
    given = records(
        {"source": "x", "target": "the cat sat on the mat ."},
        {"source": "x", "target": "there sat a cat on the mat ."},
        {"source": "y", "target": "a dog ran home fast ."},
    )
    task = Translation.from_records(given, TaskConfig())
    said = ("the cat sat on a mat .", "the cat sat on a mat .", "a dog ran home .")
    return (
        task,
        given,
        [TranslationPrediction(text="", translation=each, score=0.0) for each in said],
        ("bleu",),
    )


@pytest.mark.parametrize(
    "case", [classes, several, entities, questions, unanswered, scores, search, losses, answers, translations]
)
def test_evidence_gives_the_metric_back(case: type) -> None:
    task, given, predictions, metrics = case()
    values = task.score(given, predictions)
    for metric in metrics:
        found = gather(task, given, predictions, metric, values[metric])
        assert found is not None, metric
        assert found.value == pytest.approx(values[metric])
        assert found.metric == metric


def test_a_metric_that_is_not_made_of_single_texts_has_none() -> None:
    task, given, predictions, _ = translations()
    assert gather(task, given, predictions, "chrf", task.score(given, predictions)["chrf"]) is None


def test_evidence_that_does_not_fit_is_refused() -> None:
    task, given, predictions, _ = classes()
    assert gather(task, given, predictions, "accuracy", 0.123) is None


def test_a_task_that_is_not_known_has_the_mean_of_single_records() -> None:
    class Odd(TextClassification):
        """As a seventh task would be: its metric is the mean over records."""

        def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
            return {"length": float(np.mean([len(record.text("text")) for record in records]))}

    given = records({"text": "a", "label": "x"}, {"text": "abc", "label": "y"})
    task = Odd(labels=("x", "y"), config=TaskConfig())
    predictions = [
        ClassPrediction(text="", labels=("x",), scores={"x": 1.0, "y": 0.0}, multi_label=False) for _ in given
    ]
    found = gather(task, given, predictions, "length", 2.0)
    assert found is not None and found.value == 2.0
