"""Multiple choice: which of a question's possible answers is right, with or without a text to read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import eq
from typing import Any, ClassVar, Self, final

import numpy as np
import torch
from torch import Tensor

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.tasks.choices import USUAL_FIELDS, has_choices, read_choices, read_context, right_place
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.task import Encoded, Encoder, Logits, Shown, Task, TaskPrediction
from yanmo.tasks.texts import beside, fit

IGNORED = -100


@dataclass(frozen=True, kw_only=True)
class ChoicePrediction(TaskPrediction):
    """index: of the choice, from 0. scores: the probability of each choice, in their order."""

    question: str
    choices: tuple[str, ...]
    index: int
    scores: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answer": self.choices[self.index],
            "index": self.index,
            "choices": list(self.choices),
            "scores": [round(score, 6) for score in self.scores],
            **self.mark,
        }


@final
@dataclass(frozen=True, kw_only=True)
class MultipleChoice(Task):
    """Chooses among possible answers to a question.

    Paper: Zellers et al. 2018, "SWAG"; Devlin et al. 2019, "BERT", section 4.4; Chinese: Sun et al. 2020, "C3".
    Inputs: records with `question`, `choices` (two texts or more) and `label` or `answer` (the place of the right one
    from 0, its letter or its text); `context`, a text or a list of texts, where there is one to read. Also as MMLU,
    ARC, RACE and C-Eval have them (`tasks/choices.py`). An encoder.
    Loss: cross-entropy over the choices of a question, term `choice`: one number for each, at the first token of the
    context with the question and that choice. Every choice is a sequence of its own, and all stand side by side.
    Relations: the head is Hugging Face's `...ForMultipleChoice`; `question_answering` points at the answer in the text.
    Example: `yanmo finetune multiple_choice --model runs/my-bert --train train.jsonl ...`
    """

    term: ClassVar = "choice"
    owns_head: ClassVar = True
    forms: ClassVar = (("question", "choices", "label"), ("question", "choices", "answer"))
    optional: ClassVar = ("context",)
    reads: ClassVar[tuple[str, ...]] = ("question", "choices")

    @property
    def metric(self) -> str:
        return "accuracy"

    @classmethod
    def fits(cls, records: Sequence[Record], config: TaskConfig) -> bool:
        fields = records[0].fields
        asked = "question" in fields and has_choices(records[0])
        return asked and not fields.keys().isdisjoint(USUAL_FIELDS)

    @classmethod
    def from_records(
        cls, records: Sequence[Record], config: TaskConfig, *, label_smoothing: float = 0.0
    ) -> Self:
        for record in records:
            right_place(record, config)
        return cls(labels=(), config=config, label_smoothing=label_smoothing)

    @classmethod
    def from_labels(cls, labels: Sequence[str], config: TaskConfig, *, multi_label: bool = False) -> Self:
        return cls(labels=(), config=config)

    def head_sizes(self) -> Mapping[str, int | None]:
        return {self.term: None}

    @classmethod
    def content(cls, record: Record, config: TaskConfig) -> str:
        return json.dumps(
            [read_context(record), record.fields.get("question"), read_choices(record)],
            ensure_ascii=False,
        )

    @classmethod
    def group(cls, record: Record, config: TaskConfig) -> str:
        return read_context(record) or cls.content(record, config)

    def encode(self, record: Record, encoder: Encoder, *, labelled: bool) -> list[Encoded]:
        question, context, choices = record.text("question"), read_context(record), read_choices(record)
        if not question.strip():
            raise InputError("tasks.empty_text", source=record.source, field="question")
        parts, cut = [], False
        for choice in choices:
            texts = (context, f"{question} {choice}") if context else (question, choice)
            segments, shortened = fit(texts, encoder, self.config.truncate)
            parts.append(encoder.frame.build(segments))
            cut = cut or shortened
        example, at = beside(parts, encoder)
        value = np.full(len(at), IGNORED)
        if labelled:
            value[0] = right_place(
                record, self.config
            )  # at the first of its choices, which also tells where they begin
        return [Encoded(example=replace(example, labels={self.term: (at, value)}), cut=cut)]

    def term_loss(self, term: str, logits: Tensor, value: Tensor) -> Tensor:
        """logits [choices, 1]; value: the place of the right one at each question's first choice, elsewhere -100."""
        firsts = (value != IGNORED).nonzero().flatten()
        ends = torch.cat([firsts[1:], firsts.new_tensor([len(value)])])
        number = torch.arange(int((ends - firsts).max()), device=value.device)
        inside = number < (ends - firsts).unsqueeze(1)  # [questions, most choices]
        at = (firsts.unsqueeze(1) + number).clamp(max=len(value) - 1)
        scores = logits.float().flatten()[at].masked_fill(~inside, -torch.inf)
        wanted = scores.gather(1, value[firsts].unsqueeze(1)).squeeze(1)
        if self.label_smoothing:
            mean = scores.masked_fill(~inside, 0.0).sum(dim=1) / inside.sum(dim=1)
            wanted = torch.lerp(wanted, mean, self.label_smoothing)
        return (scores.logsumexp(dim=1) - wanted).sum()

    def decode(
        self, record: Record, encoded: Sequence[Encoded], logits: Sequence[Logits]
    ) -> ChoicePrediction:
        scores = torch.from_numpy(logits[0]).flatten().softmax(dim=0).tolist()
        return ChoicePrediction(
            question=record.text("question"),
            choices=read_choices(record),
            index=int(np.argmax(scores)),
            scores=tuple(scores),
        )

    def shown(self, record: Record, prediction: TaskPrediction) -> Shown | None:
        if not isinstance(prediction, ChoicePrediction):
            return None
        choices = [f"· {choice}" for choice in prediction.choices]
        return Shown(
            given="\n".join([prediction.question, *choices, read_context(record)]).strip(),
            gold=prediction.choices[right_place(record, self.config)],
            predicted=prediction.choices[prediction.index],
            confidence=prediction.scores[prediction.index],
        )

    def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
        chosen = [one.index for one in predictions if isinstance(one, ChoicePrediction)]
        right = [right_place(record, self.config) for record in records]
        return {"accuracy": sum(map(eq, right, chosen)) / max(1, len(right))}
