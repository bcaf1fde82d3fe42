"""Where and in which numbers a run computes: chosen once, written down, used again by every resume."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import read_object, replace_text
from yanmo.errors import CheckpointError, RunError, reason_of
from yanmo.layers import attention_probe
from yanmo.machine.memory import keep_large_buffers
from yanmo.machine.probe import Settings, choose, configure, probe
from yanmo.messages import text


@dataclass(frozen=True, kw_only=True)
class Compute:
    """device: cpu or cuda. settings: precision, torch's matmul precision, threads, attention kernel."""

    device: str
    settings: Settings

    @property
    def dtype(self) -> torch.dtype:
        return torch.bfloat16 if self.settings.precision == "bf16" else torch.float32

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def choose_once(path: Path, wanted: str, reporter: Reporter | None = None) -> Compute:
    """The choice in the file, else a new one, written there: a probe under another load could decide otherwise.

    wanted: auto, fp32 or bf16. Errors: CheckpointError where the run was on a GPU and there is none.
    """
    if path.is_file():
        values = read_object(path)
        try:
            compute = Compute(device=values["device"], settings=Settings(**values["settings"]))
        except (KeyError, TypeError) as error:
            raise RunError("run.broken_file", path=path, reason=reason_of(error)) from None
        if compute.device == "cuda" and not torch.cuda.is_available():
            raise CheckpointError("machine.no_gpu", path=path, torch=torch.__version__)
    else:
        compute = choose_now(wanted, reporter)
        replace_text(path, json.dumps(compute.to_json()))
    configure(compute.settings)
    keep_large_buffers()
    return compute


def choose_now(wanted: str = "auto", reporter: Reporter | None = None) -> Compute:
    """What a probe of this machine finds best; nothing is set or written."""
    settings = choose(probe())
    if wanted == "bf16" and settings.precision == "fp32":
        (reporter or Reporter()).warn(text("machine.warn_bf16"))
    if wanted != "auto":
        settings = replace(settings, precision="bf16" if wanted == "bf16" else "fp32")
    compute = Compute(device="cuda" if torch.cuda.is_available() else "cpu", settings=settings)
    measured = attention_probe.measure(compute.device, compute.dtype)
    return replace(
        compute, settings=replace(settings, attention=attention_probe.best(measured, compute.dtype))
    )
