"""From scores to the next token: the likeliest, or one that is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from yanmo.data.random import Key
from yanmo.generation.options import GenerateOptions

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def draws(options: GenerateOptions, new: int) -> Float[Tensor, "copies new"]:
    """Random numbers in [0, 1), fp64: one for each token of each copy of a prompt, a function of the seed.

    Every prompt has the same ones, so its text does not depend on the prompts beside it.
    """
    copies = range(options.num_return_sequences)
    rows = [Key(options.seed, 0, copy).generator("generate").random(new) for copy in copies]
    return torch.from_numpy(np.stack(rows))


def draw(scores: Float[Tensor, "rows vocab"], numbers: Float[Tensor, " rows"]) -> Int[Tensor, " rows"]:
    """The token in whose share of the probabilities, laid side by side, the row's number falls."""
    edges = scores.double().softmax(dim=-1).cumsum(dim=-1)
    places = torch.searchsorted(edges, numbers.unsqueeze(1) * edges[:, -1:], right=True)
    return places.squeeze(1).clamp(max=scores.shape[1] - 1)
