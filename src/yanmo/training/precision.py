"""The numbers that are trained and the numbers that compute: fp32 master weights, and a bf16 copy where that pays."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn import Parameter

from yanmo.models.learner import Learner
from yanmo.training.average import Average


class Weights:
    """A learner in fp32, which the optimiser updates, and the one that runs forward and backward.

    In fp32 they are one. In bf16 the second is a bf16 copy: its gradients are added to the master's in fp32 after
    every micro-batch, and it is overwritten after every step. This trains as well as fp32 where autocast did not,
    and casts each weight once a step instead of once a use. `average` holds the mean of the last steps, where one is
    wanted.
    """

    def __init__(self, master: Learner, dtype: torch.dtype) -> None:
        self.master = master
        self.average = Average()
        self.working = master if dtype == torch.float32 else copy.deepcopy(master).to(dtype)
        self._pairs: list[tuple[Parameter, Parameter]] = (
            []
            if self.working is master
            else list(zip(master.parameters(), self.working.parameters(), strict=True))
        )

    def collect(self) -> None:
        """Adds the working gradients of a micro-batch to the master's."""
        fresh_master, fresh = [], []
        into: list[Tensor] = []
        added: list[Tensor] = []
        for master, working in self._pairs:
            if working.grad is None:
                continue
            if master.grad is None:
                fresh_master.append(master)
                fresh.append(working.grad)
            else:
                into.append(master.grad)
                added.append(working.grad)
            working.grad = None
        for master, gradient in zip(fresh_master, fresh, strict=True):
            master.grad = gradient.float()
        if into:
            torch._foreach_add_(into, [gradient.float() for gradient in added])

    @torch.no_grad()
    def publish(self) -> None:
        """Copies the master into the working weights, after a step or a load."""
        if self._pairs:
            torch._foreach_copy_(
                [working for _, working in self._pairs], [master for master, _ in self._pairs]
            )

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Inside, both learners hold the mean of the last steps, if there is one; afterwards what they held before."""
        self.average.swap(self.master)
        self.publish()
        try:
            yield
        finally:
            self.average.swap(self.master)
            self.publish()
