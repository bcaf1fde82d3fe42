"""Small stores whose ids are all different, so that a test sees where each token went."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from yanmo.data.frame import Frame
from yanmo.data.store import StoreWriter, TokenStore

FIRST = 5  # of the ordinary ids: token n of the store is FIRST + n
VOCAB = 1 << 17


def write(folder: Path, documents: Sequence[Sequence[int]]) -> TokenStore:
    """documents: for each, the lengths of its sentences."""
    writer = StoreWriter(folder, vocab_size=VOCAB, columns={"sentence_start": "test 1"})
    for sentences in documents:
        size = sum(sentences)
        bits = np.zeros(size, dtype=bool)
        bits[np.cumsum([0, *sentences[:-1]])] = True
        ids = FIRST + writer.num_tokens + np.arange(size)
        writer.add(ids, {"sentence_start": bits})
    return writer.close({"made": "here"})


@pytest.fixture(scope="session")
def new_store() -> Callable[[Sequence[Sequence[int]]], object]:
    """with new_store(documents) as store: for tests that need a fresh one for each example."""

    @contextmanager
    def store(documents: Sequence[Sequence[int]]) -> Iterator[TokenStore]:
        with tempfile.TemporaryDirectory() as folder:
            yield write(Path(folder), documents)

    return store


@pytest.fixture(scope="session")
def frame() -> Callable[[str], Frame]:
    """The frame of an `encoder` or a `decoder` over the ids of these stores."""

    def make(family: str) -> Frame:
        return Frame(
            start=2,
            end=3,
            summary="first" if family == "encoder" else "last",
            vocab_size=VOCAB,
            mask=4,
            ordinary=np.arange(FIRST, VOCAB),
        )

    return make
