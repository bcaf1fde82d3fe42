"""Rows of examples -> Batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from yanmo.data.batch import Batch, Labels
from yanmo.data.cursor import Cursor
from yanmo.data.example import Example

Row = Sequence[tuple[int, Example]]  # (sample number, example), side by side
TARGET_STEP = 16  # rows of targets end at a multiple of it: shapes stay few, and little is padding


def collate(rows: Sequence[Row], length: int, *, key: int = 0, cursor: Cursor | None = None) -> Batch:
    """Lays examples side by side in rows of `length` tokens; the rest of a row is padding (sequence id 0).

    Their targets, if they have any, are laid out in rows of their own, in the same order and of their own length.
    """
    shape = (len(rows), length)
    ids, sequences, positions, types, prefixes = (np.zeros(shape, dtype=np.int64) for _ in range(5))
    at: dict[str, list[np.ndarray]] = {}
    values: dict[str, list[np.ndarray]] = {}
    samples: list[int] = []
    num_tokens = 0
    for number, row in enumerate(rows):
        start = order = 0
        for sample, example in row:
            count = len(example.input_ids)
            place = slice(start, start + count)
            ids[number, place] = example.input_ids
            part = start
            for length_of_part in example.parts or (count,):
                order += 1
                sequences[number, part : part + length_of_part] = order
                positions[number, part : part + length_of_part] = np.arange(length_of_part)
                part += length_of_part
            types[number, place] = example.token_type_ids
            assert example.prefix_length is not None, "no objective chose who sees whom"
            prefixes[number, place] = example.prefix_length
            for term, (where, value) in example.labels.items():
                at.setdefault(term, []).append(where + (number * length + start))
                values.setdefault(term, []).append(value)
            samples.append(sample)
            start += count
        num_tokens += start
    batch = Batch(
        input_ids=torch.from_numpy(ids),
        sequence_ids=torch.from_numpy(sequences),
        position_ids=torch.from_numpy(positions),
        token_type_ids=torch.from_numpy(types),
        prefix_lengths=torch.from_numpy(prefixes),
        labels={
            term: Labels(
                at=torch.from_numpy(np.concatenate(at[term])),
                value=torch.from_numpy(np.concatenate(values[term])),
            )
            for term in sorted(at)
        },
        samples=torch.tensor(samples, dtype=torch.int64),
        num_tokens=num_tokens,
        key=key,
        cursor=cursor or Cursor(),
    )
    return _with_target(batch, rows)


def _with_target(batch: Batch, rows: Sequence[Row]) -> Batch:
    targets = [
        [(sample, example.target) for sample, example in row if example.target is not None] for row in rows
    ]
    if not any(targets):
        return batch
    assert list(map(len, targets)) == list(map(len, rows)), "some examples have a target and some have none"
    longest = max(sum(len(example.input_ids) for _, example in row) for row in targets)
    target = collate(targets, -(-longest // TARGET_STEP) * TARGET_STEP, key=batch.key)
    return replace(batch, target=target, num_tokens=batch.num_tokens + target.num_tokens)
