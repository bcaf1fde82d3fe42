"""Every objective, found by its file, keeps the same promises."""

import dataclasses
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from yanmo import objectives, registry
from yanmo.data.batch import Batch
from yanmo.data.cursor import Cursor
from yanmo.data.frame import frame_of
from yanmo.data.plan import Plan
from yanmo.data.random import Key
from yanmo.data.source import TextSource
from yanmo.interop.huggingface import load_model, save_model
from yanmo.models.backbone import Backbone
from yanmo.objectives import Objective, make

ROOM = 32
MEMBERS = registry.names(objectives)
NAMES = [*MEMBERS, "mlm+nsp"]


def test_members_are_found() -> None:
    assert {"mlm", "nsp", "clm", "denoise"} <= set(MEMBERS)


@pytest.fixture(params=NAMES)
def objective(request: pytest.FixtureRequest) -> Objective:
    return make(request.param)


@pytest.fixture
def model(objective: Objective, models_for: Callable[..., list[type[Backbone]]]) -> type[Backbone]:
    fitting = models_for(objective.head_sizes())
    assert fitting, f"no architecture has the heads of {objective}"
    return fitting[0]


@pytest.fixture
def source(
    objective: Objective,
    model: type[Backbone],
    tokenizer_for: Callable[..., object],
    store_for: Callable[..., object],
) -> TextSource:
    frame = frame_of(tokenizer_for(model), model.family)
    unit = (4 if objective.needs_pairs else 1) * (ROOM - frame.framed_length(0))
    return TextSource(store_for(model), objective, frame, ROOM, unit)


@pytest.fixture
def batches(source: TextSource) -> list[Batch]:
    plan = Plan(source=source, seed=1, batch_tokens=96, max_length=ROOM)
    return list(plan.stream(Cursor(), epochs=1))


def test_the_value_is_its_configuration(objective: Objective) -> None:
    fields = {field.name: getattr(objective, field.name) for field in dataclasses.fields(objective)}
    assert type(objective)(**fields) == objective
    assert hash(type(objective)(**fields)) == hash(objective)
    assert pickle.loads(pickle.dumps(objective)) == objective
    with pytest.raises(dataclasses.FrozenInstanceError):
        objective.label_smoothing = 0.5  # type: ignore[misc]


def test_documented(objective: Objective) -> None:
    parts = re.findall(
        r"^\s*(Paper|Inputs|Loss|Relations|Example):", type(objective).__doc__ or "", re.MULTILINE
    )
    assert parts == ["Paper", "Inputs", "Loss", "Relations", "Example"]


def test_terms_and_heads(objective: Objective) -> None:
    assert objective.terms
    assert tuple(objective.head_sizes()) == objective.terms


def test_samples_and_examples(objective: Objective, source: TextSource) -> None:
    found = 0
    for unit in range(len(source)):
        key = Key(3, 1, unit)
        samples = source.samples(unit, key)
        assert samples == source.samples(unit, key)
        for place, sample in enumerate(samples):
            found += 1
            example = source.example(sample, Key(3, 1, place))
            assert 0 < len(example.input_ids) <= sample.length <= ROOM
            assert example.prefix_length in range(len(example.input_ids) + 1)
            labelled = example.target or example
            assert 0 < len(labelled.input_ids) <= sample.length
            assert set(labelled.labels) <= set(objective.terms)
            for at, values in labelled.labels.values():
                assert len(at) == len(values)
                assert np.isin(at, np.arange(len(labelled.input_ids))).all()
            again = source.example(sample, Key(3, 1, place))
            assert again.input_ids.tobytes() == example.input_ids.tobytes()
            assert {term: value[1].tobytes() for term, value in (again.target or again).labels.items()} == {
                term: value[1].tobytes() for term, value in labelled.labels.items()
            }
    assert found


def test_every_term_has_labels(objective: Objective, batches: list[Batch]) -> None:
    counts: dict[str, int] = {}
    for batch in batches:
        for term, count in batch.counts().items():
            counts[term] = counts.get(term, 0) + count
    assert set(counts) == set(objective.terms)
    assert all(counts.values())


def test_losses_are_sums_and_reach_every_parameter(
    objective: Objective, model: type[Backbone], batches: list[Batch], new_learner: Callable[..., object]
) -> None:
    learner = new_learner(model, objective.head_sizes())
    for batch in batches:
        losses = objective.loss(learner, batch)
        assert losses.keys() == batch.labelled.labels.keys()
        for loss in losses.values():
            assert (loss.shape, loss.dtype) == (torch.Size(), torch.float32)
            loss.backward(retain_graph=True)
    missing = [
        name for name, value in learner.named_parameters() if value.grad is None or not value.grad.any()
    ]
    assert missing == []


def test_measure(
    objective: Objective, model: type[Backbone], batches: list[Batch], new_learner: Callable[..., object]
) -> None:
    learner = new_learner(model, objective.head_sizes()).eval()
    batch = max(batches, key=lambda batch: len(batch.labels))
    sums = objective.measure(learner, batch)
    losses = objective.loss(learner, batch)
    for term, count in batch.counts().items():
        assert sums[f"count_{term}"] == count
        assert 0 <= sums[f"correct_{term}"] <= count
        assert sums[f"loss_{term}"] == pytest.approx(float(losses[term].detach()), rel=1e-5)


def test_the_same_seed_gives_the_same_bytes(
    objective: Objective,
    model: type[Backbone],
    batches: list[Batch],
    new_learner: Callable[..., object],
    learn: Callable[..., list[float]],
) -> None:
    results = []
    for disturbance in (0, 7):
        torch.manual_seed(disturbance)
        learner = new_learner(model, objective.head_sizes(), dropout=0.1, seed=5)
        losses = learn(learner, objective, batches, 3)
        results.append(
            (losses, {name: value.numpy().tobytes() for name, value in learner.state_dict().items()})
        )
    assert results[0] == results[1]


def least(batches: list[Batch]) -> float:
    """The loss that no model can go below: of a softmax with several answers, the logarithm of their number."""
    sums: dict[str, list[float]] = {}
    for batch in batches:
        for term, labels in batch.labelled.labels.items():
            several = labels.value.dim() > 1 and not labels.value.is_floating_point()
            answers = (labels.value != -100).sum(1).float() if several else torch.ones(0)
            sums.setdefault(term, []).append(float((answers * answers.clamp_min(1).log()).sum()))
    counts = {term: sum(batch.counts().get(term, 0) for batch in batches) for term in sums}
    return sum(sum(one) / counts[term] for term, one in sums.items())


def test_overfits_eight_documents_and_comes_back_from_its_folder(
    objective: Objective,
    model: type[Backbone],
    batches: list[Batch],
    new_learner: Callable[..., object],
    tokenizer_for: Callable[..., object],
    learn: Callable[..., list[float]],
    tmp_path: Path,
) -> None:
    learner = new_learner(model, objective.head_sizes())
    losses = learn(learner, objective, batches, 240)
    floor = least(batches)
    assert losses[-1] - floor < 0.1 * (losses[0] - floor)
    save_model(tmp_path / "model", learner, tokenizer_for(model))
    loaded = load_model(tmp_path / "model")
    assert loaded.fresh == ()
    assert loaded.learner.heads.keys() == learner.heads.keys()
    learner.eval()
    loaded.learner.eval()
    with torch.no_grad():
        for batch in batches:
            one, two = objective.loss(learner, batch), objective.loss(loaded.learner, batch)
            assert all(torch.equal(loss, two[term]) for term, loss in one.items())
