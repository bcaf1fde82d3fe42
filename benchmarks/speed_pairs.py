"""The pairs that both sides of the translation benchmark train on: the same texts, through the same tokenizer.

tokenizer/      a directory that `transformers` loads too; it ends each text with </s>
pairs.jsonl     source and target, each at most LONGEST tokens
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from yanmo.corpus.read import read_records
from yanmo.errors import ConfigError
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train
from yanmo.tokenizers.pairs import for_pairs

LONGEST = 128  # tokens of a side, with </s>


def make(folder: Path, path: str, *, direction: str, vocab_size: int, pairs: int) -> None:
    """Writes at most `pairs` pairs of a file into the folder, and a tokenizer of both sides together."""
    source, target = direction.split("-")
    records = [(record.text(source), record.text(target)) for record in read_records(path)][:pairs]
    tokenizer = for_pairs(_tokenizer([text for pair in records for text in pair], vocab_size))
    tokenizer.save(folder / "tokenizer", token_types=False)
    with (folder / "pairs.jsonl").open("w", encoding="utf-8") as file:
        for one, other in records:
            if max(len(tokenizer.encode(text).ids) for text in (one, other)) < LONGEST:
                file.write(json.dumps({"source": one, "target": other}, ensure_ascii=False) + "\n")


def read(folder: Path) -> Iterator[dict[str, str]]:
    """The pairs."""
    for record in read_records(folder / "pairs.jsonl"):
        yield {"source": record.text("source"), "target": record.text("target")}


def _tokenizer(texts: list[str], vocab_size: int) -> Tokenizer:
    """Smaller than asked where the text does not support more."""
    settings = TokenizerConfig(kind="unigram", vocab_size=vocab_size)
    try:
        return train(texts, settings)
    except ConfigError as error:
        most = error.values.get("maximum")
        if not isinstance(most, int):
            raise
        return train(texts, settings.model_copy(update={"vocab_size": most}))
