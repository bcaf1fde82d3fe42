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
        self.shapes: dict[tuple[int, int], list[str]] = {}  # (short side, long side) -> names
        for name, parameter in self.parameters.items():
            rows, columns = parameter.shape[0] // matrices_in(name, parameter), parameter.shape[1]
            self.shapes.setdefault((min(rows, columns), max(rows, columns)), []).append(name)

    @torch.no_grad()
    def step(self, lr_scale: float) -> None:
        """One update of every matrix that has a gradient, at `lr * lr_scale`."""
        lr = self.lr * lr_scale
        for (_, longest), members in self.shapes.items():
            names = [name for name in members if self.parameters[name].grad is not None]
            if not names:
                continue
            parameters: list[Tensor] = [self.parameters[name] for name in names]
            gradients = [grad for grad in (item.grad for item in parameters) if grad is not None]
            buffers = [self.buffers[name] for name in names]
            torch._foreach_lerp_(buffers, gradients, 1 - self.momentum)
            updates = torch._foreach_lerp(gradients, buffers, self.momentum)
            directions = self._orthogonalize(names, list(updates))
            torch._foreach_mul_(parameters, 1 - lr * self.weight_decay)
            torch._foreach_add_(parameters, directions, alpha=-lr * 0.2 * longest**0.5)

    def _orthogonalize(self, names: Sequence[str], updates: Sequence[Tensor]) -> list[Tensor]:
        """Each update with its singular values near 1, all in one batch; tall matrices lie on their side."""
        wide = []
        for name, update in zip(names, updates, strict=True):
            parts = update.view(matrices_in(name, update), -1, update.shape[1])  # [parts, rows, columns]
            wide.append(parts.mT if parts.shape[1] > parts.shape[2] else parts)
        result = orthogonalize(torch.cat([part.to(self.dtype) for part in wide]))
        directions = []
        for part, update in zip(torch.split(result, [len(part) for part in wide]), updates, strict=True):
            tall = update.shape[0] // len(part) > update.shape[1]
            directions.append((part.mT if tall else part).reshape(update.shape).to(update.dtype))
        return directions


def matrices_in(name: str, parameter: Tensor) -> int:
    """How many matrices a weight stands for: 3 for query, key and value fused into one, else 1."""
    fused = name.endswith("qkv.weight") and parameter.shape[0] == 3 * parameter.shape[1]
    return 3 if fused else 1


def orthogonalize(matrices: Tensor, steps: int = 5) -> Tensor:
    """Newton-Schulz on a batch [n, rows, columns], rows <= columns: singular values go to 0.7 ... 1.2."""
    a, b, c = COEFFICIENTS
    x: Tensor = matrices / matrices.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        x = torch.baddbmm(x, polynomial, x, beta=a)
    return x
