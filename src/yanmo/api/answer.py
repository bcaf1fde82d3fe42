"""`yanmo answer`: find passages in a corpus, read them, and say which one the answer stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yanmo.api.encode import encode
from yanmo.corpus.passages import Passage, passages
from yanmo.corpus.read import CorpusConfig, read_raw
from yanmo.corpus.search import Index
from yanmo.corpus.statistics import CorpusReport
from yanmo.errors import InputError, RunError
from yanmo.tasks.question_answering import AnswerPrediction, QuestionAnswering

if TYPE_CHECKING:
    from yanmo.api.predict import Model


TERM = QuestionAnswering.term


@dataclass(frozen=True, kw_only=True)
class Found:
    """A passage and how near it is to the question: BM25, or a cosine."""

    passage: Passage
    score: float


@dataclass(frozen=True, kw_only=True)
class CitedAnswer:
    """An answer: characters [start, end) of a passage that begins at the line `source`.

    probability: what the reader gives the answer in its passage. relevance: of the passage, from 0 to 1 (the best one
    that was found). score: their product, by which answers are ordered.
    """

    text: str
    score: float
    probability: float
    relevance: float
    source: str
    passage: str
    start: int
    end: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Library:
    """The passages of a corpus, as they stand in its files, and a way to find some of them.

    retriever: a bi-encoder whose vectors are compared; None: BM25 (`corpus.search`).
    Errors: InputError for a corpus that cannot be read or holds no text; RunError for a model without vectors.
    """

    def __init__(self, corpus: CorpusConfig, retriever: Model | None = None) -> None:
        documents = read_raw(corpus, CorpusReport())
        self.passages = [passage for document in documents for passage in passages(document)]
        if not self.passages:
            raise InputError("answer.no_passage", paths=corpus.paths)
        texts = [passage.text for passage in self.passages]
        self.retriever = retriever
        if retriever is None:
            self._index = Index(texts)
        else:
            self._vectors = encode(retriever, texts, normalize=True)

    def find(self, question: str, count: int) -> list[Found]:
        """At most `count` passages, the nearest first; by BM25 only such as share a term with the question."""
        if self.retriever is None:
            best = self._index.best(question, count)
        else:
            cosine = self._vectors @ encode(self.retriever, [question], normalize=True)[0]
            order = np.argsort(-cosine, kind="stable")[:count]
            best = [(int(place), float(cosine[place])) for place in order]
        return [Found(passage=self.passages[place], score=score) for place, score in best]


def require_reader(model: Model) -> None:
    """Errors: RunError when the model was not trained to answer questions."""
    if TERM not in model.learner.heads:
        heads = list(model.learner.heads)
        raise RunError("answer.no_reader", path=model.source, heads=heads)


def answer(reader: Model, question: str, found: Sequence[Found], *, top: int = 3) -> list[CitedAnswer]:
    """The best answers in the passages, one for each passage at most, the best first.

    As in BERTserini (Yang et al. 2019), finding and reading both count; here as a product, which needs no weight.
    Errors: as `require_reader`.
    """
    require_reader(reader)
    context = reader.settings.context_field
    read = reader.predict([{"question": question, context: one.passage.text} for one in found])
    answers = []
    best = max((one.score for one in found), default=0.0)
    for one, said in zip(found, read, strict=True):
        assert isinstance(said, AnswerPrediction)
        if said.answer is None:
            continue
        relevance = max(0.0, one.score / best) if best > 0 else 0.0
        answers.append(
            CitedAnswer(
                text=said.answer.text,
                score=relevance * said.answer.score,
                probability=said.answer.score,
                relevance=relevance,
                source=one.passage.source,
                passage=one.passage.text,
                start=said.answer.start,
                end=said.answer.end,
            )
        )
    return sorted(answers, key=lambda each: -each.score)[:top]
