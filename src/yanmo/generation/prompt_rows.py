"""Prompts of any lengths that a decoder continues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.errors import InputError
from yanmo.generation.rows import PADDING, Rows, as_batch
from yanmo.models.learner import Learner

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def new_tokens(learner: Learner, prompts: Sequence[Sequence[int]], most: int) -> list[int]:
    """How many tokens each prompt can get, at most `most`.

    Errors: InputError for a prompt that leaves no room in the model's positions.
    """
    positions = learner.backbone.config.max_positions
    for prompt in prompts:
        assert prompt, "a prompt has at least its start token"
        if len(prompt) >= positions:
            raise InputError("generation.prompt_too_long", tokens=len(prompt), limit=positions - 1)
    return [min(most, positions - len(prompt)) for prompt in prompts]


class PromptRows(Rows):
    """Each prompt in `copies` rows one after the other, padded on the left; padding is never seen.

    new: room for so many tokens after the longest prompt.
    """

    def __init__(
        self,
        learner: Learner,
        prompts: Sequence[Sequence[int]],
        *,
        copies: int,
        new: int,
        forbidden: Sequence[int] = (),
    ) -> None:
        device = learner.backbone.vocabulary_weight.device
        batch = _padded(prompts, device)
        cache = learner.backbone.new_cache(len(prompts), batch.input_ids.shape[1] + new)
        tokens = batch.input_ids.masked_fill(batch.sequence_ids == 0, PADDING)
        super().__init__(learner, "clm", tokens, cache, forbidden)
        self._positions = batch.position_ids[:, -1]
        self._logits = self._scores(learner.backbone(batch, cache))
        if copies > 1:  # the prompt itself is read once
            self.choose(torch.arange(len(prompts), device=device).repeat_interleave(copies))

    def append(self, tokens: Int[Tensor, " rows"]) -> None:
        """One token for every row. One past the model's positions stays at the last: its row is over."""
        super().append(tokens)
        last = self._learner.backbone.config.max_positions - 1
        self._positions = (self._positions + 1).clamp(max=last)

    def choose(self, rows: Int[Tensor, " chosen"]) -> None:
        super().choose(rows)
        self._positions = self._positions[rows]

    def _read(self, ids: Int[Tensor, "rows one"]) -> Float[Tensor, "rows one hidden"]:
        batch = as_batch(ids, torch.ones_like(ids), self._positions.unsqueeze(1), causal=True)
        with _exact_products():
            hidden: Tensor = self._learner.backbone(batch, self._cache)
        return hidden

    def _scores(self, hidden: Float[Tensor, "rows length hidden"]) -> Float[Tensor, "rows vocab"]:
        with _exact_products():
            return super()._scores(hidden)


@contextmanager
def _exact_products() -> Iterator[None]:
    """Products of a few rows by the kernels of "highest": those that are faster at many rows take 2.5 times as long."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _padded(prompts: Sequence[Sequence[int]], device: torch.device) -> Batch:
    length = max(map(len, prompts))
    ids = torch.zeros(len(prompts), length, dtype=torch.int64)
    sequences, positions = torch.zeros_like(ids), torch.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        start = length - len(prompt)
        ids[row, start:] = torch.tensor(list(prompt))
        sequences[row, start:] = 1
        positions[row, start:] = torch.arange(len(prompt))
    return as_batch(ids.to(device), sequences.to(device), positions.to(device), causal=True)
