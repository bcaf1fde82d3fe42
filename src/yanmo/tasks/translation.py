"""Translation: a text in one language, the same in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import numpy as np

from yanmo.corpus.document import JsonValue, Record
from yanmo.data.example import Example
from yanmo.errors import InputError
from yanmo.generation.ending import Ending
from yanmo.generation.translate import translate
from yanmo.metrics import translation as scores
from yanmo.models.learner import Learner
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.task import Encoded, Encoder, Task, TaskPrediction
from yanmo.tokenizers.scripts import HAN_RUN, SPACELESS

SOURCE_FIELDS = ("source", "src")
TARGET_FIELDS = ("target", "tgt")
SPACELESS_LANGUAGES = frozenset(["ja", "jp", "jpn", "th", "tha", "lo", "lao", "km", "khm", "my", "mya"])


@dataclass(frozen=True, kw_only=True)
class TranslationPrediction(TaskPrediction):
    """score: the mean log probability of the translation's tokens, if the length penalty is 1.

    cut: the beginning alone is translated.
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
    forms: ClassVar = (("source", "target"), ("translation",))
    settings: ClassVar = ("direction", "beams", "length_penalty")
    rate: ClassVar = 1e-3  # short runs from a denoising model learn faster than at the usual one
    from_scratch: ClassVar = True
    answers_blank: ClassVar = True  # a blank one, so that lines stay beside their lines

    @property
    def metric(self) -> str:
        return "bleu"

    @property
    def truncation(self) -> str:
        return "head"

    @classmethod
    def fits(cls, records: Sequence[Record], config: TaskConfig) -> bool:
        fields = records[0].fields
        if config.direction is not None and all(each in fields for each in config.direction.split("-")):
            return True
        pairs = zip(SOURCE_FIELDS, TARGET_FIELDS, strict=True)
        return isinstance(records[0].unpacked("translation"), Mapping) or any(
            source in fields and target in fields for source, target in pairs
        )

    @classmethod
    def from_records(
        cls, records: Sequence[Record], config: TaskConfig, *, label_smoothing: float = 0.0
    ) -> Self:
        for record in records:
            _source(record, config)
            _target(record, config)
        return cls(labels=(), config=config, label_smoothing=label_smoothing)

    @classmethod
    def from_labels(cls, labels: Sequence[str], config: TaskConfig, *, multi_label: bool = False) -> Self:
        return cls(labels=(), config=config)

    def head_sizes(self) -> Mapping[str, int | None]:
        return {self.term: None}

    @classmethod
    def content(cls, record: Record, config: TaskConfig) -> str:
        return _source(record, config)

    def texts(self, record: Record) -> tuple[str, ...]:
        return _source(record, self.config), _target(record, self.config)

    def quick(self) -> Self:
        return replace(self, config=self.config.model_copy(update={"beams": 1}))

    def encode(self, record: Record, encoder: Encoder, *, labelled: bool) -> list[Encoded]:
        text = _source(record, self.config, empty=not labelled)
        room = encoder.room - 1  # for the end token, or the one that the decoder starts from
        ids = encoder.encode(text).ids
        cut = len(ids) > room
        source = _example([*ids[:room], encoder.frame.end], bidirectional=True)
        if labelled:
            ids = encoder.encode(_target(record, self.config)).ids
            cut = cut or len(ids) > room
            target = _example([encoder.frame.start, *ids[:room]], bidirectional=False)
            value = np.array([*ids[:room], encoder.frame.end], dtype=np.int64)
            target = replace(target, labels={self.term: (np.arange(len(value)), value)})
            source = replace(source, target=target)
        return [Encoded(example=source, cut=cut)]

    def answer(
        self,
        learner: Learner,
        records: Sequence[Record],
        encoded: Sequence[Sequence[Encoded]],
        encoder: Encoder,
        *,
        batch_tokens: int,
    ) -> list[TaskPrediction]:
        """A blank text has a blank translation, so that lines stay beside their lines."""
        texts = [_source(record, self.config, empty=True) for record in records]
        places = [place for place, text in enumerate(texts) if text.strip()]
        results = [TranslationPrediction(text=text, translation="", score=0.0) for text in texts]
        found = translate(
            learner,
            [encoded[place][0].example.input_ids.tolist() for place in places],
            start=encoder.frame.start,
            ending=Ending(tokenizer=encoder.tokenizer, end=encoder.frame.end),
            beams=self.config.beams,
            length_penalty=self.config.length_penalty,
            batch_tokens=batch_tokens,
        )
        for place, one in zip(places, found, strict=True):
            said = encoder.tokenizer.decode(one.ids).strip()
            cut = encoded[place][0].cut
            results[place] = replace(results[place], translation=said, score=one.score, cut=cut)
        return [*results]

    def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
        said = [one.translation for one in predictions if isinstance(one, TranslationPrediction)]
        return {name: score.value for name, score in self._scores(records, said).items()}

    def signatures(self, records: Sequence[Record]) -> dict[str, str]:
        said = [_target(record, self.config) for record in records]
        return {name: score.signature for name, score in self._scores(records, said).items()}

    def _scores(self, records: Sequence[Record], said: Sequence[str]) -> dict[str, scores.Score]:
        references = [_target(record, self.config) for record in records]
        tokenize = cut_for(references, self.config.direction)
        return {
            "bleu": scores.bleu(said, references, tokenize=tokenize),
            "chrf": scores.chrf(said, references),
        }


