"""A corpus -> two token stores: one to train on, one held out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from yanmo.corpus.document import Document
from yanmo.data.encode import COLUMNS, Encoded, encode_documents
from yanmo.data.store import StoreWriter, TokenStore, is_store
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

    A part of a document is held out when a hash of its text says so, whatever its place in the corpus. Where that
    leaves nothing (a tiny corpus), the last part is taken.
    """
    train = StoreWriter(folder / "train", vocab_size=tokenizer.vocab_size, columns=COLUMNS)
    held_out = StoreWriter(folder / "held_out", vocab_size=tokenizer.vocab_size, columns=COLUMNS)
    last: Encoded | None = None
    characters = tokens = 0
    for encoded in encode_documents(documents, tokenizer, tokenizer_folder, workers=workers):
        characters += encoded.characters
        tokens += len(encoded.ids)
        on_progress(characters, tokens)
        if encoded.checksum < held_out_share * 2**32 and held_out.num_tokens < HELD_OUT_TOKENS:
            held_out.add(encoded.ids, encoded.columns)
            continue
        if last is not None:
            train.add(last.ids, last.columns)
        last = encoded
    if last is not None:
        alone = train.num_tokens == 0
        into = held_out if held_out_share and not held_out.num_tokens and not alone else train
        into.add(last.ids, last.columns)
    held_out.close(lineage)
    train.close(lineage)  # last: its index says that both are done
    return open_stores(folder)


def is_prepared(folder: Path) -> bool:
    """Whether both stores were finished there."""
    return is_store(folder / "train")


def open_stores(folder: Path, *, verify: bool = False) -> Stores:
    """The stores that `prepare` left in `folder`. Errors: InputError when one is damaged."""
    held_out = TokenStore(folder / "held_out", verify=verify)
    return Stores(
        train=TokenStore(folder / "train", verify=verify), held_out=held_out if held_out.num_tokens else None
    )
