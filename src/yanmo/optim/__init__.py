"""How weights move: parameter groups, AdamW, Muon, the learning-rate schedule."""

from yanmo.optim.optimizer import OptimConfig, Optimizer, build, clip
from yanmo.optim.schedule import ScheduleConfig, multiplier

__all__ = ["OptimConfig", "Optimizer", "ScheduleConfig", "build", "clip", "multiplier"]
