"""How weights are updated where the user does not say."""

from __future__ import annotations

from yanmo.api import model_source
from yanmo.optim.optimizer import OptimConfig
from yanmo.tasks.task import Task


def usual_optim(model: str, hidden_size: int, *, rate: float = Task.rate, lora: bool = False) -> OptimConfig:
    """What fits `model`: random weights learn by Muon, learned ones go on by AdamW at a low rate."""
    if model_source.architecture(model) is not None:
        return OptimConfig()
    return default_optim(hidden_size, rate, lora=lora)


def default_optim(hidden_size: int, rate: float = Task.rate, *, lora: bool = False) -> OptimConfig:
    """AdamW at `rate` for a width of 256, less with the width: of 4e-4, 2.6e-5 is left at BERT-base's 768.

    lora: ten times that (Biderman et al. 2024, "LoRA Learns Less and Forgets Less").
    """
    rate = min(1e-3, rate * (256 / hidden_size) ** 2.5) * (10 if lora else 1)
    return OptimConfig(name="adamw", lr=rate, weight_decay=0.01, betas=(0.9, 0.999))
