"""Cross-entropy over a vocabulary, in pieces that stay in the cache.

`torch.nn.functional.cross_entropy` needs half-precision logits as fp32, their log-softmax and its gradient: three
arrays [labels, vocabulary] of four bytes each. Here a few rows at a time are widened, used and dropped, and the
gradient is written in the dtype of the logits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

if TYPE_CHECKING:
    from jaxtyping import Float, Int

IGNORED = -100
# logits at a time: on a CPU two megabytes of fp32, what its cache holds
PIECE = {"cpu": 2**19, "cuda": 2**27}


def cross_entropy(
    logits: Float[Tensor, "labels classes"], target: Int[Tensor, "labels ..."], smoothing: float = 0.0
) -> Float[Tensor, ""]:
    """The sum over labels, fp32; a target of -100 adds nothing. `smoothing` goes to all classes alike.

    target: [labels], or [labels, n] where each place has up to n classes, each of them a label.
    """
    if target.dim() == 2:
        return _of_several(logits.float(), target, smoothing)
    loss: Tensor = _CrossEntropy.apply(logits, target, smoothing)  # type: ignore[no-untyped-call]
    return loss


def _of_several(logits: Tensor, target: Tensor, smoothing: float) -> Tensor:
    """One softmax serves all labels of a place."""
    counted = target != IGNORED
    wanted = logits.gather(1, target.clamp(min=0))
    if smoothing:
        wanted = (1 - smoothing) * wanted + smoothing * logits.mean(1, keepdim=True)
    return ((logits.logsumexp(1, keepdim=True) - wanted) * counted).sum()


class _CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Tensor, target: Tensor, smoothing: float) -> Tensor:
        counted = (target != IGNORED).float()
        target = target.clamp(min=0)
        partition = torch.empty(len(logits), dtype=torch.float32, device=logits.device)
        wanted = logits.gather(1, target[:, None]).squeeze(1).float()
        if smoothing:
            wanted = (1 - smoothing) * wanted + smoothing * logits.mean(1, dtype=torch.float32)
        for piece in _pieces(logits):
            torch.logsumexp(logits[piece].float(), 1, out=partition[piece])
        ctx.save_for_backward(logits, target, counted, partition)
        ctx.smoothing = smoothing
        return ((partition - wanted) * counted).sum()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        logits, target, counted, partition = ctx.saved_tensors
        result = torch.empty_like(logits)
        scale = (counted * grad)[:, None]
        for piece in _pieces(logits):
            difference = (
                logits[piece].float() - partition[piece, None]
            ).exp_()  # fp32 logits stay as they are
            if ctx.smoothing:
                difference.sub_(ctx.smoothing / logits.shape[1])
            at = target[piece, None]
            difference.scatter_add_(1, at, torch.full_like(at, -1 + ctx.smoothing, dtype=torch.float32))
            torch.mul(difference, scale[piece], out=difference)
            result[piece] = difference
        return result, None, None


def _pieces(logits: Tensor) -> Iterator[slice]:
    rows = max(1, PIECE.get(logits.device.type, PIECE["cuda"]) // max(1, logits.shape[1]))
    for start in range(0, len(logits), rows):
        yield slice(start, start + rows)
