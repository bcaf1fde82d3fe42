"""The text that both sides of the speed benchmark train on: the same sequences of ids, on disk.

tokenizer/       a directory that `transformers` loads too
store/           Yanmo's token store, one document per sequence, without special tokens
sequences.npz    the same sequences with special tokens, for the peer
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from yanmo.corpus.read import CorpusConfig, read_corpus
from yanmo.data.frame import frame_of
from yanmo.data.store import StoreWriter, TokenStore
from yanmo.errors import ConfigError
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train

MEAN, SPREAD, SHORTEST = 36.0, 0.8, 5  # log-normal lengths in tokens, special tokens counted
FILL, TOLERANCE = 0.27, 0.02  # of rows of 128 with one short document each
LEARNED_CHARACTERS = 8_000_000  # that the tokenizer is trained on


@dataclass(frozen=True, kw_only=True)
class Kind:
    """short, long: real text cut to log-normal lengths. full: rows without a gap. causal: the same for a decoder."""

    name: str
    length: int
    family: str = "encoder"
    tokenizer: str = "wordpiece"

    @property
    def full(self) -> bool:
        return self.name not in ("short", "long")


KINDS = {
    "short": Kind(name="short", length=128),
    "full": Kind(name="full", length=128),
    "long": Kind(name="long", length=512),  # of peak.py, as the next one
    "long full": Kind(name="long full", length=512),
    "causal": Kind(name="causal", length=256, family="decoder", tokenizer="byte_bpe"),
}


def make(folder: Path, kind: Kind, corpus: Sequence[str], *, vocab_size: int, tokens: int) -> float:
    """Writes text of about `tokens` tokens into the folder; returns the share of places filled when padded."""
    config = CorpusConfig(paths=tuple(corpus))
    tokenizer = tokenizer_for(config, kind, vocab_size)
    tokenizer.save(folder / "tokenizer")
    frame = frame_of(tokenizer, kind.family)  # type: ignore[arg-type]
    special = frame.framed_length(0)
    ids = np.fromiter(chain.from_iterable(_ids(config, tokenizer, tokens)), dtype=np.int64)
    ids = np.resize(ids, tokens)  # a small corpus is repeated
    sequences = []
    store = StoreWriter(folder / "store", vocab_size=vocab_size, columns={})
    for start, end in _cuts(kind, len(ids), special):
        store.add(ids[start:end], {})
        sequences.append(frame.build([ids[start:end]]).input_ids)
    store.close({})
    lengths = np.array([len(sequence) for sequence in sequences])
    np.savez(folder / "sequences.npz", ids=np.concatenate(sequences), ends=np.cumsum(lengths))
    fill = float(lengths.mean()) / kind.length
    if not kind.full and len(lengths) > 1000:
        assert abs(fill - FILL) <= TOLERANCE, f"fill {fill:.3f} is not {FILL} +- {TOLERANCE}"
    return fill


def sequences(folder: Path) -> list[list[int]]:
    """The sequences with special tokens."""
    with np.load(folder / "sequences.npz") as file:
        return [part.tolist() for part in np.split(file["ids"], file["ends"][:-1])]


def store(folder: Path) -> TokenStore:
    """The same sequences without special tokens."""
    return TokenStore(folder / "store")


def _cuts(kind: Kind, total: int, special: int) -> Iterator[tuple[int, int]]:
    """Where the stream of ids is cut; what is left at the end is dropped."""
    lengths = short_lengths(kind.length)
    start = 0
    while True:
        length = kind.length if kind.full else next(lengths)
        end = start + length - special
        if end > total:
            return
        yield start, end
        start = end


def short_lengths(longest: int = 128) -> Iterator[int]:
    """Log-normal lengths in tokens, special ones counted, for ever the same; their mean grows with the longest."""
    generator = np.random.default_rng(0)
    middle = math.log(MEAN * longest / 128) - SPREAD**2 / 2
    while True:
        yield min(max(round(generator.lognormal(middle, SPREAD)), SHORTEST), longest)


def tokenizer_for(config: CorpusConfig, kind: Kind, vocab_size: int) -> Tokenizer:
    """Trained on the corpus; smaller than asked where the text does not support more."""
    settings = TokenizerConfig(kind=kind.tokenizer, vocab_size=vocab_size)
    try:
        return train(_some_text(config), settings)
    except ConfigError as error:
        most = error.values.get("maximum")
        if not isinstance(most, int):
            raise
        return train(_some_text(config), settings.model_copy(update={"vocab_size": most}))


def _some_text(config: CorpusConfig) -> Iterator[str]:
    characters = 0
    for document in read_corpus(config):
        yield document.text
        characters += len(document.text)
        if characters > LEARNED_CHARACTERS:
            return


def _ids(config: CorpusConfig, tokenizer: Tokenizer, tokens: int) -> Iterator[list[int]]:
    count = 0
    for document in read_corpus(config):
        ids = tokenizer.encode(document.text).ids
        yield ids
        count += len(ids)
        if count >= tokens:
            return
