"""How much of what a machine can multiply is useful work of training."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from conditions import has_bf16

ROUNDS = 8
MASKED = 0.15  # of the tokens have a label in masked LM


def operations(
    lengths: np.ndarray[Any, Any], *, layers: int, hidden_size: int, vocab_size: int, causal: bool
) -> float:
    """Useful operations of a token, forward and backward, in a BERT or GPT: products of the layers, of attention over
    the tokens of its own sequence that it sees, and of the vocabulary where there is a label.

    lengths: of the sequences, in tokens.
    """
    lengths = lengths.astype(np.float64)
    seen = float((lengths**2).sum() / lengths.sum())
    seen = (seen + 1) / 2 if causal else seen
    products = layers * (12 * hidden_size**2 + 2 * hidden_size * seen)
    head = hidden_size * vocab_size + (0 if causal else hidden_size**2)
    return 6 * (products + head * (1.0 if causal else MASKED))


def product_rate(threads: int, side: int = 2048) -> float:
    """GFLOP/s of a product of square matrices in bf16, or in fp32 on a processor without it, on so many threads.

    By the clock; the probe in `yanmo.machine.products` counts the working time of one thread.
    """
    torch.set_num_threads(threads)
    return _rate(torch.randn(2, side, side).to(torch.bfloat16 if has_bf16() else torch.float32))


def _rate(pair: torch.Tensor) -> float:
    """The best of several rounds; the first one, which loads the library, is not timed."""
    best = float("inf")
    for number in range(ROUNDS + 1):
        began = time.perf_counter()
        pair[0] @ pair[1]
        if number:
            best = min(best, time.perf_counter() - began)
    return 2 * float(pair.shape[1]) ** 3 / best / 1e9
