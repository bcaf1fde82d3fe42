"""Losses over vectors of texts that belong together, or not; each a sum over the pairs to learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int

IGNORED = -100


def cosine_regression(
    first: Float[Tensor, "pairs hidden"],
    second: Float[Tensor, "pairs hidden"],
    target: Float[Tensor, " pairs"],
) -> Float[Tensor, ""]:
    """The squared distance of the cosine from its target; a target of -100 adds nothing.

    Paper: Reimers and Gurevych 2019, "Sentence-BERT", section 3, regression objective.
    """
    cosine = F.cosine_similarity(first.float(), second.float(), dim=-1)
    return squared(cosine, target)


def cosent(
    first: Float[Tensor, "pairs hidden"],
    second: Float[Tensor, "pairs hidden"],
    target: Float[Tensor, " pairs"],
    *,
    temperature: float,
) -> Float[Tensor, ""]:
    """How far the cosines are out of the order of their targets: log(1 + the sum of exp((cosine i - cosine j) /
    temperature) over all i whose target is below that of j), once for each pair; a target of -100 takes no part.

    Paper: Huang et al. 2024, "CoSENT: Consistent Sentence Embedding via Similarity Ranking".
    """
    cosine = F.cosine_similarity(first.float(), second.float(), dim=-1) / temperature
    known = target != IGNORED
    ordered = (target[:, None] < target) & known[:, None] & known
    wrong = (cosine[:, None] - cosine).masked_fill(~ordered, torch.finfo(cosine.dtype).min)
    return torch.logsumexp(F.pad(wrong.flatten(), (1, 0)), dim=0) * known.sum()


def squared(value: Float[Tensor, " n"], target: Float[Tensor, " n"]) -> Float[Tensor, ""]:
    """The sum of squared distances; a target of -100 adds nothing."""
    return ((value.float() - target).square() * (target != IGNORED)).sum()


def compared(
    first: Float[Tensor, "pairs hidden"], second: Float[Tensor, "pairs hidden"]
) -> Float[Tensor, "pairs features"]:
    """(u, v, |u - v|): what the softmax objective of Sentence-BERT classifies."""
    return torch.cat([first, second, (first - second).abs()], dim=-1)


def in_batch_negatives(
    vectors: Float[Tensor, "pairs texts hidden"],
    learnt: Bool[Tensor, " pairs"],
    same: Int[Tensor, "pairs texts"],
    *,
    temperature: float,
) -> Float[Tensor, ""]:
    """Cross-entropy of finding each first text's partner among the second (and third) texts of all pairs.

    vectors: first text, its partner, and a hard negative if there are three. learnt: pairs that belong together; the
    others only offer candidates. same: equal numbers mark equal texts; a candidate that equals the partner or the
    text itself, or belongs to an equal text, is right as well, and so is left out.
    Papers: Henderson et al. 2017, "Efficient Natural Language Response Suggestion for Smart Reply"; with the same
    text twice: Gao et al. 2021, "SimCSE".
    """
    pairs = len(vectors)
    unit = F.normalize(vectors.float(), dim=-1)
    candidates = unit[:, 1:].transpose(0, 1).flatten(0, 1)  # [(texts - 1) * pairs, hidden]
    logits = unit[:, 0] @ candidates.T / temperature
    candidate = same[:, 1:].T.flatten()
    right = candidate[None] == same[:, 1, None]
    right |= candidate[None] == same[:, 0, None]
    right[:, :pairs] |= (same[None, :, 0] == same[:, 0, None]) & learnt[None]
    target = torch.arange(pairs, device=vectors.device)
    right[target, target] = False
    logits = logits.masked_fill(right, torch.finfo(logits.dtype).min)
    losses = F.cross_entropy(logits, target, reduction="none")
    return (losses * learnt).sum()
