"""What a run computes in: a probe chooses; a user's choice is followed, with a warning where it is slow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from yanmo.api import compute
from yanmo.api.compute import Compute, choose_once
from yanmo.api.reporter import Reporter
from yanmo.errors import CheckpointError
from yanmo.machine import attention as machine_attention
from yanmo.machine.probe import Settings


class Listening(Reporter):
    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)


@pytest.mark.parametrize(
    ("found", "wanted", "used", "warned"),
    [
        ("fp32", "auto", "fp32", False),
        ("fp32", "bf16", "bf16", True),
        ("bf16", "bf16", "bf16", False),
        ("bf16", "fp32", "fp32", False),
    ],
)
def test_what_is_asked_for_is_used_and_warned_about_where_it_is_slow(
    found: str, wanted: str, used: str, warned: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(precision=found, matmul="highest", threads=1)
    monkeypatch.setattr(compute, "probe", lambda: None)
    monkeypatch.setattr(compute, "choose", lambda machine: settings)
    monkeypatch.setattr(compute, "configure", lambda settings: None)
    monkeypatch.setattr(compute.attention_probe, "measure", lambda device, dtype: ())
    monkeypatch.setattr(compute.attention_probe, "best", lambda measured, dtype: "products")
    path, listening = tmp_path / "machine.json", Listening()
    assert choose_once(path, wanted, listening).settings.precision == used
    assert bool(listening.warnings) is warned
    again = Listening()
    assert choose_once(path, "auto", again).settings.precision == used  # a resumed run goes on as it began
    assert not again.warnings


def test_a_run_of_a_gpu_is_not_resumed_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    path = tmp_path / "machine.json"
    settings = Settings(precision="bf16", matmul="highest", threads=1, attention="flex")
    path.write_text(json.dumps(Compute(device="cuda", settings=settings).to_json()), encoding="utf-8")
    with pytest.raises(CheckpointError) as error:
        choose_once(path, "auto")
    assert error.value.key == "machine.no_gpu" and error.value.values["path"] == path
    assert machine_attention.chosen() == "products"  # nothing was set
