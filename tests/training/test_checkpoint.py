"""Checkpoints: what is loaded is what was saved, or it is refused; a failed save loses nothing."""

import contextlib
import errno
import functools
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
import torch

from yanmo.errors import CheckpointError, TrainingError
from yanmo.training import checkpoint
from yanmo.training.checkpoint import load, newest, refusal, require_same, save

FILES = ("model.safetensors", "optimizer.safetensors", "state.json", "manifest.json")
CALLS = ("open", "write", "fsync", "rename", "mkdir")


def content(step: int) -> dict[str, dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(step)
    weight = torch.randn(3, 4, generator=generator)
    return {
        "model": {
            "weight": weight,
            "half": weight.bfloat16(),
            "turned": weight.mT,
            "none": torch.zeros(0, 4),
        },
        "optimizer": {"adamw.step.weight": torch.tensor(float(step)), "counts": torch.arange(step)},
    }


def write(folder: Path, step: int, **options: object) -> Path:
    return save(folder, step, content(step), {"step": step, "best": 0.1 + 0.2, "names": ["研墨"]}, **options)


def holds(path: Path, step: int) -> None:
    tensors, state = load(path)
    expected = content(step)
    assert state == {"step": step, "best": 0.1 + 0.2, "names": ["研墨"]}
    assert tensors.keys() == expected.keys()
    for group, members in expected.items():
        assert tensors[group].keys() == members.keys()
        for name, tensor in members.items():
            assert tensors[group][name].dtype == tensor.dtype
            assert torch.equal(tensors[group][name], tensor)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_round_trip_and_pruning(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    assert newest(folder) is None
    for step in (2, 9, 10, 100):
        path = write(folder, step, protected={2})
        found = newest(folder)
        assert found is not None
        assert (found.path, found.step, found.refused) == (path, step, ())
        holds(path, step)
    assert names(folder) == {"step-2", "step-10", "step-100"}
    write(folder, 101, keep=1)
    assert names(folder) == {"step-100", "step-101"}  # never fewer than two
    assert names(folder / "step-101") == set(FILES)


def test_the_same_step_again_replaces_it(tmp_path: Path) -> None:
    write(tmp_path, 3)
    save(tmp_path, 3, content(3), {"finished": True})
    assert names(tmp_path) == {"step-3"}
    assert load(tmp_path / "step-3")[1] == {"finished": True}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["flip", "truncate", "zero", "empty", "delete", "swap"])
def test_damage_is_found_and_the_one_before_is_taken(tmp_path: Path, name: str, damage: str) -> None:
    write(tmp_path, 5)
    file = write(tmp_path, 6) / name
    good = file.read_bytes()
    variants = {
        "flip": [
            good[:at] + bytes([good[at] ^ (1 << bit)]) + good[at + 1 :]
            for at, bit in zip(range(0, len(good), 7), [0, 3, 7] * len(good), strict=False)
        ],
        "truncate": [good[:-1], good[: len(good) // 2]],
        "zero": [bytes(len(good)), good[:-16] + bytes(16)],
        "empty": [b""],
        "swap": [(tmp_path / "step-5" / name).read_bytes()],
        "delete": [None],
    }
    for bad in variants[damage]:
        file.unlink() if bad is None else file.write_bytes(bad)
        found = newest(tmp_path)
        assert found is not None and found.step == 5
        assert [item.path.name for item in found.refused] == ["step-6"]
        assert name in found.refused[0].reason
        with pytest.raises(CheckpointError, match=name):
            load(tmp_path / "step-6")
    holds(tmp_path / "step-5", 5)


def test_nothing_usable_is_an_error_and_a_renamed_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, 5).rename(tmp_path / "step-50")
    with pytest.raises(CheckpointError, match="step-50"):
        newest(tmp_path)


def test_a_refused_one_is_replaced_when_the_run_reaches_it_again(tmp_path: Path) -> None:
    write(tmp_path, 5)
    write(tmp_path, 6)
    write(tmp_path, 8)
    (tmp_path / "step-8" / "state.json").write_text("{}")
    write(tmp_path, 7)  # the damaged one counts for nothing: 6 and 7 stay
    assert names(tmp_path) == {"step-6", "step-7", "step-8"}
    write(tmp_path, 8)
    assert names(tmp_path) == {"step-7", "step-8"}
    holds(tmp_path / "step-8", 8)


class Killed(BaseException):
    """Stands for kill -9: no handler of the code under test may run on it."""


class FaultAt:
    """Patches `os` so that its k-th call fails, before its effect or after it (a write: after half of it)."""

    def __init__(self, patch: pytest.MonkeyPatch, limit: int, failure: BaseException, *, late: bool) -> None:
        self.count, self.limit, self.failure, self.late = 0, limit, failure, late
        for name in CALLS:
            patch.setattr(os, name, functools.partial(self.call, name, getattr(os, name)))

    def call(self, name: str, real, *arguments, **options):
        self.count += 1
        if self.count - 1 != self.limit:
            return real(*arguments, **options)
        if self.late and name == "write":
            real(arguments[0], arguments[1][: len(arguments[1]) // 2])
        elif self.late and name != "open":
            real(*arguments, **options)
        raise self.failure


@pytest.mark.parametrize("before", [(4,), (4, 6)])  # with and without a valid checkpoint of the same name
@pytest.mark.parametrize("failure", [Killed(), OSError(errno.ENOSPC, "full"), OSError(errno.EIO, "broken")])
@pytest.mark.parametrize("late", [False, True])
def test_every_fault_point(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: BaseException,
    before: tuple[int, ...],
    late: bool,
) -> None:
    for limit in range(1000):
        folder = tmp_path / str(limit)
        for step in before:
            write(folder, step)
        with monkeypatch.context() as patch:
            fault = FaultAt(patch, limit, failure, late=late)
            with contextlib.suppress(Killed, TrainingError):
                write(folder, 6)
        found = newest(folder)
        assert found is not None
        assert found.step in (*before, 6)
        holds(found.path, found.step)
        write(folder, 7)  # the next save works and leaves nothing behind
        assert newest(folder).step == 7
        assert names(folder) <= {"step-4", "step-6", "step-7"}
        if fault.count <= limit:  # no such call: all were tried
            break
    assert 15 < limit < 1000


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:7]))
    holds(write(tmp_path, 3), 3)


def test_no_room_is_seen_before_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 4)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(100, 99, 1))
    monkeypatch.setattr(checkpoint, "_write", lambda *_: pytest.fail("wrote"))
    with pytest.raises(TrainingError) as caught:
        write(tmp_path, 5)
    assert caught.value.key == "training.disk_full"
    assert newest(tmp_path).step == 4


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(TrainingError, match=str(tmp_path)):
        write(tmp_path / "checkpoints", 5)


def test_what_is_not_finite_is_never_saved(tmp_path: Path) -> None:
    write(tmp_path, 4)
    for value in (torch.nan, torch.inf):
        bad = content(5)
        bad["optimizer"]["adamw.step.weight"].fill_(value)
        with pytest.raises(TrainingError, match=r"adamw\.step\.weight"):
            save(tmp_path, 5, bad, {})
    assert names(tmp_path) == {"step-4"}
    huge = {"model": {"weight": torch.full((8,), 3e38)}}  # finite, although its sum is not
    assert refusal(save(tmp_path, 5, huge, {})) is None


def test_saving_changes_nothing(tmp_path: Path) -> None:
    tensors = content(5)
    torch.manual_seed(1)
    state = torch.get_rng_state()
    save(tmp_path, 5, tensors, {})
    assert torch.equal(state, torch.get_rng_state())
    for group, members in content(5).items():
        assert all(torch.equal(tensors[group][name], tensor) for name, tensor in members.items())


def test_other_conditions_are_refused() -> None:
    require_same({"threads": 2, "torch": "2.13.0"}, {"torch": "2.13.0", "threads": 2})
    with pytest.raises(CheckpointError, match="threads = 2"):
        require_same({"threads": 2}, {"threads": 4})
