"""`yanmo doctor`: what this machine or a model is fit for, before time is spent on it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from importlib.util import find_spec
from typing import Any

import torch

from yanmo import __version__
from yanmo.api import model_source
from yanmo.layers import attention_probe
from yanmo.layers.attention_kernels import PLAIN_LENGTH
from yanmo.layers.attention_probe import Measured
from yanmo.layers.int8 import int8_way
from yanmo.machine.probe import Machine, Settings, choose, describe, probe
from yanmo.messages import listed, text
from yanmo.models.backbone import ModelConfig
from yanmo.models.learner import Learner

EXTRAS = {
    "zh": "rjieba",
    "data": "pyarrow",
    "tracking": "tensorboard",
    "hf": "transformers",
    "hub": "datasets",
    "peft": "peft",
}
PACKAGES = ("torch", "numpy", "tokenizers", "safetensors", "huggingface_hub")
BYTES_PER_PARAMETER = 16  # fp32 weight, gradient and AdamW's two averages; a matrix under Muon has one

Rows = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class MachineCheck:
    """attention: its kernels, timed and compared. extras: which optional packages are installed.

    int8_weights: the bits that a weight has under `--precision int8`; None where that is not possible.
    """

    machine: Machine
    settings: Settings
    attention: tuple[Measured, ...]
    int8_weights: int | None
    versions: Mapping[str, str]
    extras: Mapping[str, bool]

    def to_json(self) -> dict[str, Any]:
        return {"check": "machine", **asdict(self)}

    def rows(self) -> Rows:
        versions = listed(f"{name} {version}" for name, version in self.versions.items())
        installed = listed(name for name, there in self.extras.items() if there)
        absent = listed(name for name, there in self.extras.items() if not there)
        kind = f"doctor.attention_{self.settings.attention}"
        return [
            *describe(self.machine),
            *((text("doctor.attention_by", kernel=each.kernel), _timing(each)) for each in self.attention),
            (text("doctor.attention"), text(kind, length=PLAIN_LENGTH)),
            (text("doctor.int8"), _bits(self.int8_weights)),
            (text("doctor.versions"), versions),
            (text("doctor.extras"), installed),
            (text("doctor.extras_absent"), absent),
        ]

    def warnings(self) -> list[str]:
        return []


@dataclass(frozen=True, kw_only=True)
class ModelCheck:
    """heads: trained ones. fresh: what the file lacks and would be random. labels: class names."""

    path: str
    model: str
    parameters: int
    vocab_size: int
    max_positions: int
    heads: tuple[str, ...]
    labels: tuple[str, ...]
    fresh: tuple[str, ...]
    unused: tuple[str, ...]
    training_bytes: int

    def to_json(self) -> dict[str, Any]:
        return {"check": "model", **asdict(self)}

    def rows(self) -> Rows:
        return [
            (text("doctor.path"), self.path),
            (text("doctor.model"), self.model),
            (text("doctor.parameters"), f"{self.parameters:,}"),
            (text("doctor.vocabulary"), f"{self.vocab_size:,}"),
            (text("doctor.positions"), f"{self.max_positions:,}"),
            (text("doctor.heads"), listed(self.heads)),
            (text("doctor.labels"), listed(self.labels)),
            (text("doctor.memory"), gigabytes(self.training_bytes)),
        ]

    def warnings(self) -> list[str]:
        some = list(self.fresh[:4])
        return [text("doctor.warn_fresh", count=len(self.fresh), names=some)] if self.fresh else []


def check_machine() -> MachineCheck:
    """Cores, memory, measured rates and what follows from them; versions and extras."""
    machine = probe()
    settings = choose(machine)
    dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
    attention = attention_probe.measure("cuda" if machine.cuda else "cpu", dtype)
    way = int8_way()
    versions = {"yanmo": __version__, "python": platform.python_version()}
    versions |= {name: metadata.version(name) for name in PACKAGES}
    return MachineCheck(
        machine=machine,
        settings=replace(settings, attention=attention_probe.best(attention, dtype)),
        attention=attention,
        int8_weights=None if machine.cuda or way is None else way.bits,
        versions=versions,
        extras={extra: find_spec(package) is not None for extra, package in EXTRAS.items()},
    )


def _bits(weights: int | None) -> str:
    return text("doctor.int8_none") if weights is None else text("doctor.int8_bits", bits=weights)


def _timing(measured: Measured) -> str:
    if measured.seconds is None or measured.error is None:
        return measured.failure
    return text(
        "doctor.kernel",
        milliseconds=f"{1000 * measured.seconds:.2f}",
        error=f"{measured.error:.1e}",
    )


def check_model(source: str) -> ModelCheck:
    """Reads a run, directory or hub id as a whole. Errors: as `model_source.load`."""
    loaded = model_source.load(source)
    learner, config = loaded.learner, loaded.config
    untrained = {name.split(".")[1] for name in loaded.fresh if name.startswith("heads.")}
    return ModelCheck(
        path=str(model_source.model_folder(source)),
        model=sizes_of(learner.backbone.huggingface.model_type, config),
        parameters=parameters_of(learner),
        vocab_size=config.vocab_size,
        max_positions=config.max_positions,
        heads=tuple(term for term in learner.heads if term not in untrained),
        labels=() if loaded.labelling is None else loaded.labelling.labels,
        fresh=loaded.fresh,
        unused=loaded.unused,
        training_bytes=training_bytes(
            parameters_of(learner), config, tokens=2048, length=min(128, config.max_positions)
        ),
    )


def training_bytes(
    parameters: int, config: ModelConfig, *, tokens: int, length: int, recompute: bool = False
) -> int:
    """About how much memory training takes: parameters with their states, and the activations of a batch.

    Activations of a layer: Korthikanti et al. 2022, "Reducing Activation Recomputation", in fp32. recompute: of each
    layer the inputs are kept, and all of one at a time.
    """
    layer = 2 * (34 * config.hidden_size + 5 * config.num_heads * length)
    kept = 4 * config.hidden_size * config.num_layers + layer if recompute else config.num_layers * layer
    logits = (
        12 * config.vocab_size * max(1, round(0.15 * tokens))
    )  # the vocabulary projection, where labels are
    return parameters * BYTES_PER_PARAMETER + tokens * kept + logits


def parameters_of(learner: Learner) -> int:
    return sum(parameter.numel() for parameter in learner.parameters())


def sizes_of(name: str, config: ModelConfig) -> str:
    return text(
        "doctor.sizes",
        name=name,
        layers=config.num_layers,
        hidden_size=config.hidden_size,
        heads=config.num_heads,
    )


def gigabytes(count: int) -> str:
    return text("doctor.about_gigabytes", value=f"{count / 2**30:.2f}")
