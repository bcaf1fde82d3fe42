"""A corpus -> two token stores: one to train on, one held out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from yanmo.corpus.document import Document
from yanmo.data.encode import COLUMNS, Encoded, encode_documents
from yanmo.data.store import StoreWriter, TokenStore, is_store
from yanmo.errors import TrainingError
from yanmo.tokenizers import Tokenizer

HELD_OUT_TOKENS = 200_000  # more would cost evaluation time and tell nothing new


@dataclass(frozen=True, kw_only=True)
class Stores:
    """`held_out` is None when the corpus is a single document."""

    train: TokenStore
    held_out: TokenStore | None


def prepare(
    folder: Path,
    documents: Iterable[Document],
    tokenizer: Tokenizer,
    *,
    tokenizer_folder: Path,
    held_out_share: float,
    lineage: Mapping[str, object],
    workers: int,
    on_progress: Callable[[int, int], None] = lambda characters, tokens: None,
) -> Stores:
    """Encodes the corpus into `folder`/train and `folder`/held_out.

    A part of a document is held out when a hash of its text says so, whatever its place in the corpus; copies of
    it with it. Where that leaves nothing (a tiny corpus), the last part is taken; nothing is where there is one part.
    Errors: TrainingError when a worker process was killed.
    """
    split = _Split(folder, tokenizer.vocab_size, held_out_share)
    characters = tokens = 0
    try:
        for encoded in encode_documents(documents, tokenizer, tokenizer_folder, workers=workers):
            characters += encoded.characters
            tokens += len(encoded.ids)
            on_progress(characters, tokens)
            split.add(encoded)
    except BrokenProcessPool:
        on_progress(characters, tokens)  # raises where a signal to the whole process group was the reason
        raise TrainingError("data.worker_killed") from None
    split.close(lineage)
    return open_stores(folder)


class _Split:
    """Both stores while they are written."""

    def __init__(self, folder: Path, vocab_size: int, share: float) -> None:
        self.train = StoreWriter(folder / "train", vocab_size=vocab_size, columns=COLUMNS)
        self.held_out = StoreWriter(folder / "held_out", vocab_size=vocab_size, columns=COLUMNS)
        self._below = share * 2**32
        self._chosen: set[int] = set()
        self._early: list[Encoded] = []  # chosen before there was anything to train on
        self._last: Encoded | None = None

    def add(self, part: Encoded) -> None:
        more = self.held_out.num_tokens < HELD_OUT_TOKENS or part.checksum in self._chosen
        if part.checksum < self._below and more:
            self._chosen.add(part.checksum)
            self._early.append(part)
        else:
            if self._last is not None:
                _write(self.train, self._last)
            self._last = part
        if self._last is not None:
            self._hold_out()

    def close(self, lineage: Mapping[str, object]) -> None:
        if self._last is None and self._early:
            self._last = self._early.pop(0)
            self._early = [part for part in self._early if part.checksum != self._last.checksum]
        self._hold_out()
        if self._last is not None:
            lacking = self._below and self.train.num_tokens and not self.held_out.num_tokens
            _write(self.held_out if lacking else self.train, self._last)
        self.held_out.close(lineage)
        self.train.close(lineage)  # last: its index says that both are done

    def _hold_out(self) -> None:
        for part in self._early:
            _write(self.held_out, part)
        self._early.clear()


def _write(store: StoreWriter, part: Encoded) -> None:
    store.add(part.ids, part.columns, opens=part.opens, closes=part.closes)


def is_prepared(folder: Path) -> bool:
    """Whether both stores were finished there."""
    return is_store(folder / "train")


def open_stores(folder: Path, *, verify: bool = False) -> Stores:
    """The stores that `prepare` left in `folder`. Errors: InputError when one is damaged."""
    held_out = TokenStore(folder / "held_out", verify=verify)
    return Stores(
        train=TokenStore(folder / "train", verify=verify), held_out=held_out if held_out.num_tokens else None
    )
