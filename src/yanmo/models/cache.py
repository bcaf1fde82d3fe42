"""The memory of generation: keys and values of the tokens so far."""

from __future__ import annotations

import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.layers.attention import KeyValues, Layout


class Cache:
    """Room for `room` tokens in each of `rows` rows; `backbone(batch, cache)` adds the batch's tokens.

    Rows may be padded on either side (sequence number 0): padding takes room but is never seen. A row's next
    token has the position after its own last one, whatever its column.
    """

    def __init__(
        self,
        *,
        num_layers: int,
        rows: int,
        num_heads: int,
        room: int,
        head_size: int,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        shape = (rows, num_heads, room, head_size)
        self.layers = [
            KeyValues(
                torch.zeros(shape, dtype=dtype, device=device), torch.zeros(shape, dtype=dtype, device=device)
            )
            for _ in range(num_layers)
        ]
        self.sequence_ids = torch.zeros(rows, room, dtype=torch.int64, device=device)
        self.position_ids = torch.zeros(rows, room, dtype=torch.int64, device=device)
        self.length = 0
        self._one_sequence = device.type == "cpu"  # in each row, and no padding, so far; a GPU is not asked

    def extend(self, batch: Batch, last_visible: Tensor) -> Layout | None:
        """Note whose the batch's tokens are; they see those of their sequence, here and in the cache.

        None: there is nothing that a row's one new token does not see.
        """
        start, self.length = self.length, self.length + batch.input_ids.shape[1]
        self.sequence_ids[:, start : self.length] = batch.sequence_ids
        self.position_ids[:, start : self.length] = batch.position_ids
        self._one_sequence = self._one_sequence and bool((batch.sequence_ids == 1).all())
        if self._one_sequence and self.length == start + 1:
            return None
        return Layout(
            query_ids=batch.sequence_ids,
            key_ids=self.sequence_ids[:, : self.length],
            last_visible=last_visible,
            key_positions=self.position_ids[:, : self.length],
        )

    def select(self, rows: Tensor) -> None:
        """Keep these rows, in their order; a row may be taken several times (beam search)."""
        for layer in self.layers:
            layer.keys = layer.keys[rows]
            layer.values = layer.values[rows]
        self.sequence_ids = self.sequence_ids[rows]
        self.position_ids = self.position_ids[rows]
