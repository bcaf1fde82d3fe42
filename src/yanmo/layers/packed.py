"""Linear layers whose weights are laid out once for the kernel that reads them again at every token.

At a few rows the time of a product is that of reading its weights, and by default each product also copies them into
the order that its kernel wants. Laid out beforehand by oneDNN they are read only: 1.5 to 2.3 times as fast at 1 and 8
rows in bf16, 2.3 times at 8 rows in fp32. One row in fp32 times a small matrix is faster as it is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from yanmo.layers.heads import VocabularyHead

if TYPE_CHECKING:
    from jaxtyping import Float

ROWS = 8  # the layout is chosen for so many, and serves any number
LARGE = 2_000_000  # elements: such as no cache near the core holds
Module = TypeVar("Module", bound=nn.Module)
Linear: TypeAlias = Callable[[Tensor, Tensor | None], nn.Module]


class PackedLinear(nn.Module):
    """`nn.Linear` on weights that cannot be trained or saved any more."""

    def __init__(self, weight: Float[Tensor, "out in"], bias: Float[Tensor, " out"] | None) -> None:
        super().__init__()
        self._weight = weight.detach()
        self._bias = None if bias is None else bias.detach()
        self._packed = torch.ops.mkldnn._reorder_linear_weight(self._weight, ROWS)

    def forward(self, hidden: Float[Tensor, "*rows in"]) -> Float[Tensor, "*rows out"]:
        one_row = hidden.numel() == hidden.shape[-1]
        if one_row and hidden.dtype == torch.float32 and self._weight.numel() < LARGE:
            return F.linear(hidden, self._weight, self._bias)
        output: Tensor = torch.ops.mkldnn._linear_pointwise(hidden, self._packed, self._bias, "none", [], "")
        return output


class PackedVocabularyHead(nn.Module):
    """`VocabularyHead` on a copy of the word vectors."""

    def __init__(self, product: nn.Module) -> None:
        super().__init__()
        self._product = product

    def forward(
        self, hidden: Float[Tensor, "labels hidden"], vocabulary: Float[Tensor, "vocab hidden"]
    ) -> Float[Tensor, "labels vocab"]:
        logits: Tensor = self._product(hidden)
        return logits


def can_pack(tensor: Tensor) -> bool:
    """Whether this build of torch has the kernels, for this device and precision."""
    if tensor.device.type != "cpu" or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    if tensor.dtype == torch.bfloat16 and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return False
    return hasattr(torch.ops.mkldnn, "_linear_pointwise")


def packed(module: Module, vocabulary: Tensor, linear: Linear = PackedLinear) -> Module:
    """A copy for reading alone: it shares all but the weights of linear layers and vocabulary heads.

    linear: what they become; `PackedLinear` is for reading token by token.
    """
    memo = {id(parameter): parameter for parameter in module.parameters()}
    twin = copy.deepcopy(module, memo)
    for part in list(twin.modules()):
        for name, child in part.named_children():
            if type(child) is nn.Linear:
                setattr(part, name, linear(child.weight, child.bias))
            elif type(child) is VocabularyHead:
                setattr(part, name, PackedVocabularyHead(linear(vocabulary, None)))
    return twin
