"""Position vectors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from jaxtyping import Float


def sinusoids(length: int, hidden_size: int) -> Float[Tensor, "length hidden"]:
    """Sines in the first half of the columns, cosines in the second, of wavelengths from 2 pi to 20,000 pi.

    Paper: Vaswani et al. 2017, section 3.5; halves instead of alternating columns, as in tensor2tensor.
    """
    half = (hidden_size + 1) // 2
    rates = torch.exp(torch.arange(half) * (-math.log(10_000.0) / half))
    angles = torch.arange(length).unsqueeze(1) * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :hidden_size]
