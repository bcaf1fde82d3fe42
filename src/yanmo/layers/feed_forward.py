"""The feed-forward block: up to the intermediate size, an activation, down again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from jaxtyping import Float

Activation = Literal["gelu", "gelu_new", "relu"]


def activate(hidden: Tensor, activation: Activation) -> Tensor:
    """The activation by its Hugging Face name; gelu_new is GELU's tanh form (Hendrycks and Gimpel 2016)."""
    if activation == "relu":
        return F.relu(hidden)
    return F.gelu(hidden, approximate="tanh" if activation == "gelu_new" else "none")


class FeedForward(nn.Module):
    """down(activation(up(hidden)))."""

    def __init__(self, hidden_size: int, intermediate_size: int, activation: Activation) -> None:
        super().__init__()
        self.activation: Activation = activation
        self.up = nn.Linear(hidden_size, intermediate_size)
        self.down = nn.Linear(intermediate_size, hidden_size)

    def forward(self, hidden: Float[Tensor, "*rows hidden"]) -> Float[Tensor, "*rows hidden"]:
        output: Tensor = self.down(activate(self.up(hidden), self.activation))
        return output
