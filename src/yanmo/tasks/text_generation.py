"""Text generation: texts to continue, and conversations to answer."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from statistics import fmean
from typing import ClassVar, Self, final

import numpy as np
from pydantic import JsonValue

from yanmo.corpus.document import Record
from yanmo.data.example import Example
from yanmo.errors import InputError
from yanmo.generation.options import GenerateOptions
from yanmo.metrics.diversity import copied, distinct
from yanmo.metrics.language_model import bits_per_byte, perplexity
from yanmo.metrics.translation import chrf
from yanmo.models.learner import Learner
from yanmo.tasks.choices import has_choices
from yanmo.tasks.config import TaskConfig, text_name
from yanmo.tasks.continued import ANSWER, continued
from yanmo.tasks.conversation import (
    AMBIGUOUS,
    FIELDS,
    asked,
    can_be_learnt,
    fitted,
    messages_name,
    pair_of,
    read_messages,
    read_sides,
    written,
)
from yanmo.tasks.generated import TextLoss, TextPrediction
from yanmo.tasks.inference import losses
from yanmo.tasks.references import Answers, answers_of, firsts
from yanmo.tasks.sides import check_direction
from yanmo.tasks.targets import LABEL_FIELDS
from yanmo.tasks.task import Encoded, Encoder, Shown, Task, TaskPrediction, Use
from yanmo.tasks.text_examples import TERM, before_answer, learnt, prompt, utf8
from yanmo.tasks.texts import is_text_alone
from yanmo.tokenizers.chat import (
    TEMPLATE,
    Message,
    encode_message,
    is_chat,
    opening,
)

SAMPLED = GenerateOptions(
    max_new_tokens=64, top_k=0, top_p=0.95
)  # what the samples of an evaluation are drawn with
SAMPLES = 32
BEGINNING = 8  # tokens of a text that a sample goes on from
COPIED = 5  # shorter n-grams occur in any text of the kind
LOSS_TOKENS = 2048  # in a batch whose logits cover the vocabulary


@final
@dataclass(frozen=True, kw_only=True)
class TextGeneration(Task):
    """Learns to write: to continue texts, or to answer.

    Paper: Radford et al. 2019, "GPT-2"; loss on the answers alone: Ouyang et al. 2022, "InstructGPT".
    Inputs: records with `text`; with a question and its answer (`prompt` and `completion`, `instruction` and `output`,
    `question` and `answer`, `source` and `target`, `text` and `summary`, or the two languages of a direction); or with
    `messages`, a list of role and content. A decoder.
    Loss: cross-entropy over the vocabulary, term `clm`: at every token of a text, at those of the assistant's messages
    in a conversation.
    Relations: the head is that of pre-training by `clm`; Hugging Face's `...LMHeadModel`.
    Example: `yanmo finetune text_generation --model runs/my-gpt --train train.jsonl ...`
    """

    term: ClassVar = TERM
    owns_head: ClassVar = True
    architecture: ClassVar = "gpt2"
    forms: ClassVar = (("messages",), ("prompt", "completion"), ("question", "answer"), ("text",))
    optional: ClassVar = FIELDS
    left_out: ClassVar = "run.warn_conversations"
    settings: ClassVar = ("direction",)
    text_term: ClassVar = TERM
    generates: ClassVar = True
    answers_blank: ClassVar = True  # a beginning
    conversations: bool = False
    compares: bool = True  # answers with targets; writing them takes longer than all the rest

    @property
    def metric(self) -> str:
        return "loss"

    @property
    def higher_is_better(self) -> bool:
        return False

    @property
    def use(self) -> Use:
        if self.config.direction is not None:
            return "translate"
        return "chat" if self.conversations else "generate"

    @property
    def truncation(self) -> str:
        if self.config.direction is not None:
            return "head"  # as an encoder-decoder: what is left of both sides belongs together
        if self.conversations:
            return "oldest_turns"
        return "tail" if self.config.truncate == "tail" else "head"

    @property
    def values(self) -> Mapping[str, JsonValue]:
        return {"conversations": True} if self.conversations else {}

    def with_values(self, values: Mapping[str, JsonValue]) -> Self:
        return replace(self, conversations=values.get("conversations") is True)

    @property
    def chat_template(self) -> str | None:
        return TEMPLATE if self.conversations else None

    @classmethod
    def fits(cls, records: Sequence[Record], config: TaskConfig) -> bool:
        fields = records[0].fields
        if config.direction is not None:
            return False
        if messages_name(records[0], config) is not None:
            return True
        pair = pair_of(records[0], config, answered=True)
        if pair in AMBIGUOUS:
            return fields.keys().isdisjoint(("context", *LABEL_FIELDS)) and not has_choices(records[0])
        return pair is not None or is_text_alone(records[0], config)

    @classmethod
    def usable(cls, records: Sequence[Record], config: TaskConfig, known: Collection[str] = ()) -> list[bool]:
        return [can_be_learnt(record, config) for record in records]

    @classmethod
    def from_records(
        cls, records: Sequence[Record], config: TaskConfig, *, label_smoothing: float = 0.0
    ) -> Self:
        conversations = False
        for record in records:
            if messages_name(record, config) is None:
                check_direction(record, config)
            if read_messages(record, config, answered=True) is None:
                record.text(text_name(record, config))
            else:
                conversations = True
        return cls(labels=(), config=config, label_smoothing=label_smoothing, conversations=conversations)

    @classmethod
    def from_labels(cls, labels: Sequence[str], config: TaskConfig, *, multi_label: bool = False) -> Self:
        return cls(labels=tuple(labels), config=config)

    def head_sizes(self) -> dict[str, int | None]:
        return {self.term: None}

    @classmethod
    def content(cls, record: Record, config: TaskConfig) -> str:
        messages = read_messages(record, config, answered=True)
        if messages is None:
            return record.text(text_name(record, config))
        said = [f"{message.role} {message.content.strip()}" for message in messages]
        return json.dumps(
            said[:-1] if len(said) == 2 else said, ensure_ascii=False
        )  # a question may have answers

    def encode(self, record: Record, encoder: Encoder, *, labelled: bool) -> list[Encoded]:
        messages = read_messages(record, self.config, answered=labelled)
        if messages is not None:
            if labelled:
                return [self._conversation(messages, encoder)]
            return [self._question(messages, encoder, record.source)]
        text = record.text(text_name(record, self.config))
        if labelled:
            return [self._text(text, encoder)]
        if is_chat(encoder.tokenizer) and text.strip():
            return [self._question([Message(role="user", content=text)], encoder, record.source)]
        return [prompt([encoder.frame.start, *encoder.ids(text)], encoder, record.source)]

    def answer(
        self,
        learner: Learner,
        records: Sequence[Record],
        encoded: Sequence[Sequence[Encoded]],
        encoder: Encoder,
        *,
        batch_tokens: int,
    ) -> list[TaskPrediction]:
        """The loss of records that were encoded with their labels, else the text that follows, by greedy search."""
        examples = [one.example for each in encoded for one in each]
        if all(self.term in example.labels for example in examples):
            nats = losses(
                learner,
                examples,
                self.term,
                batch_tokens=min(batch_tokens, LOSS_TOKENS),
                max_length=encoder.room,
            )
            said = self._answers(learner, records, examples, encoder) if self.compares else {}
            return [
                TextLoss(
                    nats=loss,
                    tokens=len(one.example.labels[self.term][0]),
                    num_bytes=one.num_bytes,
                    generated=said[asked(record, self.config)] if said else None,
                )
                for record, loss, (one,) in zip(records, nats, encoded, strict=True)
            ]
        found = continued(learner, [each.input_ids.tolist() for each in examples], ANSWER, encoder)
        return [
            TextPrediction(text=asked(record, self.config), generated=each.text, cut=one.cut)
            for record, (one,), each in zip(records, encoded, found, strict=True)
        ]

    def quick(self) -> Self:
        return replace(self, compares=False)

    def _answers(
        self, learner: Learner, records: Sequence[Record], examples: Sequence[Example], encoder: Encoder
    ) -> dict[str, str]:
        """Source -> what is answered to it, where all records have one; records of the same source are read once."""
        sources = [source for source, _ in self._sides(records)]
        places = firsts(sources)
        found = continued(learner, [before_answer(examples[place]) for place in places], ANSWER, encoder)
        return {sources[place]: one.text.strip() for place, one in zip(places, found, strict=True)}

    def _sides(self, records: Sequence[Record]) -> list[tuple[str, str]]:
        """The source and the target of each record; empty where some have none: others would not be like them."""
        sides = [each for record in records if (each := read_sides(record, self.config)) is not None]
        return sides if len(sides) == len(records) else []

    def answers(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> Answers | None:
        """The generated texts beside their targets; None where there are none."""
        sides = self._sides(records)
        said = [
            one.generated for one in predictions if isinstance(one, TextLoss) and one.generated is not None
        ]
        return self._beside(sides, said) if sides and len(said) == len(sides) else None

    def _beside(self, sides: Sequence[tuple[str, str]], said: Sequence[str]) -> Answers:
        """With a direction they are translations."""
        return answers_of(sides, said, by_source=self.config.direction is None)

    def score(self, records: Sequence[Record], predictions: Sequence[TaskPrediction]) -> dict[str, float]:
        found = [prediction for prediction in predictions if isinstance(prediction, TextLoss)]
        nats = sum(each.nats for each in found)
        tokens = sum(each.tokens for each in found)
        loss = nats / tokens if tokens else math.nan
        scores = {
            "loss": loss,
            "perplexity": perplexity(loss),
            "bits_per_byte": bits_per_byte(nats, sum(each.num_bytes for each in found)),
        }
        answers = self.answers(records, predictions)
        if answers is not None:
            scores |= {name: each.value for name, each in answers.scores().items()}
            scores["rouge_l"] = fmean(answers.rouge_l())
        return scores

    def signatures(self, records: Sequence[Record]) -> dict[str, str]:
        sides = self._sides(records)
        return self._beside(sides, [target for _, target in sides]).signatures if sides else {}

    def own_score(self, record: Record, prediction: TaskPrediction) -> float | None:
        """chrF of an answer, as of a translation."""
        shown = self.shown(record, prediction)
        return None if shown is None else chrf([shown.predicted], [[shown.gold]]).value / 100

    def shown(self, record: Record, prediction: TaskPrediction) -> Shown | None:
        """An answer beside its target; a text that was foreseen badly is no mistake."""
        sides = read_sides(record, self.config)
        if sides is None or not isinstance(prediction, TextLoss) or prediction.generated is None:
            return None
        return Shown(given=sides[0], gold=sides[1], predicted=prediction.generated)

    def sample_scores(
        self, learner: Learner, records: Sequence[Record], training: Sequence[Record], encoder: Encoder
    ) -> dict[str, float]:
        prompts = [one.input_ids.tolist() for one in islice(self._sample_prompts(records, encoder), SAMPLES)]
        texts = [one.text for one in continued(learner, prompts, SAMPLED, encoder)]
        scores = {"distinct_1": distinct(texts, 1), "distinct_2": distinct(texts, 2)}
        if training:
            known = (text for record in training for text in written(record, self.config))
            scores[f"copied_{COPIED}"] = copied(texts, known, COPIED)
        return scores

    def _sample_prompts(self, records: Sequence[Record], encoder: Encoder) -> Iterator[Example]:
        """Of each record the question, or the first tokens of its text; none where nothing is asked."""
        for record in records:
            if read_messages(record, self.config, answered=True) is None:
                ids = encoder.ids(record.text(text_name(record, self.config)))[:BEGINNING]
                yield prompt([encoder.frame.start, *ids], encoder, record.source).example
                continue
            with suppress(InputError):
                yield self.encode(record, encoder, labelled=False)[0].example

    def _text(self, text: str, encoder: Encoder) -> Encoded:
        """A text with its start and end tokens; of one that is too long the beginning or the end is kept."""
        ids, frame = np.array(encoder.ids(text), dtype=np.int64), encoder.frame
        room = encoder.room - frame.framed_length(0)
        if len(ids) <= room:
            example = frame.build([ids])
            return replace(learnt(example, encoder), num_bytes=len(utf8(text)))
        if self.config.truncate == "tail":
            example = frame.build([ids[-room:]], starts=False)
        else:
            example = frame.build([ids[:room]], ends=False)
        return replace(learnt(example, encoder), cut=True)

    def _conversation(self, messages: Sequence[Message], encoder: Encoder) -> Encoded:
        """A conversation whose answers are learnt; the oldest exchanges of one that is too long are left out."""
        whole = [encode_message(encoder.tokenizer, message) for message in messages]
        kept, cut = fitted(whole, encoder.room - 1, answered=True, head=self.config.direction is not None)
        ids, places, start = [encoder.frame.start], [], 1
        for each in kept:
            ids.extend(each.ids)
            if each.message.role == "assistant":
                places.append(np.arange(start + each.marked, start + len(each.ids)) - 1)
            start += len(each.ids)
        example = encoder.frame.build([np.array(ids[: encoder.room])], starts=False, ends=False)
        at = np.concatenate(places)
        encoded = learnt(example, encoder, at[at < encoder.room - 1])
        return replace(encoded, cut=cut)

    def _question(self, messages: Sequence[Message], encoder: Encoder, source: str) -> Encoded:
        """What the model answers to: the last exchanges that leave a quarter of the model to the answer.

        A single one that is longer is shortened as in training.
        """
        whole = [encode_message(encoder.tokenizer, message) for message in messages]
        mark = opening(encoder.tokenizer)
        room = encoder.room - encoder.room // 4 - 1 - len(mark)
        kept, cut = fitted(whole, room, answered=False, head=self.config.direction is not None)
        ids = [encoder.frame.start, *(token for each in kept for token in each.ids), *mark]
        return replace(prompt(ids, encoder, source), cut=cut)
