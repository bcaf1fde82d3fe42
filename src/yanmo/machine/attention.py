"""Which attention kernel this process uses: chosen once, from what was measured, and read by every layer."""

from __future__ import annotations

from typing import Literal

Attention = Literal["products", "fused", "flex"]

_chosen: Attention = "products"


def use(kernel: Attention) -> None:
    """From now on `layers.attention` uses this kernel where it can."""
    global _chosen
    _chosen = kernel


def chosen() -> Attention:
    """The kernel of this process; plain products unless something else was measured to be faster."""
    return _chosen
