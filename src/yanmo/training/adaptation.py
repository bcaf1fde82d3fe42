"""Which weights of a trained model fine-tuning moves, and how far."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from yanmo.config import Config
from yanmo.errors import ConfigError
from yanmo.models.learner import Learner
from yanmo.optim.layer_depth import layer_depths
from yanmo.training.lora import LoraConfig

EMBEDDINGS = "embeddings"
Part: TypeAlias = Annotated[str, Field(pattern=r"^(embeddings|[1-9]\d*)$")]


def _written(value: object) -> object:
    """A number in YAML is a word here."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class AdaptConfig(Config):
    """Which weights of the model fine-tuning moves, and how far."""

    freeze: Annotated[Part | None, BeforeValidator(_written)] = Field(default=None, examples=[EMBEDDINGS, 2])
    """What stays as it was: embeddings, or a number n for the embeddings and the first n layers."""
    layer_decay: float = Field(default=1.0, gt=0, le=1)
    """Each layer's learning rate, as a share of that of the layer above it; 1: all have the same."""
    lora: LoraConfig | None = None
    """Learn low-rank additions to the layers instead of their weights; what is saved is the sum."""


def freeze(learner: Learner, wanted: str | None) -> None:
    """Leaves out of training what `AdaptConfig.freeze` names.

    Errors: ConfigError for more layers than there are, and where nothing is left to learn.
    """
    if wanted is None:
        return
    depths = layer_depths(name for name, _ in learner.named_parameters())
    layers = max((depths[name] for name in depths if "layers." in name), default=0)
    last = 0 if wanted == EMBEDDINGS else int(wanted)
    if last > layers:
        raise ConfigError("training.freeze_too_many", given=last, layers=layers)
    for name, parameter in learner.named_parameters():
        if depths[name] <= last:
            parameter.requires_grad_(False)
    if not any(parameter.requires_grad for parameter in learner.parameters()):
        raise ConfigError("training.freeze_all", given=last, layers=layers)
