"""Linear layers on weights of 8 bits, for reading a trained model.

Each output has its own scale, so that its largest weight becomes 127. A few rows times not too many weights are
multiplied in bf16: there the time is that of reading the weights. More is rounded to 8 bits too, by one scale for all
rows, found anew at every product; so what stands beside a text changes its numbers by rounding.

Processors differ. Without AVX-512 a product takes a thousand times as long when its result is to be bf16, so fp32
stands between these layers; without instructions for such products it adds up pairs in 16 bits, too few for the
largest weights and inputs, so the weights get 7 bits. What a processor needs is tried out, once.

Paper: Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
Inference".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from jaxtyping import Float

LITTLE = 5_000_000  # rows times weights; with more of them, integer products are faster
BLOCK = 32  # the kernel for few rows reads past the end of other sizes
SLOW = 100  # times as long as in fp32: that is no kernel for this processor
STEPS = 254  # between the smallest and the largest input: one of the 256 values is left, for 0 falls on a whole one


@dataclass(frozen=True)
class Int8Way:
    """beside: what stands between such layers. largest: what the largest weight of an output becomes."""

    beside: torch.dtype
    largest: int

    @property
    def bits(self) -> int:
        """Of a weight, with its sign."""
        return self.largest.bit_length() + 1


WAYS = (Int8Way(torch.bfloat16, 127), Int8Way(torch.float32, 127), Int8Way(torch.float32, 63))  # best first


class Int8Linear(nn.Module):
    """`nn.Linear` on a rounded copy of its weights, for inputs of their type; nothing of it can be trained or saved."""

    def __init__(
        self, weight: Float[Tensor, "out in"], bias: Float[Tensor, " out"] | None, *, largest: int
    ) -> None:
        super().__init__()
        exact = weight.detach().float()
        self._scale = (exact.abs().amax(dim=1).clamp(min=1e-12) / largest).bfloat16()
        rounded = (exact / self._scale.float().unsqueeze(1)).round_().clamp_(-largest, largest)
        self._weight = rounded.to(torch.int8)
        self._has_few = not (weight.shape[0] % BLOCK or weight.shape[1] % BLOCK)
        self._bias = None if bias is None else bias.detach()
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
        output: Tensor = torch._weight_int8pack_mm(rows.bfloat16(), self._weight, self._scale).to(rows.dtype)
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
            *(1.0, 0, rows.dtype),
            *("none", [], ""),
        )
        return output


@cache
def int8_way() -> Int8Way | None:
    """The best way that is right and fast on this processor; None where there is none."""
    return next((way for way in WAYS if _is_fit(way)), None)


@torch.inference_mode()
def _is_fit(way: Int8Way) -> bool:
    """Right for rows and weights with runs of large numbers, whose products add up to the most."""
    dtype = way.beside
    weight = torch.linspace(-1, 1, 256 * 128).view(256, 128).sin()
    rows = torch.linspace(-2, 3, 64 * 128).view(64, 128)
    expected = F.linear(rows, weight)
    try:
        layer = Int8Linear(weight.to(dtype), None, largest=way.largest)
        found = [product(rows.to(dtype)).float() for product in (layer._few, layer._many)]
        seconds = _seconds(layer._many, rows.to(dtype))
    except (AttributeError, RuntimeError, NotImplementedError):
        return False
    right = all(bool((each - expected).abs().max() < 0.05 * expected.abs().max()) for each in found)
    return right and seconds < SLOW * _seconds(lambda rows: F.linear(rows, weight), rows)


def _seconds(product: Callable[[Tensor], Tensor], rows: Tensor) -> float:
    """The shortest of a few."""
    taken = []
    for _ in range(5):
        start = perf_counter()
        product(rows)
        taken.append(perf_counter() - start)
    return min(taken)
