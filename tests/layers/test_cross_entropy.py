"""The cross-entropy in pieces is torch's, value and gradient."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from yanmo.layers import cross_entropy as module
from yanmo.layers.cross_entropy import IGNORED, cross_entropy


@pytest.fixture(params=[1, 700, 2**20], ids=["a row at a time", "pieces", "at once"])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module.PIECE, "cpu", request.param)


def case(dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    logits = (5 * torch.randn(23, 101, generator=generator)).to(dtype).requires_grad_()
    target = torch.randint(0, 101, (23,), generator=generator)
    target[[0, 22]] = IGNORED
    return logits, target


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_value_and_gradient_are_those_of_float64(smoothing: float, dtype: torch.dtype) -> None:
    """To rounding: an exponent of size m has an error of m times that of fp32, whichever kernel computes it."""
    logits, target = case(dtype)
    given = logits.detach().clone()
    ours = cross_entropy(logits, target, smoothing)
    (gradient,) = torch.autograd.grad(0.3 * ours, logits)
    assert gradient.dtype == dtype
    assert torch.equal(logits, given), "another loss may read the same logits"
    exact = given.double().requires_grad_()
    theirs = F.cross_entropy(exact, target, reduction="sum", ignore_index=IGNORED, label_smoothing=smoothing)
    torch.testing.assert_close(ours.double(), theirs, rtol=1e-6, atol=1e-5)
    (truth,) = torch.autograd.grad(0.3 * theirs, exact)
    counted = target != IGNORED
    wanted = F.one_hot(target.clamp(min=0), 101) * (1 - smoothing) + smoothing / 101
    size = 0.3 * (exact.detach().softmax(1) + wanted) * counted[:, None]  # of what is subtracted
    rounding = 2 * torch.finfo(torch.float32).eps * exact.detach().abs().max() + torch.finfo(dtype).eps
    assert ((gradient - truth).abs() <= rounding * size).all()


def test_nothing_to_predict_is_zero() -> None:
    logits = torch.randn(0, 7, requires_grad=True)
    loss = cross_entropy(logits, torch.empty(0, dtype=torch.int64))
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == 0


def test_huge_logits_do_not_overflow() -> None:
    logits = torch.tensor([[1e4, -1e4], [3e38, 0.0]], requires_grad=True)
    loss = cross_entropy(logits, torch.tensor([0, 0]))
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == 0
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_several_classes_at_a_place_are_as_many_labels(smoothing: float) -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(3, 11, generator=generator).requires_grad_()
    target = torch.tensor([[1, 4, IGNORED], [IGNORED, IGNORED, IGNORED], [0, 10, 5]])
    ours = cross_entropy(logits, target, smoothing)
    repeated = logits.repeat_interleave(3, dim=0)
    theirs = cross_entropy(repeated, target.flatten(), smoothing)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(*(torch.autograd.grad(loss, logits)[0] for loss in (ours, theirs)))
