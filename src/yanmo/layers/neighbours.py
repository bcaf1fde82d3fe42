"""Attention that looks at neighbours from the first step on.

A post-norm encoder spends most of a short run finding out where a token stands, since nothing in random weights relates
one position to the next; before that it predicts no better than by frequency. Sinusoids make "so many tokens further
on" a rotation, which is linear, so the matrices of queries and keys can start with it. Nothing else is changed: the
weights are trained, saved and loaded as all others.

Paper: Trockman and Kolter 2023, "Mimetic Initialization of Self-Attention Layers", for starting with what trained
layers look like; Vaswani et al. 2017, section 3.5, for offsets as linear maps of sinusoids.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn

from yanmo.layers.position import wave_numbers

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

SCORE = 8.0  # of the key at the offset, where one far away has about 0


@torch.no_grad()
def look_at_neighbours(qkv: nn.Linear, num_heads: int, *, share: float) -> None:
    """Adds to the projection of queries, keys and values: head 0 looks at the token before, head 1 at the one after,
    heads 2 and 3 at the second before and after, and so on.

    share: of the variance of the layer's input that its positions, sinusoids of `layers.position`, have.
    """
    hidden_size = qkv.in_features
    size = hidden_size // num_heads
    for head in range(num_heads):
        offset = (head // 2 + 1) * (1 if head % 2 else -1)
        query, key = _pair(hidden_size, size, offset)
        waves = int(key.count_nonzero()) / 2
        # a wave of the input has the mean square 2 * share
        scale = math.sqrt(SCORE * math.sqrt(size) / (max(waves, 1) * 2 * share))
        qkv.weight[head * size : (head + 1) * size] += scale * query
        qkv.weight[hidden_size + head * size : hidden_size + (head + 1) * size] += scale * key


def _pair(
    hidden_size: int, size: int, offset: int
) -> tuple[Float[Tensor, "size hidden"], Float[Tensor, "size hidden"]]:
    """Projections whose product is highest for a key `offset` positions after its query.

    Of the waves the shorter ones are taken, which tell neighbours apart, as many as a head has room for.
    """
    half = (hidden_size + 1) // 2
    short = max(1, half // 4)
    count = min(size // 2, short)
    sine = torch.arange(count) * (short // max(1, count))
    cosine = sine + half
    turn = offset * wave_numbers(hidden_size)[sine].float()
    row = torch.arange(count)
    query, key = torch.zeros(2, size, hidden_size)
    key[row, sine] = 1.0
    key[count + row, cosine] = 1.0
    query[row, sine], query[row, cosine] = turn.cos(), turn.sin()
    query[count + row, cosine], query[count + row, sine] = turn.cos(), -turn.sin()
    return query, key
