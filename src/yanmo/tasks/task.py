"""A task: an objective over labelled records, with predictions and a score."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue
from torch import Tensor

from yanmo.corpus.document import Record
from yanmo.data.batch import Batch
from yanmo.data.example import Example
from yanmo.data.frame import Frame
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.tasks.config import TEXT, TaskConfig
from yanmo.tasks.targets import are_labelled
from yanmo.tokenizers import Encoding, Tokenizer

Logits = NDArray[np.float32]
Use: TypeAlias = Literal[  # each has its text, `cli.next_...`
    "predict", "pair", "names", "ask", "rows", "similar", "generate", "chat", "translate"
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """What turns text into an example: tokenizer, special tokens, and the longest sequence."""

    tokenizer: Tokenizer
    frame: Frame
    room: int

    @property
    def bidirectional(self) -> bool:
        return self.frame.summary == "first"

    def encode(self, text: str) -> Encoding:
        """The pieces of a text; what looks like a special token in it is plain text."""
        return self.tokenizer.encode(text, read_special=False)

    def ids(self, text: str) -> list[int]:
        """The same without places, which take most of the memory of a long text."""
        return self.tokenizer.ids([text])[0]

    def prefix_length(self, length: int) -> int:
        """As `Frame.prefix_length`."""
        return self.frame.prefix_length(length)


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """One example of a record. units: character spans of the places that its labels stand at, in their order.

    num_bytes: of the text (UTF-8) whose tokens are labels, for a task that learns to write.
    """

    example: Example
    units: tuple[tuple[int, int], ...] = ()
    cut: bool = False
    num_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class TaskPrediction(ABC):
    """What `predict` gives for one text. cut: whether it was too long, so that a part of it alone was read.

    id: of its record, where it has one.
    """

    cut: bool = False
    id: str | int | None = None

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""

    def __str__(self) -> str:
        """What a person reads of it, where no command shows it in a way of its own."""
        return json.dumps(self.to_json(), ensure_ascii=False)

    @property
    def mark(self) -> dict[str, Any]:
        """What `to_json` says for every task: the id, and that a text was cut."""
        return ({} if self.id is None else {"id": self.id}) | ({"cut": True} if self.cut else {})


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A record and what was said of it, for a reader. confidence: the probability of what was said."""

    given: str
    gold: str
    predicted: str
    confidence: float | None = None


