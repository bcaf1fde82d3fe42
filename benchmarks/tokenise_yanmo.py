"""Yanmo's side of the tokenising benchmark: what `yanmo pretrain` does between its corpus and its token store."""

from __future__ import annotations

import json
import shutil
import zlib
from pathlib import Path

from turns import serve, work_of

from yanmo.corpus.read import CorpusConfig, read_corpus
from yanmo.data.prepare import Stores, prepare
from yanmo.tokenizers import Tokenizer


def main() -> None:
    work = work_of()
    data = Path(work["data"])
    tokenizer = Tokenizer.load(data / "tokenizer")
    corpus = CorpusConfig(paths=(str(data / "text.txt"),), unit="line")
    size = (data / "text.txt").stat().st_size / 1e6

    def turn() -> float:
        shutil.rmtree(data / "store", ignore_errors=True)
        _prepare(data, corpus, tokenizer, work["workers"])
        return size

    _write_digests(data, corpus, _prepare(data, corpus, tokenizer, work["workers"]))
    serve(turn)


def _prepare(data: Path, corpus: CorpusConfig, tokenizer: Tokenizer, workers: int) -> Stores:
    return prepare(
        data / "store",
        read_corpus(corpus),
        tokenizer,
        tokenizer_folder=data / "tokenizer",
        held_out_share=0.0,
        lineage={},
        workers=workers,
    )


def _write_digests(data: Path, corpus: CorpusConfig, stores: Stores) -> None:
    """CRC-32 of the ids of each document, by the CRC-32 of its text."""
    store = stores.train
    found: dict[str, int] = {}
    for number, document in enumerate(read_corpus(corpus)):
        ids = store.read(int(store.documents[number]), int(store.documents[number + 1]))
        found[str(zlib.crc32(document.text.encode()))] = zlib.crc32(ids.tobytes())
    assert number + 1 == store.num_documents, "a document was stored in parts"
    (data / "a.digests.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
