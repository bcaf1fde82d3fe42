"""The token store: memory-mapped shards of ids, where documents start, and parallel columns of bits.

    index.json               dtype, counts, columns with their makers, SHA-256 of every file and itself; written last
    tokens-00000.npy         uint16 or uint32
    sentence_start-00000.npy one bit per token (packed), and so on for each column
    documents.npy            int64 [documents + 1]: the first token of each document, then the end
    edges.npy                uint8 [documents]: 1 where a text begins with it, 2 where one ends, 3 for a whole text

A document here may be a part of a long text.

A store never changes once built. A folder without index.json is not a store but the rest of an interrupted build.
"""

from __future__ import annotations

import hashlib
import json
import os
from array import array
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yanmo.data.example import BoolArray, IntArray
from yanmo.errors import InputError, TrainingError, reason_of

FORMAT = 2
SHARD_TOKENS = 1 << 24
OPENS, CLOSES = 1, 2  # bits of an edge


class StoreWriter:
    """Appends documents; keeps one shard in memory. `close` makes it a store."""

    def __init__(self, folder: Path, *, vocab_size: int, columns: Mapping[str, str]) -> None:
        """columns: name -> maker and version, kept in the index."""
        self.folder = folder
        self.columns = dict(columns)
        self.dtype = np.dtype(np.uint16 if vocab_size <= 1 << 16 else np.uint32)
        self.num_tokens = 0
        self._starts = array("q", [0])
        self._edges = array("B")
        self._pending = np.empty(SHARD_TOKENS, dtype=self.dtype)  # pages are there once they are written to
        self._bits = {name: np.empty(SHARD_TOKENS, dtype=np.bool_) for name in columns}
        self._pending_tokens = 0
        self._shards: list[int] = []
        self._hashes: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()

    def add(
        self,
        ids: NDArray[np.integer[Any]],
        columns: Mapping[str, BoolArray],
        *,
        opens: bool = True,
        closes: bool = True,
    ) -> None:
        """One document: its ids and, for each column, one bit per token. opens, closes: those of a part."""
        assert columns.keys() == self.columns.keys()
        start, end = self._pending_tokens, self._pending_tokens + len(ids)
        if end > SHARD_TOKENS and start:
            self._flush()
            start, end = 0, len(ids)
        if end > len(self._pending):  # a document is in one shard, however long it is
            self._pending = np.empty(end, dtype=self.dtype)
            self._bits = {name: np.empty(end, dtype=np.bool_) for name in self.columns}
        self._pending[start:end] = ids
        for name, bits in columns.items():
            self._bits[name][start:end] = bits
        self._pending_tokens = end
        self.num_tokens += len(ids)
        self._starts.append(self.num_tokens)
        self._edges.append(OPENS * opens + CLOSES * closes)

    def close(self, lineage: Mapping[str, object]) -> TokenStore:
        """Writes what is left and the index. `lineage`: what the store was made from, kept as it is."""
        if self._pending_tokens:
            self._flush()
        self._write("documents.npy", np.frombuffer(self._starts, dtype=np.int64))
        self._write("edges.npy", np.frombuffer(self._edges, dtype=np.uint8))
        index = {
            "format": FORMAT,
            "dtype": self.dtype.name,
            "documents": len(self._starts) - 1,
            "tokens": self.num_tokens,
            "columns": self.columns,
            "shards": self._shards,
            "lineage": dict(lineage),
            "sha256": self._hashes,
        }
        index["index_sha256"] = _index_digest(index)
        temporary = self.folder / ".index.json"
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(index, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(self.folder / "index.json")
        return TokenStore(self.folder)

    def _flush(self) -> None:
        number, count = len(self._shards), self._pending_tokens
        self._write(f"tokens-{number:05}.npy", self._pending[:count])
        for name, bits in self._bits.items():
            self._write(f"{name}-{number:05}.npy", np.packbits(bits[:count], bitorder="little"))
        self._shards.append(count)
        self._pending_tokens = 0

    def _write(self, name: str, values: NDArray[np.generic]) -> None:
        path = self.folder / name
        header = np.lib.format.header_data_from_array_1_0(values)
        try:
            with path.open("wb") as file:
                np.lib.format.write_array_header_1_0(file, header)
                file.write(values.tobytes())  # np.save says of a full disk only how much it wrote
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise TrainingError("training.cannot_write", path=path, reason=reason_of(error)) from error
        self._hashes[name] = _sha256(path)


class TokenStore:
    """A built store, memory-mapped: opening it costs no memory in its size."""

    def __init__(self, folder: Path, *, verify: bool = False) -> None:
        """Errors: InputError when there is no sound index, or (with `verify`) when a hash does not match."""
        self.folder = folder
        try:
            index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
            sound = index.pop("index_sha256") == _index_digest(index) and index["format"] == FORMAT
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            sound = False
        if not sound:
            raise InputError("data.damaged_store", path=folder, reason="index.json")
        for name, digest in index["sha256"].items() if verify else ():
            if not (folder / name).is_file() or _sha256(folder / name) != digest:
                raise InputError("data.damaged_store", path=folder, reason=name)
        self.num_tokens: int = index["tokens"]
        self.num_documents: int = index["documents"]
        self.columns: dict[str, str] = index["columns"]
        self.lineage: dict[str, object] = index["lineage"]
        self.digest = hashlib.sha256(json.dumps(index["sha256"], sort_keys=True).encode()).hexdigest()
        self.documents: NDArray[np.int64] = np.load(folder / "documents.npy", mmap_mode="r")
        self._edges: NDArray[np.uint8] = np.load(folder / "edges.npy", mmap_mode="r")
        self._ends = np.cumsum(index["shards"], dtype=np.int64)
        self._files: dict[str, NDArray[np.generic]] = {}

    def read(self, start: int, end: int) -> IntArray:
        """Ids of tokens [start, end), int64; the range lies in one document."""
        shard, offset = self._place(start)
        tokens = self._file("tokens", shard)
        return tokens[offset : offset + end - start].astype(np.int64)

    def bits(self, column: str, start: int, end: int) -> BoolArray:
        """One bit per token of [start, end), a range in one document."""
        shard, offset = self._place(start)
        first, last = offset // 8, (offset + end - start + 7) // 8
        packed = np.asarray(self._file(column, shard)[first:last], dtype=np.uint8)
        bits = np.unpackbits(packed, bitorder="little")
        return bits[offset - first * 8 : offset - first * 8 + end - start].astype(np.bool_)

    def count(self, column: str) -> int:
        """How many tokens of the store have that bit."""
        shards = (self._file(column, shard) for shard in range(len(self._ends)))
        return sum(int(np.unpackbits(shard.view(np.uint8)).sum(dtype=np.int64)) for shard in shards)

    @cached_property
    def texts(self) -> NDArray[np.int32]:
        """The number of the text that each document is a part of, from 0."""
        begins = (self._edges & OPENS) > 0
        begins[1:] |= (self._edges[:-1] & CLOSES) > 0  # the part that opens a text may be held out
        begins[:1] = False
        return np.cumsum(begins, dtype=np.int32)

    def opens(self, document: int) -> bool:
        """Whether a text begins with this document."""
        return bool(self._edges[document] & OPENS)

    def closes(self, document: int) -> bool:
        """Whether a text ends with this document."""
        return bool(self._edges[document] & CLOSES)

    def _place(self, token: int) -> tuple[int, int]:
        shard = int(np.searchsorted(self._ends, token, side="right"))
        return shard, token - (int(self._ends[shard - 1]) if shard else 0)

    def _file(self, kind: str, shard: int) -> NDArray[np.generic]:
        name = f"{kind}-{shard:05}.npy"
        if name not in self._files:
            self._files[name] = np.load(self.folder / name, mmap_mode="r")
        return self._files[name]

    def __getstate__(self) -> dict[str, object]:
        return {"folder": self.folder}

    def __setstate__(self, state: dict[str, Path]) -> None:
        self.__init__(state["folder"])  # type: ignore[misc]  # a worker maps the files itself


def is_store(folder: Path) -> bool:
    """Whether a complete store lies there."""
    return (folder / "index.json").is_file()


def boundaries(bits: BoolArray, start: int) -> Sequence[int]:
    """Absolute positions of the set bits of a range that begins at `start`."""
    return [int(position) + start for position in np.flatnonzero(bits)]


def _index_digest(index: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(index, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
