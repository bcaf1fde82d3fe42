"""Every architecture, found by its file, keeps the same promises."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from yanmo import models, registry
from yanmo.config import build, dump
from yanmo.data.batch import Batch
from yanmo.data.collate import collate
from yanmo.data.example import Example
from yanmo.errors import ConfigError
from yanmo.interop.huggingface import Labelling, load_model, save_model
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner

MEMBERS = registry.names(models)
SIZES = {"class": 3, "tag": 5, "span": 2}  # of the heads that have one


def test_members_are_found() -> None:
    assert {"bert", "gpt2", "transformer"} <= set(MEMBERS)


@pytest.fixture(params=MEMBERS)
def model(request: pytest.FixtureRequest) -> type[Backbone]:
    return registry.find(models, Backbone, request.param)


@pytest.fixture
def batch(model: type[Backbone]) -> Batch:
    """Two rows, three sequences, padding; an encoder-decoder has them on both sides."""

    def side(*ids: int, causal: bool) -> Example:
        types = np.arange(len(ids)) % 2 if model.family == "encoder" else np.zeros(len(ids), np.int64)
        return Example(
            input_ids=np.array(ids),
            token_type_ids=types,
            protected=np.zeros(len(ids), dtype=bool),
            prefix_length=0 if causal else len(ids),
        )

    def example(*ids: int) -> Example:
        if model.family != "encoder_decoder":
            return side(*ids, causal=model.family == "decoder")
        labels = {"seq2seq": (np.arange(len(ids)), np.array(ids))}
        return replace(side(*ids, causal=False), target=replace(side(*ids, causal=True), labels=labels))

    return collate([[(0, example(7, 8, 9)), (1, example(10, 11))], [(2, example(12, 13, 14, 15))]], 8)


def heads_of(model: type[Backbone]) -> list[str]:
    return sorted(model.head_terms())


def test_configurations_survive_yaml(model: type[Backbone]) -> None:
    for preset in model.presets:
        config = build(model.Config, {"vocab_size": 99, **model.sizes(preset)})
        assert build(model.Config, yaml.safe_load(dump(config))) == config
    assert {"tiny", "mini", "small", "medium", "base"} <= set(model.presets)
    with pytest.raises(ConfigError) as error:
        model.sizes("minni")
    assert "mini" in error.value.values["suggestion"]


def test_shapes(model: type[Backbone], batch: Batch, new_learner: Callable[..., Learner]) -> None:
    for term in heads_of(model):
        learner = new_learner(model, {term: SIZES.get(term)}).eval()
        with torch.no_grad():
            hidden = learner.backbone(batch)
            logits = learner.logits(term, hidden, torch.tensor([0, 3, 8]))
        config = learner.backbone.config
        assert hidden.shape == (*batch.labelled.input_ids.shape, config.hidden_size)
        assert bool(hidden.isfinite().all())
        words = config.vocab_size - (term == "seq2seq")  # the padding is never generated
        assert logits.shape == (3, SIZES.get(term, {"nsp": 2, "choice": 1}.get(term, words)))
        nothing = learner.logits(term, hidden, torch.tensor([], dtype=torch.int64))
        assert nothing.shape == (0, logits.shape[1])


def test_gradients_reach_every_parameter(
    model: type[Backbone], batch: Batch, new_learner: Callable[..., Learner]
) -> None:
    for term in heads_of(model):
        learner = new_learner(model, {term: SIZES.get(term)})
        at = (batch.labelled.sequence_ids.flatten() > 0).nonzero().flatten()
        weight = torch.linspace(-1, 1, len(at)).unsqueeze(1)
        (learner.logits(term, learner.backbone(batch), at) * weight).pow(2).sum().backward()
        missing = [
            name for name, value in learner.named_parameters() if value.grad is None or not value.grad.any()
        ]
        assert missing == []


def test_random_weights_are_a_function_of_the_seed(
    model: type[Backbone], new_learner: Callable[..., Learner]
) -> None:
    heads = {term: SIZES.get(term) for term in heads_of(model)}
    torch.manual_seed(1)
    one = new_learner(model, heads, seed=3).state_dict()
    torch.manual_seed(2)
    two = new_learner(model, heads, seed=3).state_dict()
    other = new_learner(model, heads, seed=4).state_dict()
    assert one.keys() == two.keys()
    assert all(torch.equal(value, two[name]) for name, value in one.items())
    changed = [name for name, value in one.items() if not torch.equal(value, other[name])]
    assert all(name in changed for name in one if name.endswith(("word.weight", "qkv.weight")))


def test_a_head_does_not_depend_on_its_neighbours(
    model: type[Backbone], new_learner: Callable[..., Learner]
) -> None:
    """So adding or dropping a term changes no other weight."""
    together = new_learner(model, {term: SIZES.get(term) for term in heads_of(model)}).state_dict()
    for term in heads_of(model):
        for name, value in new_learner(model, {term: SIZES.get(term)}).state_dict().items():
            assert torch.equal(value, together[name])


def test_nobody_sees_a_neighbour(
    model: type[Backbone], batch: Batch, new_learner: Callable[..., Learner]
) -> None:
    backbone = new_learner(model, {}).backbone.eval()
    changed = batch.input_ids.clone()
    changed[0, :3] += 20
    with torch.no_grad():
        before, after = backbone(batch), backbone(Batch(**{**vars(batch), "input_ids": changed}))
    assert torch.equal(before[0, 3:5], after[0, 3:5])
    assert torch.equal(before[1, :4], after[1, :4])
    assert (before[0, :3] - after[0, :3]).abs().max() > 1e-3


def test_every_class_is_saved_and_loaded_unchanged(
    model: type[Backbone],
    batch: Batch,
    new_learner: Callable[..., Learner],
    tokenizer_for: Callable[..., object],
    tmp_path: Path,
) -> None:
    for number, terms in enumerate(sorted(model.huggingface.classes, key=sorted)):
        heads = {term: SIZES.get(term) for term in sorted(terms)}
        size = next((size for size in heads.values() if size), 0)
        labelling = Labelling(task="task", labels=tuple(f"l{n}" for n in range(size)), multi_label=False)
        learner = new_learner(model, heads, seed=number)
        folder = tmp_path / str(number)
        save_model(folder, learner, tokenizer_for(model), labelling=labelling if size else None)
        loaded = load_model(folder)
        assert loaded.fresh == ()
        saved = learner.state_dict()
        assert saved.keys() == loaded.learner.state_dict().keys()
        assert all(torch.equal(value, saved[name]) for name, value in loaded.learner.state_dict().items())
        assert loaded.learner.backbone.config.hidden_size == learner.backbone.config.hidden_size


def test_an_unknown_head_names_the_models_that_have_it(model: type[Backbone]) -> None:
    config = build(
        model.Config,
        {"vocab_size": 9, "hidden_size": 4, "num_heads": 1, "num_layers": 1, "intermediate_size": 4},
    )
    with pytest.raises(ConfigError) as error:
        model.build(config).head("none of them", None)
    assert error.value.key == "models.no_head"
