"""Linear layers on weights of 8 bits, for reading a trained model.

Each output has its own scale, so that its largest weight becomes 127. A few rows times not too many weights are
multiplied as they are, in bf16: there the time is that of reading the weights. More is rounded to 8 bits too, by one
scale for all rows, found anew at every product; so what stands beside a text changes its numbers by rounding.

Paper: Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
Inference".
"""

from __future__ import annotations

from functools import cache
from math import ceil
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from jaxtyping import Float

LITTLE = 5_000_000  # rows times weights; with more of them, integer products are faster
BLOCK = 32  # the kernel for few rows reads past the end of other sizes
LARGEST = 127  # of a weight
STEPS = 254  # between the smallest and the largest input: one of the 256 values is left, for 0 falls on a whole one


class Int8Linear(nn.Module):
    """`nn.Linear` on a rounded copy of its weights, for inputs in bf16; nothing of it can be trained or saved."""

    def __init__(self, weight: Float[Tensor, "out in"], bias: Float[Tensor, " out"] | None) -> None:
        super().__init__()
        exact = weight.detach().float()
        self._scale = (exact.abs().amax(dim=1).clamp(min=1e-12) / LARGEST).bfloat16()
        rounded = (exact / self._scale.float().unsqueeze(1)).round_().clamp_(-LARGEST, LARGEST)
        self._weight = rounded.to(torch.int8)
        self._has_few = not (weight.shape[0] % BLOCK or weight.shape[1] % BLOCK)
        self._bias = None if bias is None else bias.detach().bfloat16()
        self._packed = torch.ops.onednn.qlinear_prepack(self._weight, None)
        self._scales = self._scale.float()
        self._middles = torch.zeros(len(weight), dtype=torch.int64)

    def forward(self, hidden: Float[Tensor, "*rows in"]) -> Float[Tensor, "*rows out"]:
        rows = hidden.reshape(-1, hidden.shape[-1])
        if not len(rows):
            return hidden.new_empty(*hidden.shape[:-1], len(self._weight))
        little = len(rows) * self._weight.numel() <= LITTLE
        output = self._few(rows) if self._has_few and little else self._many(rows)
        return output.view(*hidden.shape[:-1], -1)

    def _few(self, rows: Float[Tensor, "few in"]) -> Float[Tensor, "few out"]:
        output: Tensor = torch._weight_int8pack_mm(rows, self._weight, self._scale)
        return output if self._bias is None else output.add_(self._bias)

    def _many(self, rows: Float[Tensor, "many in"]) -> Float[Tensor, "many out"]:
        wide = rows.float()
        smallest, largest = (float(edge) for edge in wide.aminmax())
        smallest, largest = min(smallest, 0.0), max(largest, 0.0)  # 0 is exact
        step = max((largest - smallest) / STEPS, 1e-12)
        middle = ceil(-smallest / step)  # so that rounding errors lead out of 8 bits at neither end
        signed = torch.add(torch.tensor(middle - 128.0), wide, alpha=1 / step).round_().to(torch.int8)
        rounded = signed.view(torch.uint8).add_(128)  # torch makes fp32 uint8 six times as slowly
        output: Tensor = torch.ops.onednn.qlinear_pointwise(
            *(rounded, step, middle),
            *(self._packed, self._scales, self._middles, self._bias),
            *(1.0, 0, torch.bfloat16),
            *("none", [], ""),
        )
        return output


@cache
def can_int8() -> bool:
    """Whether this build of torch computes such products on this processor, and computes them right."""
    weight, rows = (
        torch.linspace(-1, 1, 64 * 32).view(64, 32).sin(),
        torch.linspace(-2, 3, 8 * 32).view(8, 32),
    )
    expected = F.linear(rows, weight)
    try:
        with torch.inference_mode():
            layer = Int8Linear(weight, None)
            found = [product(rows.bfloat16()).float() for product in (layer._few, layer._many)]
    except (AttributeError, RuntimeError, NotImplementedError):
        return False
    return all(bool((each - expected).abs().max() < 0.05 * expected.abs().max()) for each in found)
