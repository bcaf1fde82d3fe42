"""Beam search: at each step the best continuations of the best sequences so far.

Length penalty and early stopping are those of `transformers` 5: of the 2 x beams best continuations those of the
first half that end are finished, the best of the others go on; a score is the log-probability over the length to the
power of the penalty. Papers: Graves 2012, "Sequence Transduction with Recurrent Neural Networks"; Wu et al. 2016,
"Google's Neural Machine Translation System", section 7 (another form of the penalty).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from yanmo.generation.ending import Ending
from yanmo.generation.filters import filtered
from yanmo.generation.options import GenerateOptions
from yanmo.generation.rows import Rows

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int

NEVER = -1e9  # the score of what must not be chosen; as in `transformers`, so that ties fall the same way


def beam_search(
    rows: Rows, options: GenerateOptions, room: Sequence[int], ending: Ending
) -> list[tuple[list[int], float]]:
    """The best `num_return_sequences` of each prompt: new tokens without the end token, and score.

    rows: each prompt in `num_beams` rows; it leaves when nothing better can come. room: the most new tokens of each.
    """
    beams = _Beams.of(room, options.num_beams, ending.end, rows.tokens.device)
    results: dict[int, list[tuple[list[int], float]]] = {}
    length = 0
    while True:
        length += 1
        logs = rows.next_logits().log_softmax(dim=-1)
        scores = filtered(logs, rows.tokens, options, ending.end, rows.forbidden)
        tokens, origins = beams.advance(scores, length, options, ending)
        going = beams.may_improve(length, options)
        results.update(beams.results(~going, options.num_return_sequences, ending))
        if not bool(going.any()):
            return [result for place in range(len(room)) for result in results[place]]
        beams.select(going)
        rows.choose(origins[going].flatten())
        rows.append(tokens[going].flatten())


@dataclass(kw_only=True)
class _Beams:
    """The sequences of the prompts that are not done, the best first.

    places, room: [prompts]. running, finished: scores of the open sequences and of the finished ones, NEVER where there
    is none, fp32 [prompts, beams]. running_ids, finished_ids: their tokens, [prompts, beams, longest], then end tokens.
    """

    places: Int[Tensor, " prompts"]
    room: Int[Tensor, " prompts"]
    running: Float[Tensor, "prompts beams"]
    finished: Float[Tensor, "prompts beams"]
    running_ids: Int[Tensor, "prompts beams longest"]
    finished_ids: Int[Tensor, "prompts beams longest"]

    @classmethod
    def of(cls, room: Sequence[int], beams: int, end: int, device: torch.device) -> _Beams:
        finished = torch.full((len(room), beams), NEVER, device=device)
        running = finished.clone()
        running[:, 0] = 0.0  # at first all beams of a prompt are equal: candidates come from one of them
        ids = torch.full((len(room), beams, max(room)), end, device=device)
        return cls(
            places=torch.arange(len(room), device=device),
            room=torch.tensor(list(room), device=device),
            running=running,
            finished=finished,
            running_ids=ids,
            finished_ids=ids.clone(),
        )

    def advance(
        self, scores: Float[Tensor, "rows vocab"], length: int, options: GenerateOptions, ending: Ending
    ) -> tuple[Int[Tensor, "prompts beams"], Int[Tensor, "prompts beams"]]:
        """Takes the log-probabilities of token number `length`; a sequence without one is over, an open one goes on.

        Returns the next token of each open sequence, and the row that it goes on from.
        """
        prompts, beams = self.running.shape
        each = torch.arange(prompts, device=scores.device).unsqueeze(1)
        total = scores.view(prompts, beams, -1) + self.running.unsqueeze(2)
        # twice as many as beams: where all the best ones end, as many are left to go on
        best, places = total.flatten(1).topk(2 * beams)
        parents, tokens = places // total.shape[2], places % total.shape[2]
        ids = self.running_ids[each, parents]
        ids[:, :, length - 1] = tokens
        ends = _ends(ids[:, :, :length], ending) | (self.room.unsqueeze(1) <= length)

        counts = ends.clone()
        counts[:, beams:] = False  # the second half is there to go on alone
        gained = (best / length**options.length_penalty).masked_fill(~counts, NEVER)
        self.finished, kept = torch.cat([self.finished, gained], dim=1).topk(beams)
        self.finished_ids = torch.cat([self.finished_ids, ids], dim=1)[each, kept]

        self.running, kept = (best + ends * NEVER).topk(beams)
        self.running_ids = ids[each, kept]
        return tokens.gather(1, kept), parents.gather(1, kept) + each * beams

    def may_improve(self, length: int, options: GenerateOptions) -> Bool[Tensor, " prompts"]:
        """Whether an open sequence may still beat the worst of the finished ones."""
        full = (self.finished > NEVER / 2).all(dim=1)
        lengths = torch.full_like(self.room, length)
        if options.early_stopping == "never" and options.length_penalty > 0:
            lengths = self.room
        hoped = self.running[:, 0] / lengths.to(self.running.dtype) ** options.length_penalty
        better = torch.zeros_like(full) if options.early_stopping is True else hoped > self.finished[:, -1]
        return (~full | better) & (self.running[:, 0] > NEVER / 2)

    def results(
        self, done: Bool[Tensor, " prompts"], best: int, ending: Ending
    ) -> dict[int, list[tuple[list[int], float]]]:
        """The `best` finished sequences of each prompt that is done, by its place."""
        ids, scores = self.finished_ids[done, :best].tolist(), self.finished[done, :best].tolist()
        return {
            place: [(_before(ending.end, one), score) for one, score in zip(*found, strict=True)]
            for place, *found in zip(self.places[done].tolist(), ids, scores, strict=True)
        }

    def select(self, going: Bool[Tensor, " prompts"]) -> None:
        """Keeps these prompts alone."""
        if not bool(going.all()):
            for field in fields(self):
                setattr(self, field.name, getattr(self, field.name)[going])


def _ends(
    ids: Int[Tensor, "prompts candidates length"], ending: Ending
) -> Bool[Tensor, "prompts candidates"]:
    if not ending.stop_strings:
        return ids[:, :, -1] == ending.end
    reached = [[ending.reached(one) for one in candidates] for candidates in ids.tolist()]
    return torch.tensor(reached, device=ids.device)


def _before(end: int, ids: list[int]) -> list[int]:
    return ids[: ids.index(end)] if end in ids else ids
