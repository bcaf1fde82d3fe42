"""Random weights as BERT and GPT-2 start from, a function of a generator alone."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def initialize(module: nn.Module, *, deviation: float, generator: torch.Generator) -> None:
    """Draw every matrix from N(0, deviation^2), in the order of modules; biases are 0, norms 1 and 0."""
    for part in module.modules():
        for name, parameter in part.named_parameters(recurse=False):
            if parameter.dim() > 1:
                parameter.normal_(0.0, deviation, generator=generator)
            else:
                parameter.fill_(1.0 if isinstance(part, nn.LayerNorm) and name == "weight" else 0.0)
