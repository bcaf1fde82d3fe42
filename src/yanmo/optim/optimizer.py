"""One optimiser for the Trainer: Muon for hidden matrices with AdamW for the rest, or AdamW alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import Parameter
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from yanmo.config import Config
from yanmo.errors import CheckpointError
from yanmo.optim.adamw import SLOTS, adamw
from yanmo.optim.muon import Muon
from yanmo.optim.parameter_groups import groups

OF_MATRICES = 2.5  # Muon's rate as a multiple of AdamW's
OF_SINUSOIDS = 0.1  # the share of the rate at which a table of positions keeps them (decision 0015)
Fraction = Annotated[float, Field(ge=0, lt=1)]


class OptimConfig(Config):
    """How weights are updated."""

    name: Literal["muon", "adamw"] = "muon"
    """muon: Muon for the matrices of the layers, AdamW for the rest. adamw: AdamW for all."""
    lr: float = Field(default=2e-3, gt=0)
    """Highest learning rate of the parameters under AdamW."""
    muon_lr: float | None = Field(default=None, gt=0)
    """Highest learning rate of the matrices under Muon, on AdamW's scale. Unset: 2.5 times lr."""
    position_rate: float | None = Field(default=None, ge=0)
    """Learning rate of a table of positions, as a share of lr. Unset: 0.1 where it starts as sinusoids, which large
    steps would break (decision 0015), else 1."""
    weight_decay: float = Field(default=0.1, ge=0)
    """Decoupled weight decay of matrices; biases, norms and embedding tables have none."""
    betas: tuple[Fraction, Fraction] = (0.9, 0.98)
    """AdamW: decay of the averages of the gradient and of its square."""
    eps: float = Field(default=1e-8, gt=0)
    """AdamW: added to the root of the second average."""
    momentum: Fraction = 0.95
    """Muon: Nesterov momentum."""
    clip: float = Field(default=1.0, ge=0)
    """Largest norm of the gradient over all parameters; 0 does not clip."""

    @property
    def matrix_rate(self) -> float:
        """Highest learning rate of the matrices under Muon."""
        return OF_MATRICES * self.lr if self.muon_lr is None else self.muon_lr


class Optimizer:
    """Updates named parameters in place and gives its whole state as named tensors."""

    def __init__(
        self, adamw: torch.optim.AdamW | None, muons: Sequence[Muon], names: Mapping[Tensor, str]
    ) -> None:
        self._adamw = adamw
        self._muons = muons
        self._names = names
        self._rates = [group["lr"] for group in adamw.param_groups] if adamw else []

    @torch.no_grad()
    def step(self, lr_scale: float) -> None:
        """One update at each group's own learning rate times `lr_scale` (what the schedule says, 0 to 1)."""
        for muon in self._muons:
            muon.step(lr_scale)
        if self._adamw:
            for group, rate in zip(self._adamw.param_groups, self._rates, strict=True):
                group["lr"] = rate * lr_scale
            self._adamw.step()

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self._names:
            parameter.grad = None

    def state_tensors(self) -> dict[str, Tensor]:
        """The live state by name: `muon.<parameter>`, `adamw.exp_avg.<parameter>`, ... Fixed keys."""
        tensors = {f"muon.{name}": buffer for muon in self._muons for name, buffer in muon.buffers.items()}
        for parameter, slots in self._adamw.state.items() if self._adamw else ():
            tensors |= {f"adamw.{slot}.{self._names[parameter]}": slots[slot] for slot in SLOTS}
        return tensors

    @torch.no_grad()
    def load_state_tensors(self, tensors: Mapping[str, Tensor]) -> None:
        """Copy a saved state in. Errors: CheckpointError unless names and shapes are this optimiser's."""
        mine = self.state_tensors()
        if differing := sorted(mine.keys() ^ tensors.keys()):
            raise CheckpointError("training.other_optimizer_state", name=differing[0])
        for name, tensor in mine.items():
            if tensor.shape != tensors[name].shape:
                raise CheckpointError("training.other_optimizer_state", name=name)
            tensor.copy_(tensors[name])


def build(
    named_parameters: Iterable[tuple[str, Parameter]],
    config: OptimConfig,
    *,
    muon_dtype: torch.dtype = torch.float32,
    layer_decay: float = 1.0,
    sinusoids: bool = False,
) -> Optimizer:
    """The optimiser of `config` over the trainable parameters.

    muon_dtype: of Muon's Newton-Schulz. layer_decay: each layer's rate, as a share of that of the one above it.
    sinusoids: whether a table of positions started as such.
    """
    usual_rate = OF_SINUSOIDS if sinusoids else 1.0
    split = groups(
        named_parameters,
        weight_decay=config.weight_decay,
        muon=config.name == "muon",
        layer_decay=layer_decay,
        position_rate=usual_rate if config.position_rate is None else config.position_rate,
    )
    rest = [group for group in split if group.method == "adamw"]
    return Optimizer(
        adamw(rest, lr=config.lr, betas=config.betas, eps=config.eps) if rest else None,
        [
            Muon(
                group.parameters,
                lr=config.matrix_rate * group.rate,
                weight_decay=config.weight_decay,
                momentum=config.momentum,
                dtype=muon_dtype,
            )
            for group in split
            if group.method == "muon"
        ],
        {parameter: name for group in split for name, parameter in group.parameters},
    )


def clip(parameters: Iterable[Parameter], max_norm: float) -> Tensor:
    """Scale all gradients so that their common norm is at most `max_norm` (0: leave them).

    Returns the norm before, a scalar. Where it is not finite the gradients are left alone: do not step.
    """
    having = [item for item in parameters if item.grad is not None]
    norm = get_total_norm([item.grad for item in having if item.grad is not None], foreach=True)
    if max_norm > 0 and torch.isfinite(norm) and norm > max_norm:
        clip_grads_with_norm_(having, max_norm, norm, foreach=True)
    return norm
