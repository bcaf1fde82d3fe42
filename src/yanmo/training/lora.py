"""Low-rank adaptation, through `peft`: the weights of the layers stay, a product of two thin matrices is learned.

Paper: Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models".
"""

from __future__ import annotations

import torch
from pydantic import Field
from torch import nn

from yanmo.config import Config
from yanmo.errors import MissingExtra
from yanmo.models.learner import Learner


class LoraConfig(Config):
    """The size of what is learned."""

    rank: int = Field(default=8, ge=1)
    """Rank of the product that is added to each matrix of the layers."""
    alpha: int = Field(default=16, gt=0)
    """What is added is multiplied by alpha / rank."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """On what goes into the product."""


def add_lora(learner: Learner, config: LoraConfig, *, seed: int) -> None:
    """Puts a product beside every linear layer of the backbone; it and the heads alone learn.

    It starts at zero, and as a function of the seed. Errors: MissingExtra without `peft`.
    """
    try:
        import peft
    except ImportError:
        raise MissingExtra("errors.missing_extra", package="peft", extra="peft") from None
    backbone = learner.backbone
    layers = [name for name, module in backbone.named_modules() if isinstance(module, nn.Linear)]
    settings = peft.LoraConfig(
        r=config.rank, lora_alpha=config.alpha, lora_dropout=config.dropout, target_modules=layers
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        peft.inject_adapter_in_model(settings, backbone)


def merge_lora(learner: Learner) -> None:
    """Adds every product to its layer, so that the model is again what it was before `add_lora`, but trained."""
    from peft.tuners.lora import LoraLayer

    for name, module in list(learner.backbone.named_modules()):
        if isinstance(module, LoraLayer):
            module.merge()
            parent, _, child = name.rpartition(".")
            setattr(learner.backbone.get_submodule(parent), child, module.get_base_layer())
