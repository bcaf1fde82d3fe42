"""Documents -> ids and bits, on all cores. Imports no torch: worker processes start fast and stay small."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from yanmo.corpus.document import Document
from yanmo.corpus.sentences import split_sentences
from yanmo.data.example import BoolArray, IntArray
from yanmo.tokenizers import Tokenizer, segmenter, word_starts

COLUMNS = {"sentence_start": "yanmo.corpus.sentences 1", "word_start": segmenter()}
PART_CHARACTERS = (
    20_000  # longer documents are stored in parts: a book must not be one unit of the held-out split
)
CHUNK_CHARACTERS = 500_000  # work for one process at a time
SMALL = 2_000_000  # below this, starting processes costs more than it saves


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """One part of a document. checksum: CRC-32 of its text, which decides whether it is held out."""

    ids: IntArray
    columns: dict[str, BoolArray]
    checksum: int
    characters: int


def encode_documents(
    documents: Iterable[Document], tokenizer: Tokenizer, folder: Path, *, workers: int
) -> Iterator[Encoded]:
    """Encodes in order with at most a few chunks in flight, so memory is flat. `folder`: the saved tokenizer.

    Errors: BrokenProcessPool when a worker process was killed.
    """
    chunks = _chunks(documents)
    head: list[list[str]] = []
    size = 0
    for chunk in chunks:
        head.append(chunk)
        size += sum(map(len, chunk))
        if size > SMALL:
            break
    if workers <= 1 or size <= SMALL:
        for chunk in chain(head, chunks):
            yield from encode_texts(chunk, tokenizer)
    else:
        yield from _in_processes(chain(head, chunks), folder, workers)


def _in_processes(chunks: Iterable[list[str]], folder: Path, workers: int) -> Iterator[Encoded]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _start_worker, (folder,))
    flying: deque[Future[list[Encoded]]] = deque()
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


def encode_texts(texts: list[str], tokenizer: Tokenizer) -> list[Encoded]:
    """Ids, sentence starts and word starts of each text; texts without a token are left out."""
    result = []
    for text, encoding in zip(texts, tokenizer.encode_batch(texts, read_special=False), strict=True):
        ids = np.array(encoding.ids, dtype=np.int64)
        if not len(ids):
            continue
        firsts = np.array([start for start, _ in encoding.offsets], dtype=np.int64)
        sentences = np.array([start for start, _ in split_sentences(text)], dtype=np.int64)
        at = np.searchsorted(firsts, sentences)
        bits = np.zeros(len(ids), dtype=np.bool_)
        bits[at[at < len(ids)]] = True
        bits[0] = True
        words = np.array(word_starts(text, encoding), dtype=np.bool_)
        result.append(
            Encoded(
                ids=ids,
                columns={"sentence_start": bits, "word_start": words},
                checksum=zlib.crc32(text.encode("utf-8", "replace")),
                characters=len(text),
            )
        )
    return result


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


def _chunks(documents: Iterable[Document]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for document in documents:
        for part in parts(document.text):
            chunk.append(part)
            size += len(part)
            if size >= CHUNK_CHARACTERS:
                yield chunk
                chunk, size = [], 0
    if chunk:
        yield chunk


_tokenizer: Tokenizer | None = None  # one per worker process


def _start_worker(folder: Path) -> None:
    """Ctrl-C, which the terminal sends to all, is the parent's business; a killed parent takes its workers along."""
    global _tokenizer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _tokenizer = Tokenizer.load(folder)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(texts: list[str]) -> list[Encoded]:
    assert _tokenizer is not None
    return encode_texts(texts, _tokenizer)


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
