"""What an encoder-decoder makes of a source: the likeliest token again and again, or a beam search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from yanmo.config import build
from yanmo.data.packing import by_length
from yanmo.generation.beam import beam_search
from yanmo.generation.ending import Ending
from yanmo.generation.options import GenerateOptions
from yanmo.generation.sampling import sample
from yanmo.generation.target_rows import TargetRows
from yanmo.models.learner import Learner


@dataclass(frozen=True, kw_only=True)
class Translated:
    """The tokens without the end token, and their log-probability / number ** length_penalty, that token included."""

    ids: list[int]
    score: float


@torch.inference_mode()
def translate(
    learner: Learner,
    sources: Sequence[Sequence[int]],
    *,
    start: int,
    ending: Ending,
    beams: int = 1,
    length_penalty: float = 1.0,
    max_new_tokens: int | None = None,
    batch_tokens: int = 8192,
) -> list[Translated]:
    """The best target of each source, in their order; a source ends with the end token.

    beams: 1 is greedy. max_new_tokens: unset, ten more than twice the source. batch_tokens: places on the source
    side of a batch, beams counted; sources of like length stand together, and neighbours change no result.
    """
    positions = learner.backbone.config.max_positions
    search = {"num_beams": beams, "length_penalty": length_penalty} if beams > 1 else {}
    options = build(GenerateOptions, {"do_sample": False, **search})
    results: dict[int, Translated] = {}
    for group in by_length([len(source) for source in sources], batch_tokens // beams):
        members = [sources[place] for place in group]
        room = [min(max_new_tokens or 2 * len(source) + 10, positions) for source in members]
        rows = TargetRows(learner, members, start=start, copies=beams, new=max(room))
        if beams > 1:
            found = beam_search(rows, options, room, ending)
        else:
            found = [
                (ids, score / min(len(ids) + 1, most) ** length_penalty)
                for (ids, score), most in zip(sample(rows, options, room, ending), room, strict=True)
            ]
        results |= {
            place: Translated(ids=ids, score=score) for place, (ids, score) in zip(group, found, strict=True)
        }
    return [results[place] for place in range(len(sources))]
