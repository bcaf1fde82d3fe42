"""Layers from the input up, and rates that fall towards it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from yanmo.optim.layer_depth import layer_depths
from yanmo.optim.optimizer import OptimConfig, build


def test_depths_of_an_encoder_and_of_both_sides() -> None:
    depths = layer_depths(
        [
            "backbone.embedding.word.weight",
            "backbone.layers.0.attention.qkv.weight",
            "backbone.layers.1.feed_forward.up.bias",
            "backbone.norm.weight",
            "heads.class.output.weight",
        ]
    )
    assert list(depths.values()) == [0, 1, 2, 3, 3]
    both = layer_depths(
        ["backbone.embedding.word.weight"]
        + [f"backbone.layers.{number}.a" for number in range(3)]
        + [f"backbone.decoder.layers.{number}.a" for number in range(2)]
    )
    assert list(both.values()) == [0, 1, 2, 3, 4, 5]


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, 4)
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])
        self.head = nn.Linear(4, 2)


@pytest.mark.parametrize("name", ["adamw", "muon"])
def test_a_step_shrinks_with_the_distance_from_the_output(name: str) -> None:
    """With equal gradients AdamW moves every weight by its rate; Muon's matrices move by a norm that scales alike."""
    moved: dict[float, dict[str, float]] = {}
    for decay in (1.0, 0.5):
        torch.manual_seed(0)
        network = Network()
        before = {key: value.detach().clone() for key, value in network.named_parameters()}
        optimizer = build(
            network.named_parameters(), OptimConfig(name=name, weight_decay=0.0), layer_decay=decay
        )
        for parameter in network.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step(1.0)
        moved[decay] = {
            key: float((value.detach() - before[key]).norm()) for key, value in network.named_parameters()
        }
    ratios = {key: moved[0.5][key] / moved[1.0][key] for key in moved[1.0]}
    expected = {"embedding.weight": 0.125, "layers.0": 0.25, "layers.1": 0.5, "head": 1.0}
    for key, ratio in ratios.items():
        wanted = next(value for start, value in expected.items() if key.startswith(start))
        assert ratio == pytest.approx(wanted, rel=1e-3), key
