"""Prompts that go on side by side: their tokens so far and the cache behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.errors import InputError
from yanmo.models.learner import Learner

if TYPE_CHECKING:
    from jaxtyping import Float, Int

SMALL = 30_000_000  # parameters
PADDING = -1  # in `tokens`: no token


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


class Rows:
    """Prompts of any lengths, each in `copies` rows one after the other; all rows grow by one token at a time.

    Prompts are padded on the left; padding is never seen. tokens: int64 [rows, length], PADDING where padded.
    forbidden: ids that are never generated.
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
        self._learner = learner.eval()
        device = learner.backbone.vocabulary_weight.device
        self._forbidden = torch.tensor(list(forbidden), dtype=torch.int64, device=device)
        batch = _padded(prompts, device)
        self._cache = learner.backbone.new_cache(len(prompts), batch.input_ids.shape[1] + new)
        self.tokens = batch.input_ids.masked_fill(batch.sequence_ids == 0, PADDING)
        self._positions = batch.position_ids[:, -1]
        self._logits: Tensor | None = self._forward(batch)
        if copies > 1:  # the prompt itself is read once
            self.choose(torch.arange(len(prompts), device=device).repeat_interleave(copies))

    def next_logits(self) -> Float[Tensor, "rows vocab"]:
        """Scores of the token after each row, fp32; -inf for those that are forbidden."""
        if self._logits is None:
            ids = self.tokens[:, -1:]
            ones = torch.ones_like(ids)
            with _exact_products():
                self._logits = self._forward(_batch(ids, ones, self._positions.unsqueeze(1)))
        return self._logits

    def append(self, tokens: Int[Tensor, " rows"]) -> None:
        """One token for every row. One past the model's positions stays at the last: its row is over."""
        last = self._learner.backbone.config.max_positions - 1
        self.tokens = torch.cat([self.tokens, tokens.unsqueeze(1)], dim=1)
        self._positions = (self._positions + 1).clamp(max=last)
        self._logits = None

    def choose(self, rows: Int[Tensor, " chosen"]) -> None:
        """Goes on with these rows alone, in this order; a row may be chosen several times."""
        self._cache.select(rows)
        self.tokens = self.tokens[rows]
        self._positions = self._positions[rows]
        self._logits = None if self._logits is None else self._logits[rows]

    def _forward(self, batch: Batch) -> Tensor:
        hidden = self._learner.backbone(batch, self._cache)
        rows, length = batch.input_ids.shape
        at = torch.arange(rows, device=hidden.device) * length + length - 1
        logits = self._learner.logits("clm", hidden, at).float()
        return logits.index_fill_(1, self._forbidden, -torch.inf)


@contextmanager
def threads_for_steps(learner: Learner) -> Iterator[None]:
    """One thread where a step is too small to be shared: two took 1.4 to 2.5 times as long for 17 M parameters."""
    before = torch.get_num_threads()
    parameters = sum(parameter.numel() for parameter in learner.parameters())
    if parameters < SMALL and learner.backbone.vocabulary_weight.device.type == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


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
    return _batch(ids.to(device), sequences.to(device), positions.to(device))


def _batch(ids: Tensor, sequences: Tensor, positions: Tensor) -> Batch:
    zeros = torch.zeros_like(ids)
    return Batch(
        input_ids=ids,
        sequence_ids=sequences,
        position_ids=positions,
        token_type_ids=zeros,
        prefix_lengths=zeros,
        samples=torch.arange(len(ids)),
        num_tokens=ids.numel(),
    )