@dataclass(frozen=True, kw_only=True)
class Task(Objective, ABC):
    """The base of the family. A task has one loss term, whose head has one output per label.

    labels: class names, in the order of the head's outputs; they are kept in the model folder.
    forms: what columns its records have, each way in which they may be had; `--columns` maps others onto these.
    optional: further columns that it reads where they are there; `--columns` maps onto these too.
    reads: the fields of a record that a prediction needs; where that is the text alone, plain text is enough.
    """

    term: ClassVar[str]
    forms: ClassVar[tuple[tuple[str, ...], ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ("text",)
    gold_fields: ClassVar[tuple[str, ...]] = ()  # of a label that single records may lack
    left_out: ClassVar[str] = "run.warn_unlabelled"  # the message that counts those that are not `usable`
    settings: ClassVar[tuple[str, ...]] = ()  # of `TaskConfig`, those that are not for every task
    rate: ClassVar[float] = 4e-4  # of learning, where nothing else is said, for a width of 256
    generates: ClassVar[bool] = False  # whether predictions are texts that it writes
    answers_blank: ClassVar[bool] = False  # whether there is something to say of a text without a character
    from_scratch: ClassVar[bool] = (
        False  # whether it may begin with random weights, a tokenizer of its records
    )
    distils: ClassVar[bool] = False  # whether a teacher can teach it
    owns_head: ClassVar[bool] = False  # whether a model with its head that names no task is one of it
    architecture: ClassVar[str] = "bert"  # what it usually begins with

    labels: tuple[str, ...]
    config: TaskConfig

    @property
    @abstractmethod
    def metric(self) -> str:
        """Which value of `score` chooses the best checkpoint."""

    @property
    def higher_is_better(self) -> bool:
        """Of that value."""
        return True

    @property
    def use(self) -> Use:
        """The command that a trained model of it is tried with."""
        return "predict" if self.reads == ("text",) else "rows"

    @property
    def chat_template(self) -> str | None:
        """How `transformers` writes a conversation for this model, where it learns any."""
        return None

    @classmethod
    @abstractmethod
    def from_records(
        cls, records: Sequence[Record], config: TaskConfig, *, label_smoothing: float = 0.0
    ) -> Self:
        """The task with the labels that stand in these records. Errors: InputError with file and line."""

    @classmethod
    def fits(cls, records: Sequence[Record], config: TaskConfig) -> bool:
        """Whether records like these are made for this task, as far as their columns tell.

        Errors: InputError for labels of mixed type.
        """
        return any(all(name in records[0].fields for name in form) for form in cls.forms)

    @classmethod
    def usable(cls, records: Sequence[Record], config: TaskConfig, known: Collection[str] = ()) -> list[bool]:
        """Of each record whether it can be learned from and scored; others are left out, and counted.

        known: the classes of a trained model.
        """
        if not cls.gold_fields:
            return [True] * len(records)
        return are_labelled(records, config, cls.gold_fields, known)

    @classmethod
    @abstractmethod
    def from_labels(cls, labels: Sequence[str], config: TaskConfig, *, multi_label: bool = False) -> Self:
        """The task of a model that was trained before; `labels` in the order of its head."""

    @abstractmethod
    def encode(self, record: Record, encoder: Encoder, *, labelled: bool) -> list[Encoded]:
        """The examples of a record: one, or several windows. Where `labelled` is false labels are placeholders."""

    def decode(self, record: Record, encoded: Sequence[Encoded], logits: Sequence[Logits]) -> TaskPrediction:
        """Merges the logits [labels of the example, classes] of a record's examples into one prediction.

        Every task has it, but one with its own `answer`.
        """
        raise NotImplementedError(type(self).__name__)

    def answer(
        self,
        learner: Learner,
        records: Sequence[Record],
        encoded: Sequence[Sequence[Encoded]],
        encoder: Encoder,
        *,
        batch_tokens: int,
    ) -> list[TaskPrediction] | None:
        """The predictions of a task whose answers are generated; None: the logits are decoded."""
        return None

    @abstractmethod
    def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
        """Metric name -> value over labelled records."""

    def own_score(self, record: Record, prediction: TaskPrediction) -> float | None:
        """How right a single prediction is: 1 where nothing is wrong. None: only `metric` can tell, if it is a mean."""
        return None

    def shown(self, record: Record, prediction: TaskPrediction) -> Shown | None:
        """A record among the errors of a report; None where nothing is right or wrong."""
        fields = {name: _written(value) for name, value in record.fields.items()}
        asked = [self.config.text_field if name == TEXT else name for name in self.reads]
        right = dict.fromkeys(name for form in self.forms for name in form if name not in asked)
        return Shown(
            given="\n".join(fields[name] for name in asked if name in fields),
            gold=", ".join(fields[name] for name in right if name in fields),
            predicted=str(prediction),
        )

    def sample_scores(
        self, learner: Learner, records: Sequence[Record], training: Sequence[Record], encoder: Encoder
    ) -> dict[str, float]:
        """Measured once, at the end: what the texts that the model writes for these records are like."""
        return {}

    def begin(self, learner: Learner, examples: Sequence[Example]) -> None:
        """Changes the weights before the first step, where the training examples tell how."""

    def outputs(self, learner: Learner, batch: Batch) -> Tensor:
        """The logits that `decode` reads: one row [classes] for each label of the batch, in their order."""
        return learner.logits(self.term, learner.backbone(batch), batch.labels[self.term].at)

    def metric_on(self, records: Sequence[Record]) -> str:
        """`metric`, where it depends on what the dev records hold."""
        return self.metric

    def tuned(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> Self:
        """The task with what is chosen on the dev records: a threshold, for example."""
        return self

    @property
    def classes(self) -> tuple[str, ...]:
        """What a record may be labelled with, where that is known from the training records."""
        return self.labels

    def gold(self, record: Record) -> Sequence[str]:
        """The classes that a labelled record names, where there are classes. Errors: InputError with file and line."""
        return ()

    def chosen(self, prediction: TaskPrediction) -> Sequence[str]:
        """The classes that a prediction names, where there are classes."""
        return ()

    def counts(self, records: Sequence[Record]) -> Mapping[str, int]:
        """How often each class occurs in labelled records, where there are classes."""
        return Counter(name for record in records for name in self.gold(record))

    def widened(self, record: Record, encoded: Sequence[Encoded]) -> tuple[int, int]:
        """Of the spans that a record is labelled with, how many are learned as wider ones; and all of them."""
        return 0, 0

    def settled(self, learner: Learner) -> Self:
        """The task once what `tuned` found is in the network, where it can be: so others compute the same."""
        return self

    @property
    def values(self) -> Mapping[str, JsonValue]:
        """What a saved model must know to answer again, besides its labels."""
        return {}

    def from_elsewhere(self, records: Sequence[Record]) -> Self:
        """The task of a model that somebody else trained, who wrote none of `values` down, on these records."""
        return self

    def with_values(self, values: Mapping[str, JsonValue]) -> Self:
        """The task of a model that was saved with these `values`."""
        return self

    @property
    def pooling(self) -> Literal["mean", "cls"] | None:
        """How one vector is made of a text, for tasks that do."""
        return None

    @property
    def learns_alone(self) -> bool:
        """Whether an example is learned from by itself, whatever else is in its batch."""
        return True

    @property
    def truncation(self) -> str:
        """The rule by which too long texts are cut, as the user may set it."""
        return self.config.truncate

    @classmethod
    def content(cls, record: Record, config: TaskConfig) -> str:
        """What makes two records the same example: the text, whatever its label."""
        return json.dumps(record.fields.get(config.text_field), ensure_ascii=False)

    @classmethod
    def group(cls, record: Record, config: TaskConfig) -> str:
        """Records of one group stay together where a share is held back."""
        return cls.content(record, config)

    def texts(self, record: Record) -> tuple[str, ...]:
        """What a tokenizer is learned from, for a task that may begin with random weights (`from_scratch`)."""
        return ()

    def signatures(self, records: Sequence[Record]) -> dict[str, str]:
        """How each metric of `score` was computed, for those that have more than one definition."""
        return {}

    def quick(self) -> Self:
        """The same task as it is scored on the way: cheaper, where answers take long."""
        return self

    def with_config(self, config: TaskConfig) -> Self:
        """The same task on records of another form."""
        return replace(self, config=config)

    @property
    def terms(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.term,)

    def head_sizes(self) -> Mapping[str, int | None]:
        return {self.term: len(self.labels)}

    @property
    def multi_label(self) -> bool:
        return False


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
