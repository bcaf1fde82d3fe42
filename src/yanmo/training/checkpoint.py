"""Checkpoints that are whole or not there: a kill, a full disk or a flipped bit never gives a wrong resume.

A checkpoint is a folder `step-N`: a safetensors file per group of tensors, `state.json`, and `manifest.json`
with the size and SHA-256 of these and of itself. It is written under another name, synced to the disk, and
only then renamed, which is atomic. Reading believes the hashes alone: no pointer, no date. (safetensors by
itself does not notice a flipped bit.) Nothing is ever unpickled. A hash finds damage; it is not a signature.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import safetensors.torch
import torch
from pydantic import JsonValue
from torch import Tensor

from yanmo.errors import CheckpointError, TrainingError, reason_of
from yanmo.messages import text
from yanmo.training.durable import sync_folder, write_file

MANIFEST = "manifest.json"
STATE = "state.json"
FORMAT = 1
COMMITTED = re.compile(r"step-(\d+)(\.replaced)?")
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
ROOM = 1.2  # free space asked for, as a multiple of the tensors

Tensors: TypeAlias = Mapping[str, Mapping[str, Tensor]]  # file -> name -> tensor
State: TypeAlias = Mapping[str, JsonValue]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A checkpoint that does not verify, and why, in the user's language."""

    path: Path
    reason: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """The newest checkpoint that verifies, and the newer ones that do not."""

    path: Path
    step: int
    refused: tuple[Refused, ...]


class _DamagedError(Exception):
    """A file of a checkpoint is not what its manifest says."""


def save(
    folder: Path,
    step: int,
    tensors: Tensors,
    state: State,
    *,
    keep: int = 2,
    protected: Collection[int] = (),
) -> Path:
    """Writes `folder/step-N` and returns its path once it is on the disk and verified; then prunes.

    tensors: `{"model": {...}}` becomes `model.safetensors`. state: anything JSON, without NaN.
    keep: the newest so many stay (never fewer than two), and the `protected` steps.
    Errors: TrainingError when a tensor is not finite, the disk is full or the folder cannot be written; what
    was saved before is then untouched.
    """
    _require_finite(tensors)
    size = ROOM * sum(tensor.nbytes for group in tensors.values() for tensor in group.values())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _clear_unfinished(folder)
        if shutil.disk_usage(folder).free < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        temporary = folder / f".tmp-{step}-{secrets.token_hex(4)}"
        try:
            _write(temporary, step, tensors, state)
            path = _commit(temporary, step)
        except OSError:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        reason = refusal(path)
        if reason is None:
            _prune(folder, step, max(keep, 2), protected)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise TrainingError("training.disk_full", path=folder, megabytes=f"{size / 1e6:.0f}") from error
        raise TrainingError("training.cannot_write", path=folder, reason=reason_of(error)) from error
    if reason is not None:
        raise TrainingError("training.cannot_write", path=path, reason=reason)
    return path


def newest(folder: Path) -> Found | None:
    """The newest checkpoint in `folder` that verifies; None when there is none at all.

    Errors: CheckpointError when there are some and not one of them verifies.
    """
    refused: list[Refused] = []
    for step, path in reversed(_committed(folder)):
        reason = refusal(path)
        if reason is None:
            return Found(path=path, step=step, refused=tuple(refused))
        refused.append(Refused(path=path, reason=reason))
    if refused:
        reasons = ", ".join(f"{item.path.name}: {item.reason}" for item in refused)
        raise CheckpointError("training.no_checkpoint", folder=folder, reasons=reasons)
    return None


def at(folder: Path, step: int) -> Path:
    """Where the checkpoint of a step stands: under its name, or set aside by a save that was killed."""
    path = folder / f"step-{step}"
    aside = folder / f"step-{step}.replaced"
    return aside if aside.exists() and refusal(path) is not None else path


def load(path: Path) -> tuple[dict[str, dict[str, Tensor]], dict[str, JsonValue]]:
    """The tensors and the state of one checkpoint; what is used is what was hashed.

    Errors: CheckpointError when a file is not what the manifest says.
    """
    try:
        files = _files(path)
        state: dict[str, JsonValue] = json.loads(_read(path, STATE, files))
        tensors = {
            name.removesuffix(".safetensors"): safetensors.torch.load(_read(path, name, files))
            for name in files
            if name != STATE
        }
    except _DamagedError as damage:
        raise CheckpointError(
            "training.no_checkpoint", folder=path.parent, reasons=f"{path.name}: {damage}"
        ) from None
    return tensors, state


def refusal(path: Path) -> str | None:
    """Why a checkpoint must not be used, or None: every file is read and hashed."""
    try:
        files = _files(path)
        for name in files:
            _read(path, name, files)
    except _DamagedError as damage:
        return str(damage)
    return None


