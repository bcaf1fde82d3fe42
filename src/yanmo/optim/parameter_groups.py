"""Which parameter gets which optimiser and how much weight decay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from torch.nn import Parameter

Method = Literal["adamw", "muon"]


@dataclass(frozen=True, kw_only=True)
class ParameterGroup:
    """Named parameters that share an optimiser and a weight decay."""

    method: Method
    weight_decay: float
    parameters: tuple[tuple[str, Parameter], ...]


def groups(
    named_parameters: Iterable[tuple[str, Parameter]], *, weight_decay: float, muon: bool
) -> list[ParameterGroup]:
    """The trainable parameters in at most three groups; empty groups are left out.

    Muon takes the matrices of the layers (it is made for dense hidden matrices: embeddings and heads have
    one row per word, of which a step may touch only a few). Biases, norms and embedding tables do not decay.
    """
    split: dict[tuple[Method, float], list[tuple[str, Parameter]]] = {}
    for name, parameter in named_parameters:
        if not parameter.requires_grad:
            continue
        method: Method = "muon" if muon and is_hidden_matrix(name, parameter) else "adamw"
        decay = weight_decay if decays(name, parameter) else 0.0
        split.setdefault((method, decay), []).append((name, parameter))
    return [
        ParameterGroup(method=method, weight_decay=decay, parameters=tuple(members))
        for (method, decay), members in split.items()
    ]


def is_hidden_matrix(name: str, parameter: Parameter) -> bool:
    """A 2-D weight of a layer (`...layers.3...weight`) that is no embedding."""
    return "layers" in name.split(".") and decays(name, parameter)


def decays(name: str, parameter: Parameter) -> bool:
    """Matrices decay; vectors (biases, norms) and embedding tables do not."""
    return parameter.ndim >= 2 and "embedding" not in name
