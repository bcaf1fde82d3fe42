"""Batches built one ahead: the same ones, in order, to the end; a device without data stands for a GPU."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
import torch

from yanmo.data.batch import Batch
from yanmo.data.cursor import Cursor
from yanmo.data.plan import Plan
from yanmo.training.prefetch import on_device


def test_the_same_batches_in_order(new_plan: Callable[..., Plan]) -> None:
    plain = list(new_plan("mlm").stream(Cursor(), epochs=2))
    assert len(plain) > 2
    ahead = list(on_device(iter(plain), torch.device("meta")))
    assert [batch.cursor for batch in ahead] == [batch.cursor for batch in plain]
    assert {batch.input_ids.device.type for batch in ahead} == {"meta"}
    assert list(on_device(iter(plain), torch.device("cpu"))) == plain


def test_one_is_built_ahead_by_another_thread(new_plan: Callable[..., Plan]) -> None:
    threads: list[str] = []

    def stream() -> Iterator[Batch]:
        for batch in new_plan("mlm").stream(Cursor()):
            threads.append(threading.current_thread().name)
            yield batch

    batches = on_device(stream(), torch.device("meta"))
    next(batches)
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert 2 <= len(threads) <= 3
    assert threading.current_thread().name not in threads


def test_an_error_in_building_is_raised() -> None:
    def stream() -> Iterator[Batch]:
        raise ValueError("no such file")
        yield

    with pytest.raises(ValueError, match="no such file"):
        next(on_device(stream(), torch.device("meta")))


def test_building_ahead_has_a_name_in_its_own_thread(
    new_plan: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the loop waits for is named there; this is the work itself."""
    pushed: list[tuple[str, str]] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(
        torch.cuda.nvtx, "range_push", lambda name: pushed.append((name, threading.current_thread().name))
    )
    monkeypatch.setattr(torch.cuda.nvtx, "range_pop", lambda: None)
    batches = list(on_device(new_plan("mlm").stream(Cursor(), epochs=1), torch.device("meta")))
    assert len(pushed) == len(batches) + 1  # the last finds the end
    assert {name for name, _ in pushed} == {"data"}
    assert threading.current_thread().name not in {thread for _, thread in pushed}
