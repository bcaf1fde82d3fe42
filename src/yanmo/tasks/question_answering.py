"""Question answering: the piece of a given text that answers a question, or that there is none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import numpy as np
import torch
from pydantic import JsonValue
from torch import Tensor

from yanmo.corpus.document import Record
from yanmo.corpus.filter import script_of
from yanmo.errors import InputError
from yanmo.metrics.question_answering import (
    AnswerScores,
    best_null_threshold,
    cmrc_scores,
    squad_scores,
)
from yanmo.tasks.answer_spans import (
    MOST_PLACES,
    Span,
    answer_tokens,
    best_spans,
    context_pieces,
    context_room,
    label,
    log_softmax,
    trimmed,
    windows,
)
from yanmo.tasks.choices import has_choices
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.questions import USUAL_FIELDS, answer_texts, first_answer, read_answers, read_question
from yanmo.tasks.task import Encoded, Encoder, Logits, Shown, Task, TaskPrediction, Use
from yanmo.tasks.texts import around

IGNORED = -100
NULL_THRESHOLD_ELSEWHERE = 0.0  # `null_score_diff_threshold` of `transformers`
NULL_THRESHOLD = "null_threshold"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A possible answer: characters [start, end) of the context. score: its probability in the best window."""

    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, kw_only=True)
class AnswerPrediction(TaskPrediction):
    """The answer to a question, or None where the context is thought not to hold one.

    candidates: the best first. no_answer: the probability that there is none, where it is smallest.
    """

    question: str
    context: str
    answer: Candidate | None
    candidates: tuple[Candidate, ...]
    no_answer: float

    @property
    def score(self) -> float:
        """The probability of what is answered."""
        return self.no_answer if self.answer is None else self.answer.score

    @property
    def margin(self) -> float:
        """How much likelier no answer is than the best one: a difference of log probabilities."""
        assert self.candidates, "a context without a candidate has no margin"
        return _log(self.no_answer) - _log(self.candidates[0].score)

    def to_json(self) -> dict[str, Any]:
        answer = self.answer
        return {
            **self.mark,
            "question": self.question,
            "answer": "" if answer is None else answer.text,
            "score": round(self.score, 6),
            "start": None if answer is None else answer.start,
            "end": None if answer is None else answer.end,
            "no_answer": round(self.no_answer, 6),
            "candidates": [
                {"text": one.text, "start": one.start, "end": one.end, "score": round(one.score, 6)}
                for one in self.candidates
            ],
        }


