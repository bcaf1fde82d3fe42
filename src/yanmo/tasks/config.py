"""The settings of tasks: where a record keeps what, and how a task reads and learns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from yanmo.config import Config
from yanmo.corpus.document import JsonValue, Record, lacks_header
from yanmo.errors import InputError
from yanmo.generation.options import MOST

TEXT = "text"  # the usual field of a text
TEXT_FIELDS = (TEXT, "sentence", "content", "review")  # its names in published sets
# A language is a name, or a BCP 47 tag: what begins with a capital or a digit behind another hyphen belongs to it.
_TAG = r"[a-z_]+(?:-[A-Z0-9][A-Za-z0-9]*)*"
DIRECTION = f"^(?:([A-Za-z_]+)-([A-Za-z_]+)|({_TAG})-({_TAG}))$"


class AnswerConfig(Config):
    """How question answering reads a context and answers."""

    stride: int = Field(default=128, ge=1)
    """Tokens from the start of one window of a long context to the start of the next."""
    max_length: int = Field(default=64, ge=1)
    """The longest answer, in tokens."""
    n_best: int = Field(default=5, ge=1)
    """Candidates in a prediction, the answer among them."""
    null_threshold: float | None = None
    """How much likelier "no answer" must be than the best answer to be given, as a difference of log probabilities;
    unset: as chosen on dev, and never where every training question has an answer."""
    metric: Literal["auto", "squad", "cmrc"] = "auto"
    """Whose script scores; auto: CMRC 2018's where question and context are mostly Chinese, else SQuAD's."""


def _label(value: object) -> object:
    """Labels are strings, also where YAML reads a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class SimilarityConfig(Config):
    """How sentence similarity is learned."""

    encoder: Literal["bi", "cross"] = "bi"
    """bi: each text becomes a vector of its own, and vectors are compared; cross: both texts are read at once."""
    loss: Literal["auto", "regression", "cosent", "softmax", "in_batch_negatives", "simcse"] = "auto"
    """auto: what fits the records (docs: sentence_similarity)."""
    pooling: Literal["mean", "cls"] = "mean"
    """How a bi-encoder makes one vector of a text: the mean over its tokens, or its summary token."""
    temperature: float = Field(default=0.05, gt=0)
    """By which cosines are divided in cosent, in_batch_negatives and simcse."""
    positive_label: Annotated[str | None, BeforeValidator(_label)] = None
    """Of two labels, the one of texts that belong together; None: 1, true, yes, entailment ..., else the last."""
    tune_for: Literal["accuracy", "f1"] = "accuracy"
    """What the threshold between two labels is chosen for, on the dev records."""


class TaskConfig(Config):
    """Where a record keeps its text and labels, and what happens to long texts."""

    text_field: str = TEXT
    """Field of the text. Token classification also reads `tokens`."""
    pair_field: str | None = None
    """Field of the second text of a pair, whose first is in `text_field`; None: the first usual pair of names that the
    record has (text and text_pair, sentence1 and sentence2, premise and hypothesis ...)."""
    label_field: str | None = None
    """Field of the labels; None: the first usual name that the record has (label, labels, tags, entities ...)."""
    columns: dict[str, str] = Field(default_factory=dict)
    """What the columns of the records are called here, where their names are others: `{text: review, label: stars}`."""
    truncate: Literal["head", "tail", "head_tail"] = "head_tail"
    """Which part of a too long text classification keeps; head_tail: a quarter from its head, the rest from its tail
    (Sun et al. 2019, "How to Fine-Tune BERT for Text Classification")."""
    answers: AnswerConfig = AnswerConfig()
    """How `question_answering` reads and answers."""
    similarity: SimilarityConfig = SimilarityConfig()
    """How `sentence_similarity` learns."""
    direction: str | None = Field(default=None, pattern=DIRECTION, examples=["en-de", "en-zh", "en-zh-Hant"])
    """Of a translation, such as en-zh or en-zh-CN: from which of a record's languages to which, as its columns are
    called."""
    beams: int = Field(default=4, ge=1, le=MOST)
    """Of a translation: candidates that are kept; 1: always the likeliest token."""
    length_penalty: float = Field(default=1.0, ge=-3, le=10)
    """Of a translation: scores are divided by length ** this; higher gives longer ones."""

    @property
    def languages(self) -> tuple[str, str] | None:
        """The two names in `direction`, from and to."""
        found = re.match(DIRECTION, self.direction or "")
        if found is None:
            return None
        source, target = (name for name in found.groups() if name is not None)
        return source, target

    @property
    def context_field(self) -> str:
        """Field of the context of a question: `context`, unless `text_field` says another."""
        return "context" if self.text_field == TEXT else self.text_field

    def preferred(self, usual: Sequence[str]) -> list[str]:
        """The usual names of a field, those that `columns` gives before the others."""
        return sorted(usual, key=lambda name: name not in self.columns)


def text_name(record: Record, config: TaskConfig) -> str:
    """The field of a single text: `text_field`; where that is left as it is, the first usual name in the record."""
    if config.text_field != TEXT:
        return config.text_field
    return next((name for name in TEXT_FIELDS if name in record.fields), TEXT)


def label_field(record: Record, config: TaskConfig, usual: Sequence[str]) -> str:
    """The field that holds the labels. Errors: InputError naming the file, the line and the fields there."""
    candidates = [config.label_field] if config.label_field else config.preferred(usual)
    for name in candidates:
        if name in record.fields:
            return name
    known = list(record.fields)
    if lacks_header(record.fields, record.source):
        raise InputError("corpus.no_header", source=record.source, field=candidates[0], known=known)
    raise InputError("tasks.no_label", source=record.source, known=known, usual=candidates)


def labels_of(record: Record, config: TaskConfig, usual: Sequence[str]) -> JsonValue:
    """The label of a record, or the list of its labels. Errors: as `label_field`."""
    name = label_field(record, config, usual)
    value = record.unpacked(name)
    return value if isinstance(value, list) else record.fields[name]
