"""The text of a continuation piece by piece, as its tokens come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from yanmo.errors import ConfigError
from yanmo.generation.ending import Ending
from yanmo.generation.generate import next_tokens
from yanmo.generation.options import GenerateOptions
from yanmo.generation.rows import Rows, new_tokens
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer


def stream(
    learner: Learner,
    prompt: Sequence[int],
    options: GenerateOptions,
    *,
    tokenizer: Tokenizer,
    end: int,
) -> Iterator[str]:
    """Pieces that joined are the text of `generate`: whole characters, and nothing of a stop string.

    Errors: ConfigError for beams and for several sequences, whose text is known at the end alone; InputError as
    `generate`. Both are raised by the call, not by the first piece.
    """
    if options.num_beams > 1 or options.num_return_sequences > 1:
        raise ConfigError(
            "generation.stream_of_many", beams=options.num_beams, sequences=options.num_return_sequences
        )
    (new,) = new_tokens(learner, [prompt], options.max_new_tokens)
    ending = Ending(tokenizer=tokenizer, end=end, stop_strings=options.stop_strings)
    tokens = _tokens(learner, prompt, options, new=new, forbidden=ending.never)
    return _pieces(tokens, ending)


def _tokens(
    learner: Learner, prompt: Sequence[int], options: GenerateOptions, *, new: int, forbidden: Sequence[int]
) -> Iterator[int]:
    with torch.inference_mode():
        rows = Rows(learner, [prompt], copies=1, new=new, forbidden=forbidden)
        steps = next_tokens(rows, options, new)
    while True:
        with torch.inference_mode():  # not across a yield: the mode would leak to whoever reads the stream
            step = next(steps, None)
        if step is None:
            return
        yield int(step[0])


def _pieces(tokens: Iterator[int], ending: Ending) -> Iterator[str]:
    ids: list[int] = []
    given = ""
    for token in tokens:
        ids.append(token)
        if ending.reached(ids):
            break
        text = ending.whole(ids)
        settled = text[: ending.settled(text)]
        if len(settled) > len(given) and settled.startswith(given):
            yield settled[len(given) :]
            given = settled
    rest = ending.text(ids)[len(given) :]
    if rest:
        yield rest
