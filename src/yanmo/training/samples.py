"""What a model makes of held-out text on the way: masks filled, texts continued or written again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch

from yanmo.data.collate import collate
from yanmo.data.example import IntArray
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.data.store import TokenStore
from yanmo.generation.ending import Ending
from yanmo.generation.generate import generate
from yanmo.generation.options import GenerateOptions
from yanmo.generation.translate import translate
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.objectives.combined import Combined
from yanmo.tokenizers import Tokenizer

TEXTS = 3
FEWEST, MOST = 8, 48  # tokens of a text
GIVEN = 12  # of them, to a decoder
REPEATED = (
    3  # tokens that a continuation never has twice in the same order: a small model would go round in circles
)


@dataclass(frozen=True, kw_only=True)
class TextSample:
    """given: what the model reads. written: what it makes of it. wanted: what stands there in truth."""

    given: str
    written: str
    wanted: str


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOutSamples:
    """Of the same texts, with the same masks and the likeliest tokens each time, so that steps can be compared."""

    texts: tuple[IntArray, ...]
    objective: Objective
    frame: Frame
    tokenizer: Tokenizer

    @classmethod
    def of(
        cls, store: TokenStore, objective: Objective, frame: Frame, tokenizer: Tokenizer, *, length: int
    ) -> HeldOutSamples:
        """The beginnings of a few documents, spread over the store. length: the longest sequence of the model."""
        most = min(MOST, length - frame.framed_length(0))
        long_enough: IntArray = np.flatnonzero(np.diff(store.documents) >= FEWEST)
        count = min(TEXTS, len(long_enough)) if most >= FEWEST else 0
        chosen = [long_enough[len(long_enough) * part // count] for part in range(count)]
        starts = [int(store.documents[number]) for number in chosen]
        ends = [int(store.documents[number + 1]) for number in chosen]
        return cls(
            texts=tuple(
                store.read(start, min(end, start + most)) for start, end in zip(starts, ends, strict=True)
            ),
            objective=objective,
            frame=frame,
            tokenizer=tokenizer,
        )

    @torch.inference_mode()
    def __call__(self, learner: Learner) -> tuple[TextSample, ...]:
        """None where no member of the objective guesses tokens in a way that is known here."""
        ways: Mapping[str, Callable[[Learner, IntArray], TextSample]] = {
            "mlm": self._filled,
            "clm": self._continued,
            "seq2seq": self._rewritten,
        }
        way = ways.get(self.objective.text_term or "")
        return () if way is None else tuple(way(learner, ids) for ids in self.texts)

    def _filled(self, learner: Learner, ids: IntArray) -> TextSample:
        example = self.frame.build([ids])
        damaged = self._member.corrupt(example, Key(0, 0, 0), self.frame)
        at, _ = damaged.labels["mlm"]
        assert self.frame.mask is not None, "the objective has refused such a tokenizer"
        hidden = damaged.input_ids.copy()
        hidden[at] = self.frame.mask  # also where training has a random token, or the right one
        damaged = replace(damaged, input_ids=hidden)
        length = len(hidden)
        batch = collate([[(0, damaged)]], length).to(learner.backbone.vocabulary_weight.device)
        guesses = learner.logits("mlm", learner.backbone(batch), batch.labels["mlm"].at).argmax(1).cpu()
        written = hidden.copy()
        written[at] = guesses.numpy()
        inside = slice(1, -1)  # between the start and the end token
        return TextSample(
            given=self.tokenizer.decode(hidden[inside].tolist(), skip_special=False),
            written=self.tokenizer.decode(written[inside].tolist()),
            wanted=self.tokenizer.decode(ids.tolist()),
        )

    def _continued(self, learner: Learner, ids: IntArray) -> TextSample:
        given = min(GIVEN, len(ids) // 2)
        options = GenerateOptions(
            do_sample=False, max_new_tokens=len(ids) - given, no_repeat_ngram_size=REPEATED
        )
        prompt = [self.frame.start, *ids[:given].tolist()]
        ((best,),) = generate(learner, [prompt], options, tokenizer=self.tokenizer, end=self.frame.end)
        return TextSample(
            given=self.tokenizer.decode(ids[:given].tolist()),
            written=best.text,
            wanted=self.tokenizer.decode(ids[given:].tolist()),
        )

    def _rewritten(self, learner: Learner, ids: IntArray) -> TextSample:
        damaged = self._member.corrupt(self.frame.build([ids]), Key(0, 0, 0), self.frame).input_ids
        ending = Ending(tokenizer=self.tokenizer, end=self.frame.end)
        (best,) = translate(
            learner, [damaged.tolist()], start=self.frame.start, ending=ending, max_new_tokens=len(ids)
        )
        return TextSample(
            given=self.tokenizer.decode(damaged[:-1].tolist(), skip_special=False),
            written=self.tokenizer.decode(best.ids),
            wanted=self.tokenizer.decode(ids.tolist()),
        )

    @property
    def _member(self) -> Objective:
        """The one that guesses tokens, of a combination."""
        members = self.objective.members if isinstance(self.objective, Combined) else (self.objective,)
        return next(member for member in members if member.text_term == self.objective.text_term)
