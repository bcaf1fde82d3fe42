"""TransformerLayer against torch's own layer on copied weights, and the small layers around it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from yanmo.layers.attention import Layout
from yanmo.layers.dropout import dropout
from yanmo.layers.feed_forward import Activation
from yanmo.layers.norm import NormPlace
from yanmo.layers.position import sinusoids
from yanmo.layers.transformer_layer import TransformerLayer


def copied(theirs: nn.TransformerEncoderLayer, ours: TransformerLayer) -> TransformerLayer:
    pairs = [
        (ours.attention.qkv.weight, theirs.self_attn.in_proj_weight),
        (ours.attention.qkv.bias, theirs.self_attn.in_proj_bias),
        (ours.attention.output.weight, theirs.self_attn.out_proj.weight),
        (ours.attention.output.bias, theirs.self_attn.out_proj.bias),
        (ours.attention_norm.weight, theirs.norm1.weight),
        (ours.attention_norm.bias, theirs.norm1.bias),
        (ours.feed_forward.up.weight, theirs.linear1.weight),
        (ours.feed_forward.up.bias, theirs.linear1.bias),
        (ours.feed_forward.down.weight, theirs.linear2.weight),
        (ours.feed_forward.down.bias, theirs.linear2.bias),
        (ours.feed_forward_norm.weight, theirs.norm2.weight),
        (ours.feed_forward_norm.bias, theirs.norm2.bias),
    ]
    assert len(pairs) == len(list(ours.parameters())) == len(list(theirs.parameters()))
    with torch.no_grad():
        for number, (mine, other) in enumerate(pairs):
            other.normal_(0.0, 0.3, generator=torch.Generator().manual_seed(number))
            mine.copy_(other)
    return ours


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_equals_torch(norm: NormPlace, activation: Activation) -> None:
    theirs = nn.TransformerEncoderLayer(
        16, 4, 24, 0.0, activation, norm_first=norm == "pre", batch_first=True, layer_norm_eps=1e-5
    )
    ours = copied(theirs, TransformerLayer(16, 4, 24, 0.0, norm=norm, activation=activation))
    inputs = torch.randn(3, 9, 16, generator=torch.Generator().manual_seed(1), requires_grad=True)

    output, expected = ours(inputs), theirs(inputs)

    torch.testing.assert_close(output, expected, atol=1e-5, rtol=1e-5)
    (gradient,) = torch.autograd.grad((output**2).sum(), inputs)
    (wanted,) = torch.autograd.grad((expected**2).sum(), inputs)
    torch.testing.assert_close(gradient, wanted, atol=1e-4, rtol=1e-4)


def test_dropout_is_off_in_evaluation_and_on_in_training() -> None:
    layer = TransformerLayer(8, 2, 16, 0.5)
    inputs = torch.randn(1, 4, 8)
    assert not torch.equal(layer(inputs), layer(inputs))
    layer.eval()
    assert torch.equal(layer(inputs), layer(inputs))


def test_attention_dropout_has_its_own_rate() -> None:
    assert TransformerLayer(8, 2, 16, 0.2).attention.dropout == 0.2
    assert TransformerLayer(8, 2, 16, 0.2, attention_dropout=0.0).attention.dropout == 0.0


def test_dropout_at_rate_zero_is_the_tensor_itself() -> None:
    hidden = torch.ones(3)
    assert dropout(hidden, 0.0, training=True) is hidden
    assert dropout(hidden, 0.5, training=False) is hidden


@pytest.mark.parametrize("rate", [0.1, 0.5])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_dropout(rate: float, dtype: torch.dtype) -> None:
    """The share dropped, the mean, neighbours apart from each other, the same mask in the gradient."""
    torch.manual_seed(0)
    ones = torch.ones(301, 1001, dtype=dtype, requires_grad=True)
    output = dropout(ones, rate, training=True)
    assert output.dtype == dtype
    gone = (output == 0).double()
    assert abs(float(gone.mean()) - rate) < 0.003
    assert abs(float(output.detach().double().mean()) - 1.0) < 0.01
    pairs = float((gone.flatten()[1:] * gone.flatten()[:-1]).mean())
    assert abs(pairs - rate**2) < 0.003
    (gradient,) = torch.autograd.grad(output.sum(), ones)
    assert torch.equal(gradient, output)


def test_dropout_is_seeded() -> None:
    hidden = torch.ones(50)
    torch.manual_seed(3)
    first = dropout(hidden, 0.5, training=True)
    assert not torch.equal(dropout(hidden, 0.5, training=True), first)
    torch.manual_seed(3)
    assert torch.equal(dropout(hidden, 0.5, training=True), first)


@pytest.mark.parametrize("size", [6, 7])
def test_sinusoids(size: int) -> None:
    table = sinusoids(5, size)
    assert table.shape == (5, size)
    torch.testing.assert_close(table[0], torch.tensor([0.0] * ((size + 1) // 2) + [1.0] * (size // 2)))
    torch.testing.assert_close(table[3, 0], torch.tensor(3.0).sin())
    # as Marian has them: exponents 2 * (column // 2) / size, sines of the even columns first
    angles = [[place / 10_000 ** (2 * (column // 2) / size) for column in range(size)] for place in range(5)]
    each = torch.tensor(angles, dtype=torch.float64)
    marian = torch.cat([each[:, 0::2].sin(), each[:, 1::2].cos()], dim=1)
    torch.testing.assert_close(table, marian.float())


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_with_cross_attention_it_equals_torchs_decoder_layer(norm: NormPlace) -> None:
    theirs = nn.TransformerDecoderLayer(16, 4, 24, 0.0, "relu", norm_first=norm == "pre", batch_first=True)
    ours = TransformerLayer(16, 4, 24, 0.0, norm=norm, activation="relu", cross_attention=True)
    cross = ours.cross_attention
    assert cross is not None
    pairs = [
        (ours.attention.qkv, theirs.self_attn.in_proj_weight, theirs.self_attn.in_proj_bias),
        (ours.attention.output, theirs.self_attn.out_proj.weight, theirs.self_attn.out_proj.bias),
        (cross.output, theirs.multihead_attn.out_proj.weight, theirs.multihead_attn.out_proj.bias),
        (ours.feed_forward.up, theirs.linear1.weight, theirs.linear1.bias),
        (ours.feed_forward.down, theirs.linear2.weight, theirs.linear2.bias),
        (ours.attention_norm, theirs.norm1.weight, theirs.norm1.bias),
        (ours.cross_attention_norm, theirs.norm2.weight, theirs.norm2.bias),
        (ours.feed_forward_norm, theirs.norm3.weight, theirs.norm3.bias),
    ]
    parts = zip(
        (cross.query, cross.key, cross.value),
        theirs.multihead_attn.in_proj_weight.chunk(3),
        theirs.multihead_attn.in_proj_bias.chunk(3),
        strict=True,
    )
    with torch.no_grad():
        for number, parameter in enumerate(theirs.parameters()):
            parameter.normal_(0.0, 0.3, generator=torch.Generator().manual_seed(number))
        for mine, weight, bias in [*pairs, *parts]:
            mine.weight.copy_(weight)
            mine.bias.copy_(bias)
    generator = torch.Generator().manual_seed(1)
    inputs, source = (torch.randn(3, length, 16, generator=generator) for length in (9, 5))
    causal = nn.Transformer.generate_square_subsequent_mask(9)
    ids, places = torch.ones(3, 9, dtype=torch.int64), torch.arange(9).expand(3, 9)
    layout = Layout(query_ids=ids, key_ids=ids, last_visible=places, key_positions=places)
    output = ours(inputs, layout, None, cross.memory(source, None))
    torch.testing.assert_close(output, theirs(inputs, source, tgt_mask=causal), atol=1e-5, rtol=1e-5)
