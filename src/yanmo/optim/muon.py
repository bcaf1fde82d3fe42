"""Muon: momentum whose update is orthogonalised, for the hidden matrices.

Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks": update, coefficients;
Liu et al. 2025, "Muon is Scalable for LLM Training", arXiv:2502.16982: scale .2 sqrt(max side), decay.
The same mathematics as torch.optim.Muon(adjust_lr_fn="match_rms_adamw"), but matrices of one shape are
orthogonalised together: a network of small layers then makes a few large products instead of many small ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import Parameter

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # steepest at zero: five steps are enough (Jordan et al. 2024)


class Muon:
    """Nesterov momentum, orthogonalised, with decoupled weight decay, over named matrices [rows, columns].

    A fused `qkv.weight` [3 hidden, hidden] counts as three matrices. `dtype` is that of Newton-Schulz:
    bfloat16 is as good as float32 there and faster where the hardware has it.
    """

    def __init__(
        self,
        parameters: Iterable[tuple[str, Parameter]],
        *,
        lr: float,
        weight_decay: float,
        momentum: float,
        dtype: torch.dtype,
    ) -> None:
        self.lr = lr
        self.weight_decay = weight_decay
        self.momentum = momentum
        self.dtype = dtype
        self.parameters = dict(parameters)
        self.buffers: Mapping[str, Tensor] = {
            name: torch.zeros_like(parameter, requires_grad=False)
            for name, parameter in self.parameters.items()
        }
        self.shapes: dict[torch.Size, list[str]] = {}  # of one matrix -> names
        for name, parameter in self.parameters.items():
            self.shapes.setdefault(matrices(name, parameter).shape[1:], []).append(name)

    @torch.no_grad()
    def step(self, lr_scale: float) -> None:
        """One update of every matrix that has a gradient, at `lr * lr_scale`."""
        lr = self.lr * lr_scale
        for shape, members in self.shapes.items():
            names = [name for name in members if self.parameters[name].grad is not None]
            if not names:
                continue
            parameters: list[Tensor] = [self.parameters[name] for name in names]
            gradients = [grad for grad in (item.grad for item in parameters) if grad is not None]
            buffers = [self.buffers[name] for name in names]
            torch._foreach_lerp_(buffers, gradients, 1 - self.momentum)
            updates = torch._foreach_lerp(gradients, buffers, self.momentum)
            directions = self._orthogonalize([matrices(*pair) for pair in zip(names, updates, strict=True)])
            torch._foreach_mul_(parameters, 1 - lr * self.weight_decay)
            for name, parameter, direction in zip(names, parameters, directions, strict=True):
                matrices(name, parameter).add_(direction, alpha=-lr * 0.2 * max(shape) ** 0.5)

    def _orthogonalize(self, updates: Sequence[Tensor]) -> Sequence[Tensor]:
        """All updates [parts, rows, columns] in one batch."""
        sizes = [len(update) for update in updates]
        batch = torch.empty(sum(sizes), *updates[0].shape[1:], dtype=self.dtype, device=updates[0].device)
        torch._foreach_copy_(list(torch.split(batch, sizes)), list(updates))
        return torch.split(orthogonalize(batch), sizes)


def matrices(name: str, weight: Tensor) -> Tensor:
    """A view [parts, rows, columns]: 3 parts for query, key and value fused into one weight, else 1."""
    fused = name.endswith("qkv.weight") and weight.shape[0] == 3 * weight.shape[1]
    return weight.view(3 if fused else 1, -1, weight.shape[1])


def orthogonalize(matrices: Tensor, steps: int = 5) -> Tensor:
    """Newton-Schulz on a batch [n, rows, columns]: singular values go to 0.7 ... 1.2."""
    a, b, c = COEFFICIENTS
    x: Tensor = matrices / matrices.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    tall = x.shape[1] > x.shape[2]
    for _ in range(steps):
        gram = x.mT @ x if tall else x @ x.mT  # of the shorter side
        polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        x = torch.baddbmm(x, x, polynomial, beta=a) if tall else torch.baddbmm(x, polynomial, x, beta=a)
    return x
