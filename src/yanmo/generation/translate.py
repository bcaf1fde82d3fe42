"""What an encoder-decoder makes of a source: greedy or beam search over its cached steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.data.packing import by_length
from yanmo.models.learner import Learner
from yanmo.models.transformer import Transformer

Step = Callable[[Tensor, Tensor], Tensor]
"""(tokens, origins) -> logits [rows, vocab] after them; row i goes on from what was row origins[i] before."""

NEVER = -1e9  # a score that nothing real falls below, and that can still be added to


@dataclass(frozen=True, kw_only=True)
class Translated:
    """The tokens without the end token, and the sum of their log probabilities / length ** length_penalty."""

    ids: list[int]
    score: float


@torch.inference_mode()
def translate(
    learner: Learner,
    sources: Sequence[Sequence[int]],
    *,
    start: int,
    end: int,
    beams: int = 1,
    length_penalty: float = 1.0,
    max_new_tokens: int | None = None,
    batch_tokens: int = 8192,
) -> list[Translated]:
    """The best target of each source, in their order; a source ends with the end token.

    beams: 1 is greedy. max_new_tokens: unset, ten more than twice the source. batch_tokens: places on the source
    side of a batch, beams counted; sources of like length stand together, and neighbours change no result.
    """
    learner.eval()
    backbone = learner.backbone
    assert isinstance(backbone, Transformer), "only an encoder-decoder translates"
    positions = backbone.config.max_positions
    results: dict[int, Translated] = {}
    for group in by_length([len(source) for source in sources], batch_tokens // beams):
        members = [sources[place] for place in group]
        limits = [min(max_new_tokens or 2 * len(source) + 10, positions) for source in members]
        step = _Steps(learner, backbone, members, room=max(limits))
        limit = torch.tensor(limits, device=backbone.vocabulary_weight.device)
        if beams == 1:
            found = greedy(step, limit, start=start, end=end, length_penalty=length_penalty)
        else:
            found = beam_search(step, limit, start=start, end=end, beams=beams, length_penalty=length_penalty)
        results.update(zip(group, found, strict=True))
    return [results[place] for place in range(len(sources))]


class _Steps:
    """A `Step`: the source is read once and its keys and values stay; those of the targets grow."""

    def __init__(
        self, learner: Learner, backbone: Transformer, sources: Sequence[Sequence[int]], *, room: int
    ) -> None:
        self.learner = learner
        self.backbone = backbone
        device = backbone.vocabulary_weight.device
        rows = torch.arange(len(sources), device=device)
        self.sources = backbone.memories(_padded(sources, device), _column(rows, 0))
        self.memories = self.sources
        self.owners = rows  # which source each row is of
        self.cache = backbone.new_cache(len(sources), room)

    def __call__(self, tokens: Tensor, origins: Tensor) -> Tensor:
        owners = self.owners[origins]
        if not torch.equal(owners, self.owners):
            self.memories = [memory.select(owners) for memory in self.sources]
        if not torch.equal(origins, torch.arange(len(self.owners), device=origins.device)):
            self.cache.select(origins)
        self.owners = owners
        target = _column(tokens, self.cache.length)
        hidden = self.backbone.decode(target, self.memories, self.cache)
        at = torch.arange(len(tokens), device=tokens.device)
        return self.learner.logits("seq2seq", hidden, at).float()


def greedy(step: Step, limit: Tensor, *, start: int, end: int, length_penalty: float) -> list[Translated]:
    """The likeliest token, again and again; a row leaves when it has ended or reached its `limit` [rows]."""
    rows = torch.arange(len(limit), device=limit.device)
    origins, tokens = rows, torch.full_like(limit, start)
    ids: list[list[int]] = [[] for _ in limit.tolist()]
    scores = torch.zeros(len(limit), device=limit.device)
    lengths, limits = [0] * len(limit), limit.tolist()
    while len(rows):
        best = step(tokens, origins).log_softmax(dim=-1).max(dim=-1)
        scores[rows] += best.values
        going = []
        for place, (row, token) in enumerate(zip(rows.tolist(), best.indices.tolist(), strict=True)):
            lengths[row] += 1
            if token != end:
                ids[row].append(token)
                if lengths[row] < limits[row]:
                    going.append(place)
        origins = torch.tensor(going, dtype=torch.int64, device=limit.device)
        rows, tokens = rows[origins], best.indices[origins]
    return [
        Translated(ids=each, score=score / max(length, 1) ** length_penalty)
        for each, score, length in zip(ids, scores.tolist(), lengths, strict=True)
    ]


def beam_search(
    step: Step, limit: Tensor, *, start: int, end: int, beams: int, length_penalty: float
) -> list[Translated]:
    """The best of the sequences that `beams` candidates per source lead to.

    As in `transformers`: of the 2 x beams best continuations those of the first half that end are finished, the
    best of the others go on; a source is done, and leaves, when its best open candidate, at its present length,
    scores less than its worst finished one. limit: tokens at most, the end token counted, [sources].
    Paper: Graves 2012, "Sequence Transduction with Recurrent Neural Networks"; length penalty: Wu et al. 2016.
    """
    state = _Beams.of(limit, beams, end)
    tokens = torch.full((len(limit), beams), start, device=limit.device)
    origins = state.places.unsqueeze(1).expand(-1, beams)  # the first step: every beam is its source
    results: dict[int, Translated] = {}
    length = 0
    while len(state.places):
        length += 1
        scores = step(tokens.flatten(), origins.flatten()).log_softmax(dim=-1)
        tokens, origins, going = state.advance(scores, length, end=end, length_penalty=length_penalty)
        if not bool(going.all()):
            results.update(state.results(~going, end))
            state.select(going)
            tokens, origins = tokens[going], origins[going]
    return [results[place] for place in range(len(limit))]


@dataclass(kw_only=True)
class _Beams:
    """The candidates of the sources that are not done.

    places, limit: [sources]. running, finished: scores of the open candidates and of the finished ones (those for
    which `ended` is true), [sources, beams]. open_ids, done_ids: their tokens, [sources, beams, longest].
    """

    places: Tensor
    limit: Tensor
    running: Tensor
    finished: Tensor
    ended: Tensor
    open_ids: Tensor
    done_ids: Tensor

    @classmethod
    def of(cls, limit: Tensor, beams: int, end: int) -> _Beams:
        sources, device = len(limit), limit.device
        running = torch.full((sources, beams), NEVER, device=device)
        finished = running.clone()
        running[:, 0] = 0.0  # all begin alike, so only one may
        ids = torch.full((sources, beams, int(limit.max()) if sources else 0), end, device=device)
        return cls(
            places=torch.arange(sources, device=device),
            limit=limit,
            running=running,
            finished=finished,
            ended=torch.zeros(sources, beams, dtype=torch.bool, device=device),
            open_ids=ids,
            done_ids=ids.clone(),
        )

    def advance(
        self, scores: Tensor, length: int, *, end: int, length_penalty: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Takes the log probabilities [sources * beams, vocab] of token number `length`.

        Returns the next token of each open candidate and the row that it goes on from, [sources, beams], and which
        sources are not done, [sources].
        """
        sources, beams = self.running.shape
        first = torch.arange(sources, device=scores.device).unsqueeze(1)
        total = scores.view(sources, beams, -1) + self.running.unsqueeze(2)
        best, places = total.flatten(1).topk(2 * beams)
        parents, chosen = places // total.shape[2], places % total.shape[2]
        candidates = self.open_ids[first, parents]
        candidates[:, :, length - 1] = chosen
        ends = (chosen == end) | (self.limit.unsqueeze(1) <= length)
        just = ends & (torch.arange(2 * beams, device=scores.device) < beams)
        gained = best / length**length_penalty + ~just * NEVER
        self.finished, kept = torch.cat([self.finished, gained], dim=1).topk(beams)
        self.done_ids = torch.cat([self.done_ids, candidates], dim=1)[first, kept]
        self.ended = torch.cat([self.ended, just], dim=1).gather(1, kept)
        self.running, kept = (best + ends * NEVER).topk(beams)
        self.open_ids = candidates[first, kept]
        worst = torch.where(self.ended, self.finished.amin(dim=1, keepdim=True), NEVER)
        improvable = (self.running[:, :1] / length**length_penalty > worst).any(dim=1)
        origins = parents.gather(1, kept) + first * beams
        return chosen.gather(1, kept), origins, improvable & ~ends.all(dim=1)

    def results(self, done: Tensor, end: int) -> dict[int, Translated]:
        """The best finished candidate of each source that is done, by its place."""
        ids, scores = self.done_ids[done, 0].tolist(), self.finished[done, 0].tolist()
        return {
            place: Translated(ids=one[: one.index(end)] if end in one else one, score=score)
            for place, one, score in zip(self.places[done].tolist(), ids, scores, strict=True)
        }

    def select(self, going: Tensor) -> None:
        """Keeps these sources alone."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name)[going])


def _padded(sources: Sequence[Sequence[int]], device: torch.device) -> Batch:
    """One source a row, padded on the right."""
    shape = (len(sources), max(map(len, sources)))
    ids, sequences = torch.zeros(shape, dtype=torch.int64), torch.zeros(shape, dtype=torch.int64)
    for row, source in enumerate(sources):
        ids[row, : len(source)] = torch.tensor(source)
        sequences[row, : len(source)] = 1
    positions = torch.arange(shape[1]).expand(shape)
    return _batch(ids.to(device), sequences.to(device), positions.to(device), causal=False)


def _column(tokens: Tensor, position: int) -> Batch:
    ids = tokens.unsqueeze(1)
    return _batch(ids, torch.ones_like(ids), torch.full_like(ids, position), causal=True)


def _batch(ids: Tensor, sequences: Tensor, positions: Tensor, *, causal: bool) -> Batch:
    return Batch(
        input_ids=ids,
        sequence_ids=sequences,
        position_ids=positions,
        token_type_ids=torch.zeros_like(ids),
        prefix_lengths=torch.full_like(ids, 0 if causal else ids.shape[1]),
        samples=torch.arange(len(ids)),
        num_tokens=ids.numel(),
    )
