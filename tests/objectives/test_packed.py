"""Packing changes nothing: nobody sees a neighbour, and loss and gradient are those of each sequence alone."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from yanmo.data.batch import Batch, Labels
from yanmo.models.learner import Learner
from yanmo.objectives import make
from yanmo.optim.optimizer import OptimConfig, build
from yanmo.training.precision import Weights
from yanmo.training.step import train_step

NAMES = ("mlm", "nsp", "mlm+nsp", "clm")
NewLearner = Callable[..., Learner]
Batches = Callable[..., list[Batch]]


def sequences(batch: Batch) -> list[tuple[int, int]]:
    """(row, sequence id) of each sequence."""
    return [
        (row, number)
        for row, ids in enumerate(batch.sequence_ids.tolist())
        for number in range(1, max(ids) + 1)
    ]


def alone(batch: Batch, row: int, number: int) -> Batch:
    """One sequence as a batch of its own, without padding."""
    columns = (batch.sequence_ids[row] == number).nonzero().flatten()
    length = batch.input_ids.shape[1]
    labels = {}
    for term, given in batch.labels.items():
        first = row * length + int(columns[0])
        chosen = (given.at >= first) & (given.at < first + len(columns))
        labels[term] = Labels(at=given.at[chosen] - first, value=given.value[chosen])

    def cut(tensor: Tensor) -> Tensor:
        return tensor[row : row + 1, columns]

    return Batch(
        input_ids=cut(batch.input_ids),
        sequence_ids=cut(batch.sequence_ids),
        position_ids=cut(batch.position_ids),
        token_type_ids=cut(batch.token_type_ids),
        prefix_lengths=cut(batch.prefix_lengths),
        labels=labels,
        samples=batch.samples[:1],
        num_tokens=len(columns),
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_document_sees_another(name: str, batches: Batches, new_learner: NewLearner) -> None:
    learner = new_learner(name).eval()
    batch = max(batches(name), key=lambda batch: len(batch.samples))
    assert len(batch.samples) > 3
    with torch.no_grad():
        before = learner.backbone(batch)
        for row, number in sequences(batch):
            own = torch.zeros_like(batch.sequence_ids, dtype=torch.bool)
            own[row] = batch.sequence_ids[row] == number
            others = ~own & (batch.sequence_ids > 0)
            changed = batch.input_ids.clone()
            changed[own] = 5 + (changed[own] + 17) % 80
            after = learner.backbone(Batch(**{**vars(batch), "input_ids": changed}))
            assert torch.equal(after[others], before[others])
            assert (after[own] - before[own]).abs().max() > 0.01


def test_a_causal_token_sees_nothing_after_it(batches: Batches, new_learner: NewLearner) -> None:
    learner = new_learner("clm").eval()
    batch = batches("clm")[0]
    real = batch.sequence_ids > 0
    with torch.no_grad():
        before = learner.backbone(batch)
        for column in range(1, batch.input_ids.shape[1]):
            changed = batch.input_ids.clone()
            changed[:, column:] = 5 + (changed[:, column:] + 17) % 80
            after = learner.backbone(Batch(**{**vars(batch), "input_ids": changed}))
            earlier = real & (torch.arange(real.shape[1]) < column)
            assert torch.equal(after[earlier], before[earlier])


def gradients(learner: Learner, name: str, parts: list[Batch]) -> tuple[dict[str, float], dict[str, Tensor]]:
    """Summed losses, and the gradient of sum / count over all parts, as a step takes it."""
    objective = make(name)
    counts: dict[str, int] = {}
    for part in parts:
        for term, count in part.counts().items():
            counts[term] = counts.get(term, 0) + count
    totals: dict[str, float] = {}
    learner.zero_grad(set_to_none=True)
    for part in parts:
        for term, total in objective.loss(learner, part).items():
            (total / max(counts[term], 1)).backward(retain_graph=True)
            totals[term] = totals.get(term, 0.0) + float(total.detach())
    return totals, {key: value.grad for key, value in learner.named_parameters() if value.grad is not None}


@pytest.mark.parametrize("name", NAMES)
def test_a_packed_row_is_worth_its_sequences_alone(
    name: str, batches: Batches, new_learner: NewLearner
) -> None:
    learner = new_learner(name).double()
    whole = batches(name)
    single = [alone(batch, *place) for batch in whole for place in sequences(batch)]
    assert len(single) > 2 * len(whole)
    losses, packed = gradients(learner, name, whole)
    losses_alone, separate = gradients(learner, name, single)
    assert losses == pytest.approx(losses_alone, rel=1e-6)  # the loss itself is taken in fp32
    assert packed.keys() == separate.keys() == dict(learner.named_parameters()).keys()
    norm = torch.cat([value.flatten() for value in packed.values()]).norm()
    for key, value in packed.items():
        assert (value - separate[key]).norm() < 1e-6 * norm, key


@pytest.mark.parametrize("name", NAMES)
def test_row_length_and_batch_size_do_not_matter(
    name: str, batches: Batches, new_learner: NewLearner
) -> None:
    """The same sequences in rows of another length and in other batches: no step depends on the packing."""
    learner = new_learner(name).double()
    losses, _ = gradients(learner, name, batches(name, batch_tokens=32))
    others, _ = gradients(learner, name, batches(name, batch_tokens=1024))
    assert losses == pytest.approx(others, rel=1e-6)


@pytest.mark.parametrize("name", ["mlm+nsp", "clm"])
def test_fifty_steps_are_those_of_one_document_at_a_time(
    name: str, batches: Batches, new_learner: NewLearner
) -> None:
    """In fp32, by the step and the optimiser of every run; the other side adds up its documents without a neighbour."""
    steps = batches(name, epochs=50)[:50]
    assert len(steps) == 50
    losses = []
    for packed in (True, False):
        weights = Weights(new_learner(name), torch.float32)
        optimizer = build(weights.master.named_parameters(), OptimConfig(lr=1e-2, muon_lr=1e-2))
        losses.append(
            [
                train_step(
                    weights,
                    make(name),
                    [batch] if packed else [alone(batch, *place) for place in sequences(batch)],
                    optimizer,
                    lr_scale=1.0,
                    max_norm=1.0,
                ).loss
                for batch in steps
            ]
        )
    together, separate = losses
    assert sum(together[-10:]) < 0.97 * sum(together[:10]), "it learns"
    assert together == pytest.approx(separate, rel=1e-5)