def _example(ids: list[int], *, bidirectional: bool) -> Example:
    return Example(
        input_ids=np.array(ids, dtype=np.int64),
        token_type_ids=np.zeros(len(ids), dtype=np.int64),
        protected=np.zeros(len(ids), dtype=bool),
        prefix_length=len(ids) if bidirectional else 0,
    )


def cut_for(references: Sequence[str], direction: str | None) -> scores.Cut:
    """How BLEU cuts the targets: Chinese as WMT does, others without spaces between words into characters; as the
    direction says, else as most characters are."""
    if direction is not None:
        language = direction.split("-")[1].lower()
        return "zh" if language.startswith("zh") else "char" if language in SPACELESS_LANGUAGES else "13a"
    characters = "".join("".join(reference.split()) for reference in references)
    if 2 * sum(map(len, HAN_RUN.findall(characters))) > len(characters):
        return "zh"
    return "char" if 2 * len(SPACELESS.findall(characters)) > len(characters) else "13a"


def _source(record: Record, config: TaskConfig, *, empty: bool = False) -> str:
    return _side(record, config, 0, (config.text_field, *SOURCE_FIELDS), empty=empty)


def _target(record: Record, config: TaskConfig) -> str:
    named = (config.label_field,) if config.label_field else TARGET_FIELDS
    return _side(record, config, 1, named, empty=False)


def _side(record: Record, config: TaskConfig, side: int, usual: Sequence[str], *, empty: bool) -> str:
    """One of the two texts. Errors: InputError naming the row where it is missing, empty or no text."""
    fields: Mapping[str, JsonValue] = record.fields
    nested = record.unpacked("translation")
    if config.direction is not None:
        language = config.direction.split("-")[side]
        if isinstance(nested, Mapping) and language in nested:
            fields, usual = nested, (language,)
        elif language in fields or isinstance(nested, Mapping):
            usual = (language,)
    elif isinstance(nested, Mapping) and not any(name in fields for name in usual):
        known = list(nested)
        example = "-".join([*nested, "en", "zh"][:2])
        raise InputError("tasks.no_direction", source=record.source, known=known, example=example)
    name = next((name for name in usual if name in fields), None)
    if name is None:
        known = [*fields, *(nested if isinstance(nested, Mapping) else ())]
        raise InputError("tasks.side_missing", source=record.source, usual=usual, known=known)
    value = fields[name]
    if not isinstance(value, str):
        raise InputError("tasks.side_no_text", source=record.source, field=name, value=repr(value)[:80])
    if not value.strip() and not empty:
        raise InputError("tasks.side_empty", source=record.source, field=name)
    return value
