"""Batches on the device, the next one while this one is computed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import torch

from yanmo.data.batch import Batch
from yanmo.machine.ranges import named


def on_device(batches: Iterator[Batch], device: torch.device) -> Iterator[Batch]:
    """The same batches in the same order, on the device.

    On a GPU a thread builds and copies one ahead; on a processor no core is idle meanwhile. Where the stream stands is
    told by the cursor of the batch that was taken, so what was built ahead and not taken is built again on resume.
    """
    if device.type == "cpu":
        yield from batches
        return
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(_next, batches, device)
        while (batch := coming.result()) is not None:
            coming = thread.submit(_next, batches, device)
            yield batch


@named("data")
def _next(batches: Iterator[Batch], device: torch.device) -> Batch | None:
    batch = next(batches, None)
    return None if batch is None else batch.to(device)
