"""Which parameter gets which optimiser and how much weight decay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from torch.nn import Parameter

from yanmo.optim.layer_depth import layer_depths

Method = Literal["adamw", "muon"]


@dataclass(frozen=True, kw_only=True)
class ParameterGroup:
    """Named parameters that share an optimiser, a weight decay and a factor on the learning rate."""

    method: Method
    weight_decay: float
    rate: float
    parameters: tuple[tuple[str, Parameter], ...]


def groups(
    named_parameters: Iterable[tuple[str, Parameter]],
    *,
    weight_decay: float,
    muon: bool,
    layer_decay: float = 1.0,
    position_rate: float = 1.0,
) -> list[ParameterGroup]:
    """The trainable parameters in groups, at most four for each layer; empty groups are left out.

    Muon takes the matrices of the layers (it is made for dense hidden matrices: embeddings and heads have
    one row per word, of which a step may touch only a few). Biases, norms and embedding tables do not decay.
    layer_decay: each layer learns at this share of the rate of the one above it (Howard and Ruder 2018, "Universal
    Language Model Fine-tuning for Text Classification", section 3.2; Sun et al. 2019, "How to Fine-Tune BERT").
    position_rate: the share of the rate at which a table of positions learns.
    """
    named = list(named_parameters)
    depths = layer_depths(name for name, _ in named)
    top = max(depths.values(), default=0)
    split: dict[tuple[Method, float, float], list[tuple[str, Parameter]]] = {}
    for name, parameter in named:
        if not parameter.requires_grad:
            continue
        method: Method = "muon" if muon and is_hidden_matrix(name, parameter) else "adamw"
        decay = weight_decay if decays(name, parameter) else 0.0
        rate = layer_decay ** (top - depths[name]) * (position_rate if is_position(name) else 1.0)
        split.setdefault((method, decay, rate), []).append((name, parameter))
    return [
        ParameterGroup(method=method, weight_decay=decay, rate=rate, parameters=tuple(members))
        for (method, decay, rate), members in split.items()
    ]


def is_hidden_matrix(name: str, parameter: Parameter) -> bool:
    """A 2-D weight of a layer (`...layers.3...weight`) that is no embedding."""
    return "layers" in name.split(".") and decays(name, parameter)


def is_position(name: str) -> bool:
    """A table of learned positions."""
    return name.endswith("embedding.position.weight")


def decays(name: str, parameter: Parameter) -> bool:
    """Matrices decay; vectors (biases, norms) and embedding tables do not."""
    return parameter.ndim >= 2 and "embedding" not in name