@final
@dataclass(frozen=True, kw_only=True)
class QuestionAnswering(Task):
    """Finds the answer to a question in a text.

    Paper: Devlin et al. 2019, "BERT", sections 4.2 and 4.3; windows: Clark and Gardner 2018, "Simple and Effective
    Multi-Paragraph Reading Comprehension".
    Inputs: records with `question`, `context` and `answers` (text and start, in characters), as SQuAD and CMRC 2018
    have them; without answers, or with `is_impossible`, the context does not answer the question.
    Loss: the mean of two cross-entropies, of the answer's first and last token, each over [CLS] and the tokens of the
    context; [CLS] where the window does not hold the whole answer; term `span`. A long context is read in windows
    that overlap, each after the question.
    Relations: the head is Hugging Face's `...ForQuestionAnswering`; a span's score is P(first) * P(last) in its
    window.
    Example: `yanmo finetune question_answering --model runs/my-bert --train train.jsonl ...`
    """

    term: ClassVar = "span"
    owns_head: ClassVar = True
    forms: ClassVar = (("question", "context", "answers"), ("question", "context", "answer", "start"))
    optional: ClassVar = ("is_impossible",)
    settings: ClassVar = ("answers",)
    reads: ClassVar[tuple[str, ...]] = ("question", "context")
    fitted_threshold: float | None = None  # chosen on dev; None: every training question has an answer

    @property
    def metric(self) -> str:
        return "f1"

    @property
    def use(self) -> Use:
        return "ask"

    @property
    def null_threshold(self) -> float | None:
        """No answer is given where its margin is above this; None: there always is one."""
        chosen = self.config.answers.null_threshold
        return self.fitted_threshold if chosen is None else chosen

    @property
    def values(self) -> Mapping[str, JsonValue]:
        return {} if self.fitted_threshold is None else {NULL_THRESHOLD: self.fitted_threshold}

    def with_values(self, values: Mapping[str, JsonValue]) -> Self:
        threshold = values.get(NULL_THRESHOLD)
        return replace(self, fitted_threshold=threshold) if isinstance(threshold, int | float) else self

    @classmethod
    def fits(cls, records: Sequence[Record], config: TaskConfig) -> bool:
        fields = records[0].fields
        asked = {"question", "context"} <= fields.keys() and not has_choices(records[0])
        return asked and not fields.keys().isdisjoint({*USUAL_FIELDS, "is_impossible"})

    @classmethod
    def from_records(
        cls, records: Sequence[Record], config: TaskConfig, *, label_smoothing: float = 0.0
    ) -> Self:
        counts = [len(read_answers(record, config)) for record in records]
        if not any(counts):
            raise InputError("tasks.no_answer", source=records[0].source)
        return cls(
            labels=("start", "end"),
            config=config,
            fitted_threshold=None if all(counts) else 0.0,
            label_smoothing=label_smoothing,
        )

    @classmethod
    def from_labels(cls, labels: Sequence[str], config: TaskConfig, *, multi_label: bool = False) -> Self:
        return cls(labels=tuple(labels), config=config)

    @classmethod
    def content(cls, record: Record, config: TaskConfig) -> str:
        asked = read_question(record, config)
        return json.dumps([asked.question, asked.context], ensure_ascii=False)

    @classmethod
    def group(cls, record: Record, config: TaskConfig) -> str:
        return read_question(record, config).context  # other questions about it would give much away

    def encode(self, record: Record, encoder: Encoder, *, labelled: bool) -> list[Encoded]:
        asked = read_question(record, self.config)
        answer = first_answer(record, self.config) if labelled else None
        question = np.array(encoder.ids(asked.question), dtype=np.int64)
        room = context_room(len(question), encoder, record)
        encoding = context_pieces(asked.context, encoder)
        ids = np.array(encoding.ids, dtype=np.int64)
        span = answer_tokens(answer, encoding.offsets) if answer else None
        encoded = []
        for start, end in windows(len(ids), room, self.config.answers.stride):
            example = encoder.frame.build([question, ids[start:end]])
            first = len(question) + 2  # [CLS] question [SEP] stand before it
            places = np.concatenate([[0], np.arange(first, first + end - start)])
            values = np.full(len(places), IGNORED, dtype=np.int64)
            if labelled:
                values[0] = label(span, (start, end))
            example = replace(
                example,
                prefix_length=encoder.prefix_length(len(example.input_ids)),
                labels={self.term: (places, values)},
            )
            encoded.append(Encoded(example=example, units=((0, 0), *encoding.offsets[start:end])))
        return encoded

    def decode(
        self, record: Record, encoded: Sequence[Encoded], logits: Sequence[Logits]
    ) -> AnswerPrediction:
        asked, settings = read_question(record, self.config), self.config.answers
        found: dict[Span, float] = {}
        nothing = 0.0
        for window, values in zip(encoded, logits, strict=True):
            likely = log_softmax(values)
            nothing = min(nothing, float(likely[0].sum()))
            for first, last, score in best_spans(likely, settings.max_length, settings.n_best):
                span = trimmed(asked.context, window.units[first][0], window.units[last][1])
                found[span] = max(score, found.get(span, -np.inf))
        best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[: settings.n_best]
        candidates = tuple(
            Candidate(text=asked.context[start:end], start=start, end=end, score=float(np.exp(score)))
            for (start, end), score in best
            if start < end
        )
        prediction = AnswerPrediction(
            question=asked.question,
            context=asked.context,
            answer=None,
            candidates=candidates,
            no_answer=float(np.exp(nothing)),
        )
        return replace(prediction, answer=self._choice(prediction))

    def from_elsewhere(self, records: Sequence[Record]) -> Self:
        """The task of a model that somebody else trained, whose threshold nobody wrote down, on these records.

        Where some of them have no answer it may say so, as `transformers` lets it.
        """
        if self.null_threshold is not None or all(answer_texts(record, self.config) for record in records):
            return self
        return replace(self, fitted_threshold=NULL_THRESHOLD_ELSEWHERE)

    def tuned(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> Self:
        """The task with the threshold for "no answer" that gives the best F1, where training had such questions."""
        if self.fitted_threshold is None:
            return self
        pairs = [
            (record, prediction)
            for record, prediction in zip(records, predictions, strict=True)
            if isinstance(prediction, AnswerPrediction) and prediction.candidates
        ]
        golds = [answer_texts(record, self.config) for record, _ in pairs]
        f1 = [
            self._scores(record, prediction.candidates[0].text, gold, unanswerable=True).f1
            for (record, prediction), gold in zip(pairs, golds, strict=True)
        ]
        margins = [prediction.margin for _, prediction in pairs]
        threshold = best_null_threshold(margins, f1, [bool(gold) for gold in golds])
        return replace(self, fitted_threshold=threshold)

    def scores(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> list[AnswerScores]:
        """Of each record; as version 2 of SQuAD's script where one of them has no answer."""
        golds = [answer_texts(record, self.config) for record in records]
        answers = [self._choice(one) for one in predictions if isinstance(one, AnswerPrediction)]
        return [
            self._scores(record, answer.text if answer else "", gold, unanswerable=not all(golds))
            for record, answer, gold in zip(records, answers, golds, strict=True)
        ]

    def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
        scores = self.scores(records, predictions)
        answerable = np.array([bool(answer_texts(record, self.config)) for record in records])
        f1 = np.array([one.f1 for one in scores])
        metrics = {"f1": float(f1.mean()), "em": float(np.mean([one.exact for one in scores]))}
        if not answerable.all():
            if answerable.any():
                metrics["f1_answerable"] = float(f1[answerable].mean())
            metrics["accuracy_unanswerable"] = float(f1[~answerable].mean())
        return metrics

    def own_score(self, record: Record, prediction: TaskPrediction) -> float | None:
        if not isinstance(prediction, AnswerPrediction):
            return None
        answer = self._choice(prediction)
        said = "" if answer is None else answer.text
        return self._scores(record, said, answer_texts(record, self.config), unanswerable=True).f1

    def shown(self, record: Record, prediction: TaskPrediction) -> Shown | None:
        """The question, and of the context what stands around the right answer, else around the one that was given."""
        if not isinstance(prediction, AnswerPrediction):
            return None
        answer = self._choice(prediction)
        at = first_answer(record, self.config) or answer
        return Shown(
            given=f"{prediction.question}\n{'' if at is None else around(prediction.context, at.start, at.end)}",
            gold=" / ".join(dict.fromkeys(answer_texts(record, self.config))),
            predicted="" if answer is None else answer.text,
            confidence=prediction.no_answer if answer is None else answer.score,
        )

    def term_loss(self, term: str, logits: Tensor, value: Tensor) -> Tensor:
        """Half the cross-entropy of first and last token over the places of their window, summed over windows."""
        logits = logits.float()
        begins = value != IGNORED  # the first place of each window holds its label
        heads = begins.nonzero().squeeze(1)
        window = begins.cumsum(0) - 1
        empty = logits.new_zeros(len(heads), 2)
        highest = (empty - torch.inf).scatter_reduce(
            0, window[:, None].expand(-1, 2), logits.detach(), "amax"
        )
        sums = empty.index_add(0, window, (logits - highest[window]).exp())
        both = value[heads]
        places = torch.stack([both // MOST_PLACES, both % MOST_PLACES], dim=1) + heads[:, None]
        wanted = logits.gather(0, places)
        if self.label_smoothing:
            mean = empty.index_add(0, window, logits) / window.bincount(minlength=len(heads))[:, None]
            wanted = (1 - self.label_smoothing) * wanted + self.label_smoothing * mean
        return (sums.log() + highest - wanted).sum() / 2

    def _choice(self, prediction: AnswerPrediction) -> Candidate | None:
        """The best candidate, unless no answer is likelier by more than the threshold."""
        if not prediction.candidates:
            return None
        threshold = self.null_threshold
        if threshold is not None and prediction.margin > threshold:
            return None
        return prediction.candidates[0]

    def _scores(
        self, record: Record, answer: str, gold: Sequence[str], *, unanswerable: bool
    ) -> AnswerScores:
        metric = self.config.answers.metric
        if metric == "auto":
            asked = read_question(record, self.config)
            metric = "cmrc" if script_of(asked.question + asked.context) == "zh" else "squad"
        if metric == "cmrc":
            return cmrc_scores(answer, gold)
        return squad_scores(answer, gold, unanswerable=unanswerable)


def _log(probability: float) -> float:
    return float(np.log(max(probability, 1e-300)))
