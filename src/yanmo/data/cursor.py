"""Where a loader stands: its whole state, whatever the number of workers or ranks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The next micro-batch to be read: number `batch` of window `window` of epoch `epoch`."""

    epoch: int = 0
    window: int = 0
    batch: int = 0
