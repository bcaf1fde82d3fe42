"""Attention that starts by looking at neighbours: where it looks, for every shape of network."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from yanmo.layers.neighbours import look_at_neighbours
from yanmo.models.bert import Bert, BertConfig
from yanmo.models.gpt2 import Gpt2, Gpt2Config

LENGTH = 60


def scores(hidden: Tensor, qkv: torch.nn.Linear, heads: int) -> Tensor:
    """[heads, query, key], before the softmax."""
    width = hidden.shape[-1]
    query, key, _ = qkv(hidden).view(len(hidden), 3, heads, width // heads).permute(1, 2, 0, 3)
    return query @ key.transpose(1, 2) * (width // heads) ** -0.5


@pytest.mark.parametrize("shape", [(64, 1), (128, 2), (256, 4), (384, 6), (512, 8), (768, 12), (768, 16)])
def test_each_head_of_the_first_layer_looks_at_its_neighbour(shape: tuple[int, int]) -> None:
    width, heads = shape
    config = BertConfig(
        vocab_size=500, hidden_size=width, num_layers=1, num_heads=heads, intermediate_size=width,
        position_init="neighbours",
    )  # fmt: skip
    bert = Bert.build(config, seed=3).eval()
    ids = torch.randint(500, (1, LENGTH), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        hidden = bert.embedding(ids, torch.arange(LENGTH)[None], torch.zeros_like(ids))[0]
        found = scores(hidden, bert.layers[0].attention.qkv, heads)  # type: ignore[union-attr,arg-type]
    inside = torch.arange(heads, LENGTH - heads)
    for head in range(heads):
        offset = (head // 2 + 1) * (1 if head % 2 else -1)
        # at itself a word adds its own square
        mean = {away: float(found[head].diagonal(away).mean()) for away in range(-20, 21) if away}
        assert max(mean, key=mean.__getitem__) == offset
        looked_at = found[head].argmax(dim=1)[inside]
        assert ((looked_at - inside - offset).abs() <= 1).float().mean() > 0.5  # words make a difference too
        assert 5 < mean[offset] - float(found[head].mean()) < 12


def test_other_starts_look_nowhere_and_the_same_seed_has_the_same_words() -> None:
    sizes = {"vocab_size": 50, "hidden_size": 64, "num_layers": 3, "num_heads": 1, "intermediate_size": 64}
    plain = Bert.build(BertConfig.model_validate({**sizes, "position_init": "sinusoidal"}), seed=1)
    looking = Bert.build(BertConfig.model_validate({**sizes, "position_init": "neighbours"}), seed=1)
    changed = {
        name
        for (name, one), other in zip(plain.state_dict().items(), looking.state_dict().values(), strict=True)
        if not torch.equal(one, other)
    }
    assert changed == {
        "embedding.position.weight", "layers.0.attention.qkv.weight", "layers.1.attention.qkv.weight",
    }  # fmt: skip
    positions = [model.embedding.position.weight for model in (plain, looking)]
    torch.testing.assert_close(positions[1], 2 * positions[0])


def test_values_are_left_alone() -> None:
    qkv = torch.nn.Linear(32, 96)
    before = qkv.weight.detach().clone()
    look_at_neighbours(qkv, 2, share=0.5)
    assert torch.equal(qkv.weight[64:], before[64:])
    assert not torch.equal(qkv.weight[:32], before[:32])


@pytest.mark.parametrize("heads", [1, 3, 9])
def test_odd_sizes_of_heads(heads: int) -> None:
    qkv = torch.nn.Linear(45, 135)
    look_at_neighbours(qkv, heads, share=0.5)
    assert qkv.weight.isfinite().all()


def test_a_decoder_may_start_so_too() -> None:
    config = Gpt2Config(
        vocab_size=50,
        hidden_size=64,
        num_layers=1,
        num_heads=1,
        intermediate_size=64,
        position_init="neighbours",
    )
    assert Gpt2.build(config).embedding.position is not None
