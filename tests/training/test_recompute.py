"""Recomputation: the same bits from less memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
import torch

from yanmo.config import build
from yanmo.data.batch import Batch, Labels
from yanmo.data.cursor import Cursor
from yanmo.data.plan import Plan
from yanmo.models.learner import Learner
from yanmo.models.transformer import Transformer
from yanmo.objectives import make


@pytest.mark.parametrize("name", ["mlm", "clm"])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_losses_and_gradients_are_equal(
    name: str,
    dropout: float,
    dtype: torch.dtype,
    new_plan: Callable[..., Plan],
    new_learner: Callable[..., Learner],
) -> None:
    objective = make(name)
    (batch,) = islice(new_plan(name).stream(Cursor()), 1)

    def run(recompute: bool) -> list[torch.Tensor]:
        learner = new_learner(name, dropout=dropout).to(dtype)
        learner.backbone.recompute(recompute)
        torch.manual_seed(batch.key)
        loss = torch.stack(list(objective.loss(learner, batch).values())).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return [
            loss.detach(),
            *(parameter.grad for parameter in learner.parameters() if parameter.grad is not None),
        ]

    for plain, again in zip(run(False), run(True), strict=True):
        assert torch.equal(plain, again)


def test_an_encoder_decoder_too() -> None:
    values = {"vocab_size": 20, "hidden_size": 8, "num_layers": 2, "num_heads": 2, "intermediate_size": 16}
    config = build(Transformer.Config, {**values, "dropout": 0.2, "attention_dropout": 0.2})
    ids = torch.arange(1, 13).view(2, 6)
    places = torch.arange(6).expand(2, 6)

    def side(labels: dict[str, Labels], prefix: int) -> dict[str, object]:
        return {
            "input_ids": ids, "sequence_ids": torch.ones_like(ids), "position_ids": places,
            "token_type_ids": torch.zeros_like(ids), "prefix_lengths": torch.full_like(ids, prefix), "labels": labels,
            "samples": torch.arange(2), "num_tokens": 12,
        }  # fmt: skip

    labels = {"seq2seq": Labels(at=torch.arange(12), value=ids.flatten())}
    batch = Batch(**side({}, 6), target=Batch(**side(labels, 0)))  # type: ignore[arg-type]

    def gradients(recompute: bool) -> list[torch.Tensor]:
        learner = Learner.build(Transformer, config, {"seq2seq": None}, seed=1)
        learner.backbone.recompute(recompute)
        torch.manual_seed(5)
        hidden = learner.backbone(batch)
        learner.logits("seq2seq", hidden, labels["seq2seq"].at).square().sum().backward()  # type: ignore[no-untyped-call]
        return [parameter.grad for parameter in learner.parameters() if parameter.grad is not None]

    for plain, again in zip(gradients(False), gradients(True), strict=True):
        assert torch.equal(plain, again)


def test_evaluation_computes_once(new_plan: Callable[..., Plan], new_learner: Callable[..., Learner]) -> None:
    learner = new_learner("mlm").eval()
    learner.backbone.recompute(True)
    (batch,) = islice(new_plan("mlm").stream(Cursor()), 1)
    calls = []
    learner.backbone.layers[0].attention.register_forward_hook(lambda *_: calls.append(1))
    learner.backbone(batch).sum().backward()
    assert len(calls) == 1


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read there")
def test_it_takes_less_memory() -> None:
    """The most memory of the process in a step of eight layers, first with recomputation, then without."""
    code = """
import torch
from yanmo.layers.transformer_layer import TransformerLayer
torch.set_num_threads(1)
peak = lambda: int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])
layers = torch.nn.ModuleList(TransformerLayer(64, 1, 256, 0.0) for _ in range(8))
inputs = torch.randn(32, 128, 64)
def step(recompute, rows=32):
    hidden = inputs[:rows]
    for layer in layers:
        layer.recompute = recompute
        hidden = layer(hidden)
    hidden.square().sum().backward()
step(True, rows=1)
before = peak()
step(True)
again = peak()
step(False)
print(again - before, peak() - before)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    again, kept = map(int, ran.stdout.split())
    assert kept > 1.8 * again
