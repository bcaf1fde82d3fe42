"""The text of a continuation piece by piece, as its tokens come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from yanmo.errors import ConfigError
from yanmo.generation.ending import Ending
from yanmo.generation.options import GenerateOptions
from yanmo.generation.prompt_rows import PromptRows, new_tokens
from yanmo.generation.sampling import draws, next_token
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
    tokens = _tokens(learner, prompt, options, new=new, ending=ending)
    return _pieces(tokens, ending)


def _tokens(
    learner: Learner, prompt: Sequence[int], options: GenerateOptions, *, new: int, ending: Ending
) -> Iterator[int]:
    # the mode is not held across a yield: it would leak to whoever reads the stream
    with torch.inference_mode():
        rows = PromptRows(learner, [prompt], copies=1, new=new, forbidden=ending.never)
        numbers = draws(options, new).to(rows.tokens.device)
    for step in range(new):
        with torch.inference_mode():
            token, _ = next_token(rows, options, numbers[:, step], ending.end)
            rows.append(token)
        yield int(token)


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
