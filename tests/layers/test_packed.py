"""Weights that are laid out for decoding give the same products."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from yanmo.layers.packed import PackedLinear, can_pack, packed
from yanmo.models.gpt2 import Gpt2, Gpt2Config
from yanmo.models.learner import Learner

pytestmark = pytest.mark.skipif(not can_pack(torch.zeros(1)), reason="this torch has no oneDNN")


@pytest.mark.parametrize("shape", [(1, 24), (8, 24), (2, 3, 24)])
@pytest.mark.parametrize("bias", [True, False])
def test_the_product_is_that_of_a_linear_layer(shape: tuple[int, ...], bias: bool) -> None:
    torch.manual_seed(0)
    linear, hidden = nn.Linear(24, 40, bias=bias), torch.randn(shape)
    with torch.inference_mode():
        expected = linear(hidden)
        assert torch.allclose(PackedLinear(linear.weight, linear.bias)(hidden), expected, atol=1e-6)
        if can_pack(torch.zeros(1, dtype=torch.bfloat16)):
            half = linear.bfloat16()
            found = PackedLinear(half.weight, half.bias)(hidden.bfloat16())
            assert torch.allclose(found.float(), expected, atol=0.03)


def test_a_packed_learner_shares_the_rest_and_leaves_the_first_as_it_is() -> None:
    config = Gpt2Config(vocab_size=50, hidden_size=32, num_layers=2, num_heads=2, intermediate_size=64)
    learner = Learner.build(Gpt2, config, {"clm": None}, seed=1).eval()
    before = {name: value.clone() for name, value in learner.state_dict().items()}
    twin = packed(learner, learner.backbone.vocabulary_weight)
    assert not any(isinstance(part, nn.Linear) for part in twin.modules())
    assert twin.backbone.vocabulary_weight is learner.backbone.vocabulary_weight
    hidden = torch.randn(1, 3, 32)
    at = torch.arange(3)
    with torch.inference_mode():
        expected, found = learner.logits("clm", hidden, at), twin.logits("clm", hidden, at)
    assert torch.allclose(found, expected, atol=1e-6)
    assert all(torch.equal(value, before[name]) for name, value in learner.state_dict().items())
