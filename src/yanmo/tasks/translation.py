"""Translation: a text in one language, the same in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import numpy as np

from yanmo.corpus.document import Record
from yanmo.generation.ending import Ending
from yanmo.generation.translate import translate
from yanmo.metrics import translation as scores
from yanmo.models.learner import Learner
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.references import Answers, answers_of, firsts
from yanmo.tasks.sides import (
    NESTED,
    SOURCE_FIELDS,
    TARGET_FIELDS,
    check_direction,
    language_column,
    source_of,
    target_of,
)
from yanmo.tasks.task import Encoded, Encoder, Shown, Task, TaskPrediction, Use


@dataclass(frozen=True, kw_only=True)
class TranslationPrediction(TaskPrediction):
    """score: the mean log probability of the translation's tokens, if the length penalty is 1.

    cut: the beginning alone is translated; by a decoder that learnt no direction, the end.
    """

    text: str
    translation: str
    score: float

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "translation": self.translation,
            "score": round(self.score, 6),
            **self.mark,
        }


@final
@dataclass(frozen=True, kw_only=True)
class Translation(Task):
    """Says a text in another language, or in another style of the same.

    Paper: Vaswani et al. 2017, "Attention Is All You Need"; label smoothing: section 5.4.
    Inputs: records with `source` and `target` (or `src`, `tgt`), or with the two languages of the direction, as
    columns (`en`, `zh`) or as `translation: {"en": ..., "zh": ...}`.
    Loss: cross-entropy over the vocabulary at each token of the target and at its end (term `seq2seq`).
    Relations: the head is Hugging Face's `MarianMTModel`; `text_classification` gives a label instead of a text.
    Example: `yanmo finetune translation --model transformer --preset mini --train pairs.jsonl ...`
    """

    term: ClassVar = "seq2seq"
    owns_head: ClassVar = True
    architecture: ClassVar = "transformer"
    forms: ClassVar = (("source", "target"), ("translation",))
    settings: ClassVar = ("direction", "beams", "length_penalty")
    rate: ClassVar = 1e-3  # short runs from a denoising model learn faster than at the usual one
    from_scratch: ClassVar = True
    answers_blank: ClassVar = True  # a blank one, so that lines stay beside their lines

    @property
    def metric(self) -> str:
        return "bleu"

    @property
    def use(self) -> Use:
        return "translate"

    @property
    def truncation(self) -> str:
        return "head"

    @classmethod
    def fits(cls, records: Sequence[Record], config: TaskConfig) -> bool:
        fields = records[0].fields
        if config.languages is not None and all(
            language_column(each, fields) is not None for each in config.languages
        ):
            return True
        pairs = zip(SOURCE_FIELDS, TARGET_FIELDS, strict=True)
        return isinstance(records[0].unpacked(NESTED), Mapping) or any(
            source in fields and target in fields for source, target in pairs
        )

    @classmethod
    def from_records(
        cls, records: Sequence[Record], config: TaskConfig, *, label_smoothing: float = 0.0
    ) -> Self:
        for record in records:
            check_direction(record, config)
            source_of(record, config)
            target_of(record, config)
        return cls(labels=(), config=config, label_smoothing=label_smoothing)

    @classmethod
    def from_labels(cls, labels: Sequence[str], config: TaskConfig, *, multi_label: bool = False) -> Self:
        return cls(labels=(), config=config)

    def head_sizes(self) -> Mapping[str, int | None]:
        return {self.term: None}

    @classmethod
    def content(cls, record: Record, config: TaskConfig) -> str:
        return source_of(record, config)

    def texts(self, record: Record) -> tuple[str, ...]:
        return source_of(record, self.config), target_of(record, self.config)

    def quick(self) -> Self:
        return replace(self, config=self.config.model_copy(update={"beams": 1}))

    def encode(self, record: Record, encoder: Encoder, *, labelled: bool) -> list[Encoded]:
        room = encoder.room - 1  # for the end token, or the one that the decoder starts from
        source = np.array(encoder.ids(source_of(record, self.config, empty=not labelled)), dtype=np.int64)
        if not labelled:
            return [Encoded(example=encoder.frame.source(source[:room]), cut=len(source) > room)]
        target = np.array(encoder.ids(target_of(record, self.config)), dtype=np.int64)
        example = encoder.frame.pair(source[:room], target[:room], self.term)
        return [Encoded(example=example, cut=max(len(source), len(target)) > room)]

    def answer(
        self,
        learner: Learner,
        records: Sequence[Record],
        encoded: Sequence[Sequence[Encoded]],
        encoder: Encoder,
        *,
        batch_tokens: int,
    ) -> list[TaskPrediction]:
        """A blank text has a blank translation, so that lines stay beside their lines; equal ones are read once."""
        texts = [source_of(record, self.config, empty=True) for record in records]
        places = [place for place in firsts(texts) if texts[place].strip()]
        found = translate(
            learner,
            [encoded[place][0].example.input_ids.tolist() for place in places],
            start=encoder.frame.start,
            ending=Ending(tokenizer=encoder.tokenizer, end=encoder.frame.end),
            beams=self.config.beams,
            length_penalty=self.config.length_penalty,
            batch_tokens=batch_tokens,
        )
        said = {
            texts[place]: TranslationPrediction(
                text=texts[place],
                translation=encoder.tokenizer.decode(one.ids).strip(),
                score=one.score,
                cut=encoded[place][0].cut,
            )
            for place, one in zip(places, found, strict=True)
        }
        return [said.get(text, TranslationPrediction(text=text, translation="", score=0.0)) for text in texts]

    def answers(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> Answers:
        said = [one.translation for one in predictions if isinstance(one, TranslationPrediction)]
        return answers_of(self._pairs(records), said, by_source=False)

    def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
        return {name: score.value for name, score in self.answers(records, predictions).scores().items()}

    def own_score(self, record: Record, prediction: TaskPrediction) -> float | None:
        """chrF, for a sentence seldom has the four words in a row that BLEU looks for."""
        if not isinstance(prediction, TranslationPrediction):
            return None
        return scores.chrf([prediction.translation], [[target_of(record, self.config)]]).value / 100

    def shown(self, record: Record, prediction: TaskPrediction) -> Shown | None:
        if not isinstance(prediction, TranslationPrediction):
            return None
        return Shown(
            given=prediction.text, gold=target_of(record, self.config), predicted=prediction.translation
        )

    def signatures(self, records: Sequence[Record]) -> dict[str, str]:
        pairs = self._pairs(records)
        return answers_of(pairs, [target for _, target in pairs], by_source=False).signatures

    def _pairs(self, records: Sequence[Record]) -> list[tuple[str, str]]:
        return [(source_of(record, self.config), target_of(record, self.config)) for record in records]
