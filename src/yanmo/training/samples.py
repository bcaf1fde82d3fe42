"""What a model makes of held-out text on the way: masks filled, texts continued or written again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch

from yanmo.data.collate import collate
from yanmo.data.example import Example, IntArray
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
        """None where the objective guesses tokens in no way that is known here."""
        ways: Mapping[tuple[str, str | None], Callable[[Learner], Iterator[TextSample]]] = {
            ("encoder", "mlm"): self._filled,
            ("decoder", "clm"): self._continued,
            ("encoder_decoder", "seq2seq"): self._rewritten,
        }
        way = ways.get((learner.backbone.family, self.objective.text_term))
        return () if way is None else tuple(way(learner))

    def _filled(self, learner: Learner) -> Iterator[TextSample]:
        inside = slice(1, -1)  # between the start and the end token
        for ids in self.texts:
            example = self._corrupted(ids)
            at, _ = example.labels.get("mlm", ((), ()))
            if not len(at):
                continue
            hidden = example.input_ids.copy()
            assert self.frame.mask is not None, "the objective has refused such a tokenizer"
            hidden[at] = self.frame.mask  # also where training has a random token, or the right one
            batch = collate([[(0, replace(example, input_ids=hidden))]], len(hidden))
            batch = batch.to(learner.backbone.vocabulary_weight.device)
            logits = learner.logits("mlm", learner.backbone(batch), batch.labels["mlm"].at)
            written = hidden.copy()
            written[at] = logits.argmax(1).cpu().numpy()
            yield TextSample(
                given=self.tokenizer.decode(hidden[inside].tolist(), skip_special=False),
                written=self.tokenizer.decode(written[inside].tolist()),
                wanted=self.tokenizer.decode(ids.tolist()),
            )

    def _continued(self, learner: Learner) -> Iterator[TextSample]:
        given = [min(GIVEN, len(ids) // 2) for ids in self.texts]
        prompts = [
            [self.frame.start, *ids[:end].tolist()] for ids, end in zip(self.texts, given, strict=True)
        ]
        options = GenerateOptions(
            do_sample=False,
            max_new_tokens=max((len(ids) - FEWEST // 2 for ids in self.texts), default=1),
            no_repeat_ngram_size=REPEATED,
        )
        found = generate(learner, prompts, options, tokenizer=self.tokenizer, end=self.frame.end)
        for ids, end, (best,) in zip(self.texts, given, found, strict=True):
            yield TextSample(
                given=self.tokenizer.decode(ids[:end].tolist()),
                written=best.text,
                wanted=self.tokenizer.decode(ids[end:].tolist()),
            )

    def _rewritten(self, learner: Learner) -> Iterator[TextSample]:
        sources = [self._corrupted(ids).input_ids.tolist() for ids in self.texts]
        ending = Ending(tokenizer=self.tokenizer, end=self.frame.end)
        most = max(map(len, self.texts), default=1)
        found = translate(learner, sources, start=self.frame.start, ending=ending, max_new_tokens=most)
        for ids, source, best in zip(self.texts, sources, found, strict=True):
            yield TextSample(
                given=self.tokenizer.decode(source[:-1], skip_special=False),
                written=self.tokenizer.decode(best.ids),
                wanted=self.tokenizer.decode(ids.tolist()),
            )

    def _corrupted(self, ids: IntArray) -> Example:
        return self._member.corrupt(self.frame.build([ids]), Key(0, 0, 0), self.frame)

    @property
    def _member(self) -> Objective:
        """The one that guesses tokens, of a combination."""
        members = self.objective.members if isinstance(self.objective, Combined) else (self.objective,)
        return next(member for member in members if member.text_term == self.objective.text_term)
