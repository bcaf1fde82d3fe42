"""What exactly a corpus was made of, for the lineage of a run: the bytes of every file, by SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from yanmo.corpus.builtin import builtin_version
from yanmo.corpus.encoding import BLOCK_BYTES
from yanmo.corpus.files import find_files, is_builtin
from yanmo.corpus.read import CorpusConfig
from yanmo.errors import InputError, reason_of


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFingerprint:
    """A file as it is stored, compressed or not. A built-in corpus: its name and version, no bytes."""

    path: str
    bytes: int
    sha256: str


def fingerprint(config: CorpusConfig) -> list[FileFingerprint]:
    """One fingerprint for each file that the paths stand for, in the order of reading.

    Errors: InputError when there is no such path or a file cannot be read.
    """
    found: dict[str, FileFingerprint] = {}
    for path in config.paths:
        if is_builtin(path):
            version = builtin_version(path)
            digest = hashlib.sha256(version.encode()).hexdigest()
            found.setdefault(version, FileFingerprint(path=version, bytes=0, sha256=digest))
            continue
        for file in find_files(path):
            if file.name not in found and file.is_read:
                found[file.name] = _of_file(file.name)
    return list(found.values())


def changed(config: CorpusConfig, recorded: Sequence[Mapping[str, Any]]) -> list[str]:
    """The files that are not what `recorded` says, or are new; one that is gone cannot be told."""
    before = {each["path"]: each for each in recorded}
    try:
        return [each.path for each in fingerprint(config) if asdict(each) != before.get(each.path)]
    except InputError:
        return []


def _of_file(name: str) -> FileFingerprint:
    digest, size = hashlib.sha256(), 0
    try:
        with Path(name).open("rb") as stream:
            while block := stream.read(4 * BLOCK_BYTES):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise InputError("corpus.unreadable", path=name, reason=reason_of(error)) from None
    return FileFingerprint(path=name, bytes=size, sha256=digest.hexdigest())
