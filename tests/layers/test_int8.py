"""Products on weights of 8 bits are those of the linear layer, up to rounding."""

from __future__ import annotations

import time
from typing import Any

import pytest
import torch
from torch import nn

from yanmo.layers import int8
from yanmo.layers.int8 import Int8Linear, int8_way
from yanmo.layers.packed import packed
from yanmo.models.gpt2 import Gpt2, Gpt2Config
from yanmo.models.learner import Learner

WAY = int8_way()
pytestmark = pytest.mark.skipif(WAY is None, reason="no fast integer products here")


def rounded(weight: torch.Tensor, bias: torch.Tensor | None) -> Int8Linear:
    return Int8Linear(weight, bias, largest=WAY.largest)


@pytest.fixture(params=["few rows", "many"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both products, whatever the number of rows."""
    monkeypatch.setattr(int8, "LITTLE", 10**9 if request.param == "few rows" else 0)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("shape", [(0, 24), (1, 64), (4, 64), (4, 24), (5, 64), (3, 50, 24), (70, 7)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("outputs", [3, 40, 96])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_the_product_is_that_of_a_linear_layer(
    shape: tuple[int, ...], bias: bool, outputs: int, dtype: torch.dtype
) -> None:
    torch.manual_seed(0)
    linear, hidden = nn.Linear(shape[-1], outputs, bias=bias), torch.randn(shape)
    with torch.inference_mode():
        expected = linear(hidden)
        linear.to(dtype)
        found = rounded(linear.weight, linear.bias)(hidden.to(dtype))
    assert found.shape == expected.shape
    assert found.dtype == dtype
    if expected.numel():
        # the weights and the inputs have 1/127 of their range as a step, bf16 8 bits
        assert (found.float() - expected).abs().max() < 0.02 * hidden.abs().max()
        assert (found.float() - expected).square().mean() < 4e-4 * expected.square().mean()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("inputs", ["zero", "positive", "negative", "far apart"])
def test_inputs_of_any_range(rows: int, inputs: str) -> None:
    torch.manual_seed(0)
    hidden = torch.rand(rows, 32)
    hidden = {"zero": hidden * 0, "positive": hidden + 3, "negative": -hidden - 3, "far apart": hidden * 1e4}[
        inputs
    ]
    linear = nn.Linear(32, 64)
    with torch.inference_mode():
        expected, found = linear(hidden), rounded(linear.weight, linear.bias)(hidden.bfloat16()).float()
    assert (found - expected).abs().max() <= 0.02 * hidden.abs().max().clamp(min=1)


@pytest.mark.parametrize("factor", [0.37, 1.0, 1.3, 2.9, 7.7])
def test_no_input_is_rounded_out_of_8_bits(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ends of the range half a step from a whole one, wherever 0 lies between them."""
    monkeypatch.setattr(int8, "LITTLE", 0)
    torch.manual_seed(0)
    linear = nn.Linear(32, 64)
    with torch.inference_mode():
        layer = rounded(linear.weight, linear.bias)
        for below in range(254):
            hidden = torch.zeros(6, 32)
            hidden[:, :3], hidden[:, 3:5] = -(below + 0.5) * factor, (253.5 - below) * factor
            error = (layer(hidden) - linear(hidden)).abs().max()
            assert error <= 0.02 * hidden.abs().max()


@pytest.mark.usefixtures("way")
def test_a_large_weight_spoils_its_own_output_alone() -> None:
    torch.manual_seed(0)
    linear, hidden = nn.Linear(32, 48, bias=False), torch.randn(9, 32)
    with torch.inference_mode():
        before = rounded(linear.weight, None)(hidden)
        linear.weight[5, 3] = 100
        after = rounded(linear.weight, None)(hidden)
    others = torch.arange(48) != 5
    assert torch.equal(before[:, others], after[:, others])


def test_a_learner_has_no_other_linear_layers_and_nearly_the_same_logits() -> None:
    config = Gpt2Config(vocab_size=50, hidden_size=32, num_layers=2, num_heads=2, intermediate_size=64)
    learner = Learner.build(Gpt2, config, {"clm": None}, seed=1).eval()
    hidden, at = torch.randn(1, 9, 32), torch.arange(9)
    with torch.inference_mode():
        expected = learner.logits("clm", hidden, at)
        learner.to(WAY.beside)
        twin = packed(learner, learner.backbone.vocabulary_weight, rounded)
        found = twin.logits("clm", hidden.to(WAY.beside), at).float()
    assert not any(isinstance(part, nn.Linear) for part in twin.modules())
    assert (found - expected).abs().max() < 0.03 * expected.abs().max()


def test_runs_of_the_largest_numbers_are_added_up_whole() -> None:
    """Two of them are more than 16 bits hold, in which some processors add up pairs."""
    weight = torch.ones(64, 128)
    weight[32:] = -1
    with torch.inference_mode():
        found = rounded(weight, None)._many(torch.ones(70, 128))
    assert torch.allclose(found, torch.tensor([128.0] * 32 + [-128.0] * 32), rtol=0.01)


def test_what_stands_beside_them_is_of_a_type_with_fast_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without AVX-512 a product whose result is bf16 takes a thousand times as long."""
    product = torch.ops.onednn.qlinear_pointwise

    def slow(*given: Any) -> torch.Tensor:
        if torch.bfloat16 in given:
            time.sleep(0.2)
        return product(*given)

    int8_way.cache_clear()
    monkeypatch.setattr(torch.ops.onednn, "qlinear_pointwise", slow)
    try:
        way = int8_way()
        assert way is not None
        assert way.beside == torch.float32
    finally:
        int8_way.cache_clear()