def require_same(saved: State, now: State) -> None:
    """Refuses to resume under other conditions (threads, torch, processor): the bits would differ.

    Errors: CheckpointError naming the first difference.
    """
    for name in sorted(saved.keys() | now.keys()):
        if saved.get(name) != now.get(name):
            raise CheckpointError(
                "training.other_conditions", name=name, saved=saved.get(name), now=now.get(name)
            )


def _write(temporary: Path, step: int, tensors: Tensors, state: State) -> None:
    temporary.mkdir()
    files: dict[str, JsonValue] = {}
    for name in [*tensors, STATE]:
        if name == STATE:
            content = json.dumps(state, ensure_ascii=False, allow_nan=False, indent=1).encode()
        else:
            group = {key: tensor.detach().cpu().contiguous() for key, tensor in tensors[name].items()}
            name, content = f"{name}.safetensors", safetensors.torch.save(group)
        assert FILE_NAME.fullmatch(name), name
        files[name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        write_file(temporary / name, content)
    write_file(temporary / MANIFEST, _manifest(step, files))
    sync_folder(temporary)


def _commit(temporary: Path, step: int) -> Path:
    """Gives the finished folder its name. A valid checkpoint of that name stays, set aside, until pruning."""
    path = temporary.with_name(f"step-{step}")
    if path.exists():
        if refusal(path) is None:
            aside = temporary.with_name(f"step-{step}.replaced")
            _remove(aside)
            path.rename(aside)
        else:
            _remove(path)
    temporary.rename(path)
    sync_folder(path.parent)
    return path


def _prune(folder: Path, step: int, keep: int, protected: Collection[int]) -> None:
    """Only after the new one has verified. Those of later steps were refused: reaching them replaces them."""
    earlier = [(number, path) for number, path in _committed(folder) if number <= step]
    whole = {number for number, path in earlier if path.suffix == ""}
    kept = {*sorted(whole)[-keep:], *protected}
    for number, path in earlier:
        if number not in kept or (path.suffix and number in whole):
            _remove(path)


def _committed(folder: Path) -> list[tuple[int, Path]]:
    """Steps and paths, oldest first; one that was set aside comes before the one that replaced it."""
    if not folder.is_dir():
        return []
    found = ((COMMITTED.fullmatch(path.name), path) for path in folder.iterdir())
    order = sorted((int(match[1]), match[2] is None, path) for match, path in found if match)
    return [(step, path) for step, _, path in order]


def _remove(path: Path) -> None:
    """Takes the name away at once, then the files: a kill in between leaves no half checkpoint."""
    if path.exists():
        trash = path.with_name(f".tmp-removed-{secrets.token_hex(4)}")
        path.rename(trash)
        shutil.rmtree(trash, ignore_errors=True)


def _clear_unfinished(folder: Path) -> None:
    for path in folder.glob(".tmp-*"):
        shutil.rmtree(path, ignore_errors=True)


def _manifest(step: int, files: Mapping[str, JsonValue]) -> bytes:
    body = {"format": FORMAT, "step": step, "files": dict(files)}
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return json.dumps(body | {"sha256": digest}, sort_keys=True, indent=1).encode()


def _files(path: Path) -> dict[str, str]:
    """File name -> SHA-256, from a manifest that is whole and stands where it was written."""
    match = COMMITTED.fullmatch(path.name)
    try:
        content = (path / MANIFEST).read_bytes()
        tree = json.loads(content)
        step, entries = tree["step"], tree["files"]
        intact = content == _manifest(step, entries) and tree["format"] == FORMAT
        names = {name: str(entry["sha256"]) for name, entry in entries.items() if FILE_NAME.fullmatch(name)}
    except FileNotFoundError:
        raise _DamagedError(text("training.file_missing", name=MANIFEST)) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise _DamagedError(text("training.file_changed", name=MANIFEST)) from None
    if (
        not intact
        or len(names) != len(entries)
        or STATE not in names
        or match is None
        or int(match[1]) != step
    ):
        raise _DamagedError(text("training.file_changed", name=MANIFEST))
    return names


def _read(path: Path, name: str, files: Mapping[str, str]) -> bytes:
    """The content of a file, hashed as it is used."""
    try:
        content = (path / name).read_bytes()
    except OSError:
        raise _DamagedError(text("training.file_missing", name=name)) from None
    if hashlib.sha256(content).hexdigest() != files[name]:
        raise _DamagedError(text("training.file_changed", name=name))
    return content


def _require_finite(tensors: Tensors) -> None:
    for group in tensors.values():
        for name, tensor in group.items():
            # The sum is one cheap pass; only where it is not finite is every element looked at.
            if (
                tensor.is_floating_point()
                and not torch.isfinite(tensor.sum())
                and not tensor.isfinite().all()
            ):
                raise TrainingError("training.tensor_not_finite", name=name)
