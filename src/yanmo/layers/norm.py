"""Where the layer norm stands: after the sum (Vaswani 2017, BERT) or before the block (GPT-2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from torch import Tensor, nn

from yanmo.layers.dropout import dropout

if TYPE_CHECKING:
    from jaxtyping import Float

NormPlace = Literal["post", "pre"]


def residual(
    hidden: Float[Tensor, "*rows hidden"],
    block: Callable[[Tensor], Tensor],
    norm: nn.LayerNorm,
    *,
    place: NormPlace,
    rate: float,
    training: bool,
) -> Float[Tensor, "*rows hidden"]:
    """`block` with a way around it, dropout on its output, and the norm after the sum or before the block.

    Paper: Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture".
    """
    if place == "pre":
        return hidden + dropout(block(norm(hidden)), rate, training)
    output: Tensor = norm(hidden + dropout(block(hidden), rate, training))
    return output
