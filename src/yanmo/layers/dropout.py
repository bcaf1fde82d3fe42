"""Dropout that costs nothing when it is off."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def dropout(hidden: Tensor, rate: float, training: bool) -> Tensor:
    """`hidden` with a share `rate` of its elements set to 0 and the others scaled by 1 / (1 - rate)."""
    if rate == 0.0 or not training:  # F.dropout at rate 0 still draws a mask and copies
        return hidden
    return F.dropout(hidden, rate, training=True)
