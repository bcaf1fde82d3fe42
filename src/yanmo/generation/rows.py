"""Sequences that grow side by side, one token at a time, and the cache behind them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.models.cache import Cache
from yanmo.models.learner import Learner

if TYPE_CHECKING:
    from jaxtyping import Float, Int

PADDING = -1  # in `tokens`: no token


class Rows(ABC):
    """tokens: what each row holds so far, int64 [rows, length], PADDING where it is padded.

    term: whose logits choose the next token. forbidden: ids that are never generated, int64.
    """

    def __init__(
        self, learner: Learner, term: str, tokens: Tensor, cache: Cache, forbidden: Sequence[int] = ()
    ) -> None:
        self.tokens = tokens
        self._learner = learner.eval()
        self._term = term
        self._cache = cache
        self.forbidden = torch.tensor(list(forbidden), dtype=torch.int64, device=tokens.device)
        self._logits: Tensor | None = None

    def next_logits(self) -> Float[Tensor, "rows vocab"]:
        """Scores of the token after each row, fp32."""
        if self._logits is None:
            self._logits = self._scores(self._read(self.tokens[:, -1:]))
        return self._logits

    def append(self, tokens: Int[Tensor, " rows"]) -> None:
        """One token for every row."""
        self.tokens = torch.cat([self.tokens, tokens.unsqueeze(1)], dim=1)
        self._logits = None

    def choose(self, rows: Int[Tensor, " chosen"]) -> None:
        """Goes on with these rows alone, in this order; a row may be chosen several times."""
        if torch.equal(rows, torch.arange(len(self.tokens), device=rows.device)):
            return
        self._cache.select(rows)
        self.tokens = self.tokens[rows]
        self._logits = None if self._logits is None else self._logits[rows]

    @abstractmethod
    def _read(self, ids: Int[Tensor, "rows one"]) -> Float[Tensor, "rows one hidden"]:
        """Hidden states of the last token of each row, which goes into the cache."""

    def _scores(self, hidden: Float[Tensor, "rows length hidden"]) -> Float[Tensor, "rows vocab"]:
        rows, length, _ = hidden.shape
        at = torch.arange(rows, device=hidden.device) * length + length - 1
        return self._learner.logits(self._term, hidden, at).float()


def as_batch(ids: Tensor, sequences: Tensor, positions: Tensor, *, causal: bool) -> Batch:
    """One sequence in each row. ids, sequences, positions: int64 [rows, length], sequence 0 where padded."""
    return Batch(
        input_ids=ids,
        sequence_ids=sequences,
        position_ids=positions,
        token_type_ids=torch.zeros_like(ids),
        prefix_lengths=torch.full_like(ids, 0 if causal else ids.shape[1]),
        samples=torch.arange(len(ids)),
        num_tokens=ids.numel(),
    )
