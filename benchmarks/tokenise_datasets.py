"""The peer's side of the tokenising benchmark: `datasets.map` with several processes, as Hugging Face's examples do."""

from __future__ import annotations

import json
import shutil
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset, disable_caching, load_dataset
from transformers import AutoTokenizer
from turns import serve, work_of


def main() -> None:
    work = work_of()
    data = Path(work["data"])
    disable_caching()
    tokenizer = AutoTokenizer.from_pretrained(str(data / "tokenizer"), model_max_length=10**9)
    size = (data / "text.txt").stat().st_size / 1e6

    def turn() -> float:
        _map(data, tokenizer, work["workers"])
        return size

    _write_digests(data, _map(data, tokenizer, work["workers"], keep_text=True))
    serve(turn)


def _map(data: Path, tokenizer: Any, workers: int, *, keep_text: bool = False) -> Dataset:
    """From the text file to Arrow files; `run_mlm --line_by_line` does the same with special tokens."""
    shutil.rmtree(data / "cache", ignore_errors=True)
    texts = load_dataset(
        "text", data_files=str(data / "text.txt"), split="train", cache_dir=str(data / "cache")
    )
    return texts.map(
        lambda batch: tokenizer(batch["text"], add_special_tokens=False),
        batched=True,
        num_proc=workers,
        remove_columns=[] if keep_text else ["text"],
    )


def _write_digests(data: Path, found: Dataset) -> None:
    """CRC-32 of the ids of each document, by the CRC-32 of its text."""
    digests = {
        str(zlib.crc32(row["text"].encode())): zlib.crc32(
            np.array(row["input_ids"], dtype=np.int64).tobytes()
        )
        for row in found
    }
    (data / "b.digests.json").write_text(json.dumps(digests), encoding="utf-8")


if __name__ == "__main__":
    main()
