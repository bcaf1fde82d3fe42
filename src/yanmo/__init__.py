"""Yanmo 研墨: plain text and a time budget in, your own pre-trained language model out.

yanmo.pretrain(model="bert", preset="mini", corpus="my_texts/", budget="20m", out="runs/my-bert")
yanmo.finetune("text_classification", model="runs/my-bert", train="train.jsonl", out="runs/my-clf")
yanmo.load("runs/my-clf").predict(["这家酒店很好"])
yanmo.evaluate("runs/my-clf", "test.jsonl")
"""

from __future__ import annotations

import os
from importlib import import_module

# Threads that wait spin for some hundredths of a millisecond and then sleep: on a free machine nearly as fast as those
# that spin on, which with one other busy process on two cores made a training step up to 6 times slower
# (docs/decisions/0008). OpenMP reads this when torch is loaded; what the user has set stays.
WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "5000"}
if not WAITING.keys() & os.environ.keys():
    os.environ.update(WAITING)

__version__ = "0.1.0"

_HOMES = {  # as __init__.pyi says it to type checkers and editors
    "TransformerLayer": "yanmo.layers.transformer_layer",
    "compare": "yanmo.api.compare",
    "evaluate": "yanmo.api.evaluate",
    "finetune": "yanmo.api.verbs",
    "load": "yanmo.api.predict",
    "pretrain": "yanmo.api.verbs",
}


def __getattr__(name: str) -> object:
    """Imports what is asked for when it is asked for: `import yanmo` alone brings no torch (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_HOMES, "__version__"])
