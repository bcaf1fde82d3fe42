"""A task that is learned from a teacher besides: its probabilities say more than a label does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from yanmo.config import Config
from yanmo.data.example import Example
from yanmo.layers.cross_entropy import IGNORED
from yanmo.objectives import Objective
from yanmo.tasks.task import Logits, Task


class TeacherConfig(Config):
    """Who teaches, and how much that counts."""

    model: str
    """A finished run of the same task, a Hugging Face directory or a hub id."""
    temperature: float = Field(default=2.0, gt=0)
    """By which the logits of both are divided: higher shows more of what the teacher thinks of the unlikely classes."""
    weight: float = Field(default=0.5, gt=0, le=1)
    """Share of the teacher in the loss of a labelled text, the rest is that of the label; without a label it is all."""
    unlabelled_file: str | None = None
    """More texts to learn from, by what the teacher says of them: one per line, or records."""


@final
@dataclass(frozen=True, kw_only=True)
class Distillation(Objective):
    """Brings a model near the labels and near the probabilities of a teacher.

    Paper: Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a Neural Network", section 2.
    Inputs: examples from `taught`: beside each label the logits of the teacher.
    Loss: (1 - weight) * that of the task + weight * temperature ** 2 * KL(teacher || student) of the probabilities at
    that temperature; of several labels at once the mean over them. Without a label the second alone.
    Relations: the heads are those of the task, and so is what is saved.
    Example: `yanmo finetune text_classification --model runs/small --teacher runs/big-clf --train train.jsonl ...`
    """

    task: Task
    temperature: float
    weight: float

    @property
    def terms(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.task.terms

    def head_sizes(self) -> Mapping[str, int | None]:
        return self.task.head_sizes()

    def term_loss(self, term: str, logits: Tensor, value: Tensor) -> Tensor:
        """logits: [labels, classes]. value: [labels, label or one per class, then the teacher's logits]."""
        classes = logits.shape[1]
        hard, soft = value[:, :-classes], value[:, -classes:]
        known = hard[:, 0] != IGNORED
        distance = self.temperature**2 * self._distance(
            logits.float() / self.temperature, soft / self.temperature
        )
        taught = (distance * torch.where(known, self.weight, 1.0)).sum()
        label = hard[known] if self.task.multi_label else hard[known, 0].long()
        return (1 - self.weight) * self.task.term_loss(term, logits[known], label) + taught

    def _distance(self, student: Tensor, teacher: Tensor) -> Tensor:
        """KL(teacher || student) of each row, [labels]."""
        if not self.task.multi_label:
            return F.kl_div(
                student.log_softmax(1), teacher.log_softmax(1), reduction="none", log_target=True
            ).sum(1)
        wanted = teacher.sigmoid()
        cross = F.binary_cross_entropy_with_logits(student, wanted, reduction="none")
        return (cross - F.binary_cross_entropy_with_logits(teacher, wanted, reduction="none")).mean(1)


def taught(example: Example, logits: Logits, term: str, *, labelled: bool) -> Example:
    """The example with a teacher's logits [labels, classes] beside its labels, or alone where it has none."""
    at, value = example.labels[term]
    hard = (value if value.ndim == 2 else value[:, None]).astype(np.float32)
    if not labelled:
        hard = np.full_like(hard, IGNORED)
    return replace(example, labels={term: (at, np.concatenate([hard, logits], axis=1))})
