"""What holds for every architecture, found by the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from yanmo import models
from yanmo.config import build
from yanmo.data.batch import Batch
from yanmo.errors import ConfigError
from yanmo.layers.position import sinusoids
from yanmo.models.backbone import Backbone, ModelConfig
from yanmo.models.bert import Bert
from yanmo.models.gpt2 import Gpt2
from yanmo.models.learner import Learner
from yanmo.registry import find, names

Pack = Callable[..., Batch]
# an encoder-decoder has two sides to a batch: tests/models/test_transformer.py
ALL = [
    member
    for member in (find(models, Backbone, name) for name in names(models))
    if member.family != "encoder_decoder"
]
every_model = pytest.mark.parametrize("model", ALL, ids=lambda model: model.huggingface.model_type)
SEQUENCES = [[2, 9, 30, 3], [2, 7, 8, 9, 11, 3], [2, 44, 3], [2, 40, 41, 5, 3, 6]]
SIZES = {"class": 3, "tag": 5, "span": 2}


def tiny(model: type[Backbone], **changes: object) -> ModelConfig:
    values = {
        "vocab_size": 50, "hidden_size": 16, "num_layers": 2, "num_heads": 2, "intermediate_size": 32,
        "max_positions": 32, "initializer_range": 0.3,
    }  # fmt: skip
    return build(model.Config, values | changes)


def test_the_registry_finds_them() -> None:
    assert {"bert", "gpt2"} <= set(names(models))


@every_model
@pytest.mark.parametrize("prefix", [None, 0, 2])
def test_packed_rows_equal_single_sequences(model: type[Backbone], pack: Pack, prefix: int | None) -> None:
    backbone = model.build(tiny(model)).eval()
    with torch.inference_mode():
        packed = backbone(pack([SEQUENCES[:2], SEQUENCES[2:]], 12, prefix=prefix))
        spans = [packed[0, :4], packed[0, 4:10], packed[1, :3], packed[1, 3:9]]
        for ids, span in zip(SEQUENCES, spans, strict=True):
            alone = backbone(pack([[ids]], len(ids), prefix=prefix))[0]
            torch.testing.assert_close(span, alone, atol=1e-5, rtol=1e-5)
    assert packed.isfinite().all()


@every_model
def test_nothing_leaks(model: type[Backbone], pack: Pack) -> None:
    backbone = model.build(tiny(model)).eval()
    with torch.inference_mode():
        before = backbone(pack([SEQUENCES[:2]], 12))
        after = backbone(pack([[SEQUENCES[0], [2, 7, 8, 9, 12, 3]]], 12))
        assert torch.equal(before[0, :4], after[0, :4])
        assert not torch.equal(before[0, 4:8], after[0, 4:8]), "a bidirectional sequence sees its own change"

        before = backbone(pack([SEQUENCES[1:2]], 8, prefix=0))
        after = backbone(pack([[[2, 7, 8, 9, 12, 3]]], 8, prefix=0))
        assert torch.equal(before[0, :4], after[0, :4]), "a causal one does not see ahead"
        assert not torch.equal(before[0, 4:6], after[0, 4:6])


@every_model
def test_weights_depend_on_config_and_seed_alone(model: type[Backbone]) -> None:
    terms = {term: SIZES.get(term) for term in sorted(model.head_terms())}
    state = torch.random.get_rng_state()
    first = Learner.build(model, tiny(model), terms, seed=5).state_dict()
    assert torch.equal(torch.random.get_rng_state(), state), "the global generator is left alone"
    torch.rand(10)
    second = Learner.build(model, tiny(model), dict(reversed(terms.items())), seed=5).state_dict()
    other = Learner.build(model, tiny(model), terms, seed=6).state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)
    matrices = [key for key in first if first[key].dim() > 1]
    assert matrices and not any(torch.equal(first[key], other[key]) for key in matrices)


@every_model
def test_gradients_reach_every_parameter(model: type[Backbone], pack: Pack) -> None:
    terms = {term: SIZES.get(term) for term in sorted(model.head_terms())}
    learner = Learner.build(model, tiny(model), terms)
    hidden = learner.backbone(pack([SEQUENCES[:2], SEQUENCES[2:]], 12))
    at = torch.tensor([0, 1, 5, 14])
    loss = torch.stack([(learner.logits(term, hidden, at) ** 2).sum() for term in terms]).sum()
    loss.backward()
    still = [name for name, parameter in learner.named_parameters() if parameter.grad is None]
    assert not still


@every_model
def test_state_keys(model: type[Backbone]) -> None:
    terms = {term: SIZES.get(term) for term in sorted(model.head_terms())}
    keys = Learner.build(model, tiny(model), terms).state_dict().keys()
    assert all(key.startswith("backbone.") or key.split(".")[1] in terms for key in keys)
    assert len([key for key in keys if key.endswith("qkv.weight")]) == 2
    vocabulary = [key for key in keys if "word" in key]
    assert vocabulary == ["backbone.embedding.word.weight"], "tying copies nothing"


@every_model
def test_cached_steps_equal_full_recomputation(model: type[Backbone], pack: Pack) -> None:
    """Prompts of uneven lengths, padded on the right in one batch and on the left in another."""
    backbone = model.build(tiny(model)).eval()
    prompts, more = SEQUENCES[1:3], [[13, 14, 15], [23, 24, 25]]
    right = pack([[prompt] for prompt in prompts], 6, prefix=0)
    left = replace(
        right,
        **{
            name: torch.stack([getattr(right, name)[0], getattr(right, name)[1].roll(3)])
            for name in ("input_ids", "sequence_ids", "position_ids", "token_type_ids", "prefix_lengths")
        },
    )
    whole = [
        backbone(pack([[prompt + new]], len(prompt + new), prefix=0))
        for prompt, new in zip(prompts, more, strict=True)
    ]
    for batch in (right, left):
        cache = backbone.new_cache(rows=2, room=9)
        with torch.inference_mode():
            first = backbone(batch, cache)
            for row, prompt in enumerate(prompts):
                seen = first[row][batch.sequence_ids[row] > 0]
                torch.testing.assert_close(seen, whole[row][0, : len(prompt)], atol=1e-5, rtol=1e-5)
            for step in range(3):
                places = torch.tensor([[len(prompt) + step] for prompt in prompts])
                new = replace(
                    batch,
                    input_ids=torch.tensor([[ids[step]] for ids in more]),
                    sequence_ids=torch.ones(2, 1, dtype=torch.int64),
                    position_ids=places,
                    token_type_ids=places % 2,
                    prefix_lengths=torch.zeros(2, 1, dtype=torch.int64),
                )
                hidden = backbone(new, cache)
                for row in range(2):
                    expected = whole[row][0, int(places[row])]
                    torch.testing.assert_close(hidden[row, 0], expected, atol=1e-5, rtol=1e-5)


@every_model
def test_presets_are_configurations(model: type[Backbone]) -> None:
    assert {"tiny", "mini", "small", "medium", "base"} <= set(model.presets)
    for preset in model.presets:
        config = build(model.Config, {"vocab_size": 100, **model.sizes(preset)})
        assert config.intermediate_size == 4 * config.hidden_size
        assert config.hidden_size == 64 * config.num_heads


def test_published_sizes() -> None:
    """bert-base-uncased has 109,482,240 parameters with its pooler, gpt2 124,439,808."""
    with torch.device("meta"):
        bert = Bert(build(Bert.Config, {"vocab_size": 30522, **Bert.sizes("base")}))
        gpt2 = Gpt2(build(Gpt2.Config, {"vocab_size": 50257, **Gpt2.sizes("gpt2")}))
    pooler = 768 * 768 + 768
    assert sum(parameter.numel() for parameter in bert.parameters()) + pooler == 109_482_240
    assert sum(parameter.numel() for parameter in gpt2.parameters()) == 124_439_808


def test_residual_projections_of_gpt2_start_smaller() -> None:
    backbone = Gpt2.build(tiny(Gpt2, hidden_size=64, num_layers=8, initializer_range=0.02))
    state = backbone.state_dict()
    assert abs(float(state["layers.3.feed_forward.down.weight"].std()) / 0.005 - 1) < 0.1
    assert abs(float(state["layers.3.attention.qkv.weight"].std()) / 0.02 - 1) < 0.1


def test_positions_can_start_from_sinusoids() -> None:
    backbone = Bert.build(tiny(Bert, position_init="sinusoidal", initializer_range=0.02))
    weight = backbone.embedding.position.weight.detach()
    torch.testing.assert_close(weight / weight[0, -1], sinusoids(32, 16))
    assert abs(float(weight.square().mean().sqrt()) / 0.02 - 1) < 0.05


def test_long_rows_take_the_blocks(pack: Pack) -> None:
    config = tiny(Gpt2, num_layers=1, max_positions=700)
    backbone = Gpt2.build(config).eval()
    ids = [number % 50 for number in range(600)]
    with torch.inference_mode():
        whole = backbone(pack([[ids]], 600, prefix=0))
        short = backbone(pack([[ids[:300]]], 300, prefix=0))
    torch.testing.assert_close(whole[0, :300], short[0], atol=1e-5, rtol=1e-5)


def test_an_absent_head_names_the_models_that_have_it() -> None:
    with pytest.raises(ConfigError, match="gpt2") as error:
        Bert.build(tiny(Bert)).head("clm", None)
    assert error.value.key == "models.no_head" and len(str(error.value).splitlines()) == 3


def test_unknown_preset() -> None:
    with pytest.raises(ConfigError, match="mini"):
        Bert.sizes("minni")


def test_heads_must_share_the_hidden_size() -> None:
    with pytest.raises(ConfigError, match="num_heads"):
        tiny(Bert, num_heads=3)
