"""The mean of the weights over the last steps of a run.

Paper: Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization"; Vaswani et al. 2017,
section 6.1, average the last checkpoints, of which this is the limit: one after every step.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from yanmo.models.learner import Learner


class Average:
    """A running mean in fp32, by the name of the parameter; empty until the first `add`.

    Memory: 4 bytes for each trained parameter, from the first step that counts; as much again in each checkpoint.
    """

    def __init__(self) -> None:
        self.mean: dict[str, Tensor] = {}

    @torch.no_grad()
    def add(self, learner: Learner, count: int) -> None:
        """Takes the learner's weights in as the `count`th, from 1. A function of its arguments and the mean alone."""
        weights = {name: weight for name, weight in learner.named_parameters() if weight.requires_grad}
        if count == 1:
            self.mean = {name: weight.detach().clone() for name, weight in weights.items()}
        else:
            torch._foreach_lerp_([self.mean[name] for name in weights], list(weights.values()), 1 / count)

    def load(self, mean: Mapping[str, Tensor], device: torch.device) -> None:
        """Goes on from a mean that a checkpoint held."""
        self.mean = {name: tensor.to(device) for name, tensor in mean.items()}

    def swap(self, learner: Learner) -> None:
        """Exchanges the mean and the learner's weights, without a copy; twice is as before, to the bit."""
        for name, weight in learner.named_parameters():
            if name in self.mean:
                weight.data, self.mean[name] = self.mean[name], weight.data
