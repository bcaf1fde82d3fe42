"""The examples of a decoder: texts that are learnt, and prompts that are continued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from yanmo.data.example import Example, IntArray
from yanmo.errors import InputError
from yanmo.tasks.task import Encoded, Encoder

TERM = "clm"


def learnt(example: Example, encoder: Encoder, at: IntArray | None = None) -> Encoded:
    """The example with the token after each of the places `at`, or after each of all, as its label."""
    if at is None:
        at = np.arange(len(example.input_ids) - 1)
    values = example.input_ids[at + 1]
    return Encoded(
        example=replace(example, prefix_length=0, labels={TERM: (at, values)}),
        num_bytes=len(utf8(encoder.tokenizer.decode(values.tolist()))),
    )


def prompt(ids: Sequence[int], encoder: Encoder, source: str) -> Encoded:
    """What is continued. Errors: InputError that names its source where it leaves no room."""
    if len(ids) >= encoder.room:
        raise InputError("tasks.prompt_too_long", source=source, tokens=len(ids), limit=encoder.room - 1)
    example = encoder.frame.build([np.array(ids, dtype=np.int64)], starts=False, ends=False)
    return Encoded(example=replace(example, prefix_length=0))


def before_answer(example: Example) -> list[int]:
    """What a labelled exchange is answered after: its tokens up to the mark of the answer."""
    first = int(example.labels[TERM][0][0])
    ids: list[int] = example.input_ids[: first + 1].tolist()
    return ids


def utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
