"""Vectors of texts around zero: what all have in common says nothing of any."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.data.example import Example
from yanmo.models.learner import Learner
from yanmo.tasks.inference import run

LOOKED_AT = 1000  # examples whose mean vector stands for all


def centre(
    learner: Learner, examples: Sequence[Example], term: str, outputs: Callable[[Learner, Batch], Tensor]
) -> None:
    """Takes the mean of the texts' vectors from all of them, in the bias of the last norm: the vectors of a language
    model share a direction, beside which texts hardly differ by their angle.

    outputs: the vectors of a batch, one for each label of `term`. Papers: Mu and Viswanath 2018, "All-but-the-Top";
    Su et al. 2021, "Whitening Sentence Representations".
    """
    some = examples[:: max(1, len(examples) // LOOKED_AT)]
    vectors = run(learner, some, term, batch_tokens=8192, outputs=outputs)
    mean = torch.from_numpy(np.concatenate(vectors).mean(axis=0))
    with torch.no_grad():
        learner.backbone.last_norm.bias.sub_(mean)
