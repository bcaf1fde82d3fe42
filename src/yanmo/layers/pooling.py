"""One vector for each text of packed rows, and a number by which equal texts are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from jaxtyping import Float, Int

_SPREAD = 0x9E3779B97F4A7C15 - (1 << 64)  # 2^64 / golden ratio, odd, as a signed number


def mean_pool(
    hidden: Float[Tensor, "rows length hidden"],
    sequence_ids: Int[Tensor, "rows length"],
    position_ids: Int[Tensor, "rows length"],
    texts: int,
) -> Float[Tensor, "texts hidden"]:
    """The mean over the tokens of each sequence, special ones counted, in fp32 and in the order of the rows.

    texts: how many sequences the rows hold, known beforehand so that a GPU need not be asked.
    Paper: Reimers and Gurevych 2019, "Sentence-BERT".
    """
    number, real = _numbers(sequence_ids, position_ids)
    weight = real.float()
    total = torch.zeros(texts, hidden.shape[-1], dtype=torch.float32, device=hidden.device)
    total = total.index_add(0, number, hidden.flatten(0, 1).float() * weight[:, None])
    count = torch.zeros(texts, dtype=torch.float32, device=hidden.device).index_add(0, number, weight)
    return total / count.clamp(min=1)[:, None]


def fingerprints(
    input_ids: Int[Tensor, "rows length"],
    sequence_ids: Int[Tensor, "rows length"],
    position_ids: Int[Tensor, "rows length"],
    texts: int,
) -> Int[Tensor, " texts"]:
    """A 64-bit number of each sequence, equal where the ids are equal and else different, but for chance."""
    number, real = _numbers(sequence_ids, position_ids)
    mixed = _mix(_mix(position_ids.flatten() + 1) + input_ids.flatten() + 1) * real
    return torch.zeros(texts, dtype=torch.int64, device=input_ids.device).index_add(0, number, mixed)


def _numbers(sequence_ids: Tensor, position_ids: Tensor) -> tuple[Tensor, Tensor]:
    """For each token the number of its sequence, and whether it is one (padding counts to the sequence before)."""
    real = (sequence_ids > 0).flatten()
    starts = real & (position_ids == 0).flatten()
    return (starts.cumsum(0) - 1).clamp(min=0), real


def _mix(values: Tensor) -> Tensor:
    """Every input bit reaches the high half; integers wrap around."""
    values = values * _SPREAD
    values = (values ^ (values >> 29)) * _SPREAD
    return values ^ (values >> 32)
