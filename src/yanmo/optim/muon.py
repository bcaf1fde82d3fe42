"""Muon: momentum whose update is orthogonalised, for the hidden matrices.

Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks": update;
Amsel et al. 2025, "The Polar Express", arXiv:2505.16932: coefficients;
Liu et al. 2025, "Muon is Scalable for LLM Training", arXiv:2502.16982: scale .2 sqrt(max side), decay.
But for the coefficients the mathematics of torch.optim.Muon(adjust_lr_fn="match_rms_adamw"). Matrices of one shape are
orthogonalised together: a network of small layers then makes a few large products instead of many small ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import Parameter

# of the polynomial of each step. Four of them lift small singular values 428 times, five of the first Muon's
# (3.4445, -4.775, 2.0315) 485 times; the others end between 0.4 and 1.6, there between 0.7 and 1.2.
STEPS = (
    (8.2052, -22.9019, 16.4607),
    (4.0664, -2.8612, 0.5184),
    (3.9096, -2.8234, 0.5250),
    (3.2856, -2.4153, 0.4853),
)
MARGIN = 1.02  # the polynomials are made for singular values up to 1, and rounding adds to them


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


def orthogonalize(matrices: Tensor) -> Tensor:
    """The nearest matrix with orthogonal rows (or columns) to each of a batch [n, rows, columns], nearly: singular
    values end between 0.4 and 1.6, the very small ones excepted.

    Each step takes an odd polynomial of the matrix, x -> a x + b x x'x + c x x'x x'x. Of a matrix that is much longer
    than wide, only the product with its own transpose, square and small, is carried from step to step; in bf16 it is
    made anew halfway, before its rounding errors have grown (as Muon's larger users do).
    """
    x: Tensor = matrices / (MARGIN * matrices.norm(dim=(1, 2), keepdim=True)).clamp(min=1e-7)
    short, long = sorted(x.shape[1:])
    if long < 2 * short:
        for coefficients in STEPS:
            x = _multiplied(x, _polynomial(_gram(x), coefficients))
        return x
    together = len(STEPS) if x.dtype == torch.float32 else len(STEPS) // 2
    for first in range(0, len(STEPS), together):
        x = _multiplied(x, _composed(_gram(x), STEPS[first : first + together]))
    return x


def _gram(x: Tensor) -> Tensor:
    """The product with its own transpose on the shorter side, [n, short, short]."""
    return x.mT @ x if x.shape[1] > x.shape[2] else x @ x.mT


def _multiplied(x: Tensor, factor: Tensor) -> Tensor:
    return x @ factor if x.shape[1] > x.shape[2] else factor @ x


def _polynomial(gram: Tensor, coefficients: tuple[float, float, float]) -> Tensor:
    """a + b gram + c gram^2."""
    a, b, c = coefficients
    value = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
    value.diagonal(dim1=1, dim2=2).add_(a)
    return value


def _composed(gram: Tensor, steps: Sequence[tuple[float, float, float]]) -> Tensor:
    """What several steps multiply a matrix with, from its gram matrix alone."""
    total = factor = _polynomial(gram, steps[0])
    for coefficients in steps[1:]:
        gram = gram @ factor @ factor
        factor = _polynomial(gram, coefficients)
        total = total @ factor
    return total
