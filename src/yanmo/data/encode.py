"""Documents -> ids and bits, on all cores. Imports no torch: worker processes start fast and stay small."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanmo.corpus.document import Document
from yanmo.corpus.sentences import split_sentences
from yanmo.data.example import BoolArray, IntArray
from yanmo.tokenizers import Tokenizer, segmenter
from yanmo.tokenizers.pieces import PieceReader
from yanmo.tokenizers.words import all_word_starts

COLUMNS = {"sentence_start": "yanmo.corpus.sentences 1", "word_start": segmenter()}
PART_CHARACTERS = (
    20_000  # longer documents are stored in parts: a book must not be one unit of the held-out split
)
CHUNK_CHARACTERS = 500_000  # work for one process at a time
SMALL = 2_000_000  # below this, starting processes costs more than it saves


class Part(NamedTuple):
    """A document, or a part of a long one. opens, closes: whether the document begins, or ends, with it."""

    text: str
    opens: bool = True
    closes: bool = True


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """A part as ids. checksum: CRC-32 of its text, which decides whether it is held out."""

    ids: NDArray[np.integer[Any]]
    columns: dict[str, BoolArray]
    checksum: int
    characters: int
    opens: bool
    closes: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodedParts:
    """Several parts in one piece, which is quick to send to another process. ends: tokens up to the end of each;
    edges: whether each opens and closes its document."""

    ids: NDArray[np.integer[Any]]
    columns: dict[str, BoolArray]
    ends: IntArray
    checksums: list[int]
    characters: list[int]
    edges: list[tuple[bool, bool]]

    def __iter__(self) -> Iterator[Encoded]:
        """The parts, views of these arrays; those without a token are left out."""
        start = 0
        for end, checksum, characters, (opens, closes) in zip(
            self.ends.tolist(), self.checksums, self.characters, self.edges, strict=True
        ):
            if end > start:
                yield Encoded(
                    ids=self.ids[start:end],
                    columns={name: bits[start:end] for name, bits in self.columns.items()},
                    checksum=checksum,
                    characters=characters,
                    opens=opens,
                    closes=closes,
                )
            start = end


def encode_documents(
    documents: Iterable[Document], tokenizer: Tokenizer, folder: Path, *, workers: int
) -> Iterator[Encoded]:
    """Encodes in order with at most a few chunks in flight, so memory is flat. `folder`: the saved tokenizer.

    Errors: BrokenProcessPool when a worker process was killed.
    """
    chunks = _chunks(documents)
    head: list[list[Part]] = []
    size = 0
    for chunk in chunks:
        head.append(chunk)
        size += sum(len(part.text) for part in chunk)
        if size > SMALL:
            break
    if workers <= 1 or size <= SMALL:
        reader = PieceReader(tokenizer)
        for chunk in chain(head, chunks):
            yield from encode_parts(chunk, reader)
    else:
        yield from _in_processes(chain(head, chunks), folder, workers)


def _in_processes(chunks: Iterable[list[Part]], folder: Path, workers: int) -> Iterator[Encoded]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _start_worker, (folder,))
    flying: deque[Future[EncodedParts]] = deque()
    try:
        for chunk in chunks:
            with _without_main_module():  # a worker starts when there is work for it
                flying.append(pool.submit(_work, chunk))
            if len(flying) > 2 * workers:
                yield from flying.popleft().result()
        while flying:
            yield from flying.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def encode_parts(given: Sequence[Part], reader: PieceReader) -> EncodedParts:
    """Ids, sentence starts and word starts of each part."""
    texts = [part.text for part in given]
    tokens = reader.read(texts)
    edges = accumulate(map(len, texts), initial=0)
    sentences = [
        edge + start for edge, text in zip(edges, texts, strict=False) for start, _ in split_sentences(text)
    ]
    sentence_start = np.zeros(len(tokens.ids) + 1, dtype=np.bool_)  # a last sentence may have no token
    sentence_start[np.searchsorted(tokens.starts, np.array(sentences, dtype=np.int64))] = True
    sentence_start[np.concatenate([[0], tokens.ends])] = True
    return EncodedParts(
        ids=tokens.ids.astype(np.uint16 if reader.vocab_size <= 1 << 16 else np.uint32),
        columns={
            "sentence_start": sentence_start[:-1],
            "word_start": all_word_starts(texts, tokens.starts, tokens.chunks),
        },
        ends=tokens.ends,
        checksums=[zlib.crc32(text.encode("utf-8", "replace")) for text in texts],
        characters=list(map(len, texts)),
        edges=[(part.opens, part.closes) for part in given],
    )


def parts(text: str, limit: int = PART_CHARACTERS) -> Iterator[str]:
    """The text in parts of at most about `limit` characters, cut at line ends, else at sentence ends, else anywhere."""
    start = 0
    while len(text) - start > limit:
        cut = text.rfind("\n", start + limit // 2, start + limit) + 1
        if not cut:
            ends = [end for _, end in split_sentences(text[start : start + limit])[:-1]]
            cut = start + (ends[-1] if ends else limit)
        yield text[start:cut]
        start = cut
    yield text[start:]


def _chunks(documents: Iterable[Document]) -> Iterator[list[Part]]:
    chunk: list[Part] = []
    size = 0
    for document in documents:
        done = 0
        for text in parts(document.text):
            opens, done = done == 0, done + len(text)
            chunk.append(Part(text, opens, closes=done == len(document.text)))
            size += len(text)
            if size >= CHUNK_CHARACTERS:
                yield chunk
                chunk, size = [], 0
    if chunk:
        yield chunk


_reader: PieceReader | None = None  # one per worker process


def _start_worker(folder: Path) -> None:
    """Ctrl-C, which the terminal sends to all, is the parent's business; a killed parent takes its workers along."""
    global _reader
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # there is a worker for each core
    _reader = PieceReader(Tokenizer.load(folder))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(chunk: list[Part]) -> EncodedParts:
    assert _reader is not None
    return encode_parts(chunk, _reader)


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Keeps spawned workers from importing the user's script again, which may lack a __main__ guard."""
    main = sys.modules["__main__"]
    saved = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    try:
        for name in saved:
            setattr(main, name, None)
        if "__file__" in saved:
            del main.__file__
        yield
    finally:
        for name, value in saved.items():
            setattr(main, name, value)
