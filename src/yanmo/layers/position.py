"""Position vectors."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from jaxtyping import Float


def sinusoids(length: int, hidden_size: int) -> Float[Tensor, "length hidden"]:
    """Sines in the first half of the columns, cosines in the second, of wavelengths from 2 pi to 20,000 pi.

    Paper: Vaswani et al. 2017, section 3.5; halves instead of alternating columns, as in tensor2tensor.
    """
    angles = torch.arange(length).unsqueeze(1) * wave_numbers(hidden_size)
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :hidden_size].float()


def wave_numbers(hidden_size: int) -> Float[Tensor, " half"]:
    """Radians per position of each wave of `sinusoids`, from 1 down.

    In fp64: an angle of some hundred radians would lose five digits in fp32.
    """
    waves = torch.arange((hidden_size + 1) // 2, dtype=torch.float64)
    return torch.exp(waves * (-math.log(10_000.0) / (hidden_size / 2)))


@lru_cache(maxsize=8)
def sinusoid_table(
    length: int, hidden_size: int, dtype: torch.dtype, device: torch.device
) -> Float[Tensor, "length hidden"]:
    """`sinusoids`, made once: they are no weights, so no state dict or file holds them."""
    with torch.inference_mode(False):  # or what training adds up later could be a tensor of inference only
        return sinusoids(length, hidden_size).to(device, dtype)
