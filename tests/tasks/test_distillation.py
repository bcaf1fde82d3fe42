"""The loss of a teacher against torch's own, and against what it must be at the ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from yanmo.data.example import Example
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.distillation import Distillation, taught
from yanmo.tasks.text_classification import TextClassification


def objective(*, weight: float = 0.3, temperature: float = 2.0, several: bool = False) -> Distillation:
    task = TextClassification(labels=("a", "b", "c"), config=TaskConfig(), several=several)
    return Distillation(task=task, temperature=temperature, weight=weight)


STUDENT = torch.tensor([[0.2, -1.0, 0.5], [1.5, 0.1, -0.3]])
TEACHER = torch.tensor([[2.0, 0.0, -1.0], [0.5, 1.5, 0.0]])


def test_one_label_and_no_label() -> None:
    value = torch.cat([torch.tensor([[0.0], [-100.0]]), TEACHER], dim=1)
    loss = objective().term_loss("class", STUDENT, value)
    soft = 4 * F.kl_div((STUDENT / 2).log_softmax(1), (TEACHER / 2).softmax(1), reduction="none").sum(1)
    expected = 0.7 * F.cross_entropy(STUDENT[:1], torch.tensor([0])) + 0.3 * soft[0] + soft[1]
    assert loss == pytest.approx(float(expected), rel=1e-5)


def test_several_labels() -> None:
    hard = torch.tensor([[1.0, 0.0, 1.0], [-100.0, -100.0, -100.0]])
    loss = objective(several=True).term_loss("class", STUDENT, torch.cat([hard, TEACHER], dim=1))
    wanted, given = (TEACHER / 2).sigmoid(), (STUDENT / 2).sigmoid()
    kl = wanted * (wanted / given).log() + (1 - wanted) * ((1 - wanted) / (1 - given)).log()
    soft = 4 * kl.mean(1)
    bce = F.binary_cross_entropy_with_logits(STUDENT[0], hard[0])
    assert loss == pytest.approx(float(0.7 * bce + 0.3 * soft[0] + soft[1]), rel=1e-5)


@pytest.mark.parametrize("several", [False, True])
def test_nothing_is_left_to_learn_from_oneself(several: bool) -> None:
    """With the teacher alone a student that says the same has no loss and no gradient."""
    student = TEACHER.clone().requires_grad_()
    hard = torch.full((2, 3 if several else 1), -100.0)
    loss = objective(weight=1.0, several=several).term_loss(
        "class", student, torch.cat([hard, TEACHER], dim=1)
    )
    loss.backward()
    assert float(loss.detach()) == pytest.approx(0.0, abs=1e-6)
    assert student.grad is not None and float(student.grad.abs().max()) < 1e-6


def test_taught_examples_hold_labels_and_logits() -> None:
    empty = np.zeros(2, dtype=np.int64)
    example = Example(
        input_ids=empty,
        token_type_ids=empty,
        protected=empty.astype(bool),
        labels={"class": (np.array([0]), np.array([2]))},
    )
    logits = TEACHER[:1].numpy()
    at, value = taught(example, logits, "class", labelled=True).labels["class"]
    assert at.tolist() == [0] and value.tolist() == [[2.0, 2.0, 0.0, -1.0]]
    _, value = taught(example, logits, "class", labelled=False).labels["class"]
    assert value.tolist() == [[-100.0, 2.0, 0.0, -1.0]]
    nothing = replace(example, labels={"class": (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))})
    _, value = taught(nothing, logits[:0], "class", labelled=True).labels["class"]
    assert value.shape == (0, 4)
