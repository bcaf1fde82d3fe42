"""Low-rank additions: nothing at the start, the same numbers merged, and the rest of the model untouched."""

from __future__ import annotations

import pytest
import torch

from yanmo import models
from yanmo.config import build
from yanmo.data.batch import Batch
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.registry import find, names
from yanmo.training.lora import LoraConfig, add_lora, merge_lora

pytest.importorskip("peft")
SIZES = {"hidden_size": 16, "num_layers": 2, "num_heads": 2, "intermediate_size": 32, "vocab_size": 20}


@pytest.fixture(params=names(models))
def learner(request: pytest.FixtureRequest) -> Learner:
    model = find(models, Backbone, request.param)  # type: ignore[type-abstract]
    sizes = build(model.Config, {**SIZES, "max_positions": 16, "dropout": 0.0, "attention_dropout": 0.0})
    head = next(
        {term: None if size is None else 2}
        for term, size in (("class", 2), ("seq2seq", None), ("clm", None), ("mlm", None))
        if term in model.huggingface.heads
    )
    return Learner.build(model, sizes, head)


def batch() -> Batch:
    ids = torch.randint(19, (2, 8), generator=torch.Generator().manual_seed(0))
    places = torch.arange(8).repeat(2, 1)
    one = Batch(
        input_ids=ids,
        sequence_ids=torch.ones_like(ids),
        position_ids=places,
        token_type_ids=torch.zeros_like(ids),
        prefix_lengths=torch.zeros_like(ids),
        samples=torch.arange(2),
        num_tokens=16,
    )
    return Batch(**{**vars(one), "target": one})


def hidden(learner: Learner) -> torch.Tensor:
    learner.eval()
    with torch.no_grad():
        result: torch.Tensor = learner.backbone(batch())
    return result


def learn(learner: Learner) -> None:
    """A step of plain gradient descent on what may learn."""
    learner.train()
    learner.backbone(batch()).square().mul(torch.arange(16)).mean().backward()
    for parameter in learner.parameters():
        if parameter.grad is not None:
            parameter.data -= 0.5 * parameter.grad


def test_starts_at_zero_learns_and_merges(learner: Learner) -> None:
    before = {name: value.clone() for name, value in learner.state_dict().items()}
    first = hidden(learner)
    state = torch.get_rng_state()
    add_lora(learner, LoraConfig(rank=2, alpha=8), seed=1)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(hidden(learner), first)
    learning = {name for name, parameter in learner.named_parameters() if parameter.requires_grad}
    assert learning and all("lora" in name or name.startswith("heads.") for name in learning)
    for _ in range(2):
        learn(learner)
    trained = hidden(learner)
    assert not torch.allclose(trained, first, atol=1e-4)
    merge_lora(learner)
    after = learner.state_dict()
    assert after.keys() == before.keys()
    assert torch.allclose(hidden(learner), trained, atol=1e-5)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    linear = {
        name for name, module in learner.backbone.named_modules() if isinstance(module, torch.nn.Linear)
    }
    assert changed and changed <= {f"backbone.{name}.weight" for name in linear}


def test_the_seed_alone_decides_the_start(learner: Learner) -> None:
    copies = []
    for noise in (1, 2):
        torch.manual_seed(noise)
        one = Learner.build(type(learner.backbone), learner.backbone.config, {})
        add_lora(one, LoraConfig(rank=2), seed=7)
        copies.append(one.state_dict())
    assert all(torch.equal(value, copies[1][name]) for name, value in copies[0].items())


def test_recomputed_layers_draw_the_dropout_of_the_first_pass(learner: Learner) -> None:
    add_lora(learner, LoraConfig(rank=2, dropout=0.5), seed=1)
    learn(learner)  # the second matrices start at zero, and would hide the dropout
    learner.train()

    def gradients(recompute: bool) -> list[torch.Tensor]:
        learner.zero_grad()
        learner.backbone.recompute(recompute)
        torch.manual_seed(0)
        learner.backbone(batch()).square().mul(torch.arange(16)).mean().backward()
        return [one.grad.clone() for one in learner.parameters() if one.grad is not None]

    plain, again = gradients(False), gradients(True)
    assert all(torch.equal(one, other) for one, other in zip(plain, again, strict=True))
