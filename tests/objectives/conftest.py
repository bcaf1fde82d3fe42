"""Stores of numbered tokens, tiny models, and batches of whole plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from yanmo import models, objectives
from yanmo.config import build
from yanmo.data.batch import Batch
from yanmo.data.cursor import Cursor
from yanmo.data.frame import Frame
from yanmo.data.plan import Plan
from yanmo.data.source import TextSource
from yanmo.data.store import StoreWriter, TokenStore
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.registry import find

VOCAB = 90
SIZES = {"vocab_size": VOCAB, "hidden_size": 16, "num_layers": 2, "num_heads": 2, "intermediate_size": 32}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def new_store(tmp_path: Path) -> Callable[..., TokenStore]:
    """documents: for each, the lengths of its sentences. Ids are 5, 6, 7 ..., again from 5 at `vocab`."""

    def new_store(documents: Sequence[Sequence[int]], *, vocab: int = 1 << 17) -> TokenStore:
        folder = tmp_path / f"store{sum(1 for _ in tmp_path.iterdir())}"
        writer = StoreWriter(folder, vocab_size=vocab, columns={"sentence_start": "test 1"})
        for sentences in documents:
            size = sum(sentences)
            bits = np.zeros(size, dtype=bool)
            bits[np.cumsum([0, *sentences[:-1]])] = True
            ids = 5 + (writer.num_tokens + np.arange(size)) % (vocab - 5)
            writer.add(ids, {"sentence_start": bits})
        return writer.close({})

    return new_store


@pytest.fixture
def new_source() -> Callable[..., TextSource]:
    def new_source(store: TokenStore, name: str, *, room: int = 32, vocab: int = 1 << 17) -> TextSource:
        objective = objectives.make(name)
        decoder = "clm" in objective.terms
        frame = Frame(
            start=2, end=3, summary="last" if decoder else "first", vocab_size=vocab, mask=4,
            ordinary=np.arange(5, vocab),
        )  # fmt: skip
        return TextSource(store, objective, frame, room, (4 if objective.needs_pairs else 1) * (room - 2))

    return new_source


@pytest.fixture
def new_learner() -> Callable[..., Learner]:
    def new_learner(name: str, *, dropout: float = 0.0, seed: int = 0) -> Learner:
        objective = objectives.make(name)
        model = find(models, Backbone, "gpt2" if "clm" in objective.terms else "bert")
        config = build(
            model.Config,
            {**SIZES, "max_positions": 64, "dropout": dropout, "attention_dropout": dropout},
        )
        return Learner.build(model, config, objective.head_sizes(), seed=seed)

    return new_learner


@pytest.fixture
def batches(
    new_store: Callable[..., TokenStore], new_source: Callable[..., TextSource]
) -> Callable[..., list[Batch]]:
    """The batches of whole epochs over short documents, ids below VOCAB."""

    def batches(name: str, *, room: int = 32, batch_tokens: int = 96, epochs: int = 1) -> list[Batch]:
        documents = [[3, 4], [5], [2, 6, 3], [7], [4, 4, 4, 9, 2], [12, 9], [3, 3], [30, 20, 5]]
        store = new_store(documents, vocab=VOCAB)
        plan = Plan(
            source=new_source(store, name, room=room, vocab=VOCAB),
            seed=3,
            batch_tokens=batch_tokens,
            max_length=room,
        )
        return list(plan.stream(Cursor(), epochs=epochs))

    return batches
