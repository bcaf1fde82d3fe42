"""AdamW (Loshchilov and Hutter 2019): torch's own, fused, one tensor per parameter."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from yanmo.optim.parameter_groups import ParameterGroup

SLOTS = ("exp_avg", "exp_avg_sq", "step")


def adamw(
    groups: Sequence[ParameterGroup], *, lr: float, betas: tuple[float, float], eps: float
) -> torch.optim.AdamW:
    """torch.optim.AdamW over the groups; its state is made at once, so all checkpoints have the same keys."""
    optimizer = torch.optim.AdamW(
        [
            {
                "params": [item for _, item in group.parameters],
                "weight_decay": group.weight_decay,
                "lr": lr * group.rate,
            }
            for group in groups
        ],
        betas=betas,
        eps=eps,
        fused=True,
    )
    for group in groups:
        for _, parameter in group.parameters:
            optimizer.state[parameter] = {
                "step": torch.zeros((), dtype=torch.float32, device=parameter.device),
                "exp_avg": torch.zeros_like(parameter, requires_grad=False),
                "exp_avg_sq": torch.zeros_like(parameter, requires_grad=False),
            }
    return optimizer
