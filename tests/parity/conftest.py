"""What the parity tests share: tiny configurations of both libraries, a tokenizer, packed rows."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tokenizers import Tokenizer as Backend
from tokenizers import models, pre_tokenizers
from yanmo.data.batch import Batch
from yanmo.data.collate import collate
from yanmo.data.example import Example
from yanmo.tokenizers import Tokenizer

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{number}" for number in range(45))]
SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}

Pack = Callable[..., Batch]


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("transformers").setLevel(logging.ERROR)


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """A WordPiece tokenizer of 50 words."""
    folder: Path = tmp_path_factory.mktemp("tokenizer")
    backend = Backend(
        models.WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.add_special_tokens(WORDS[:5])
    backend.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "BertTokenizer", "mask_token": "[MASK]", **SPECIAL}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return Tokenizer.load(folder)


@pytest.fixture
def pack() -> Pack:
    """rows of lists of ids -> Batch; segments change in the middle of each sequence if `segments`."""

    def pack(
        rows: Sequence[Sequence[list[int]]], length: int, *, causal: bool, segments: bool = False
    ) -> Batch:
        def example(ids: list[int]) -> Example:
            types = [int(segments and 2 * place >= len(ids)) for place in range(len(ids))]
            return Example(
                input_ids=np.array(ids),
                token_type_ids=np.array(types),
                protected=np.zeros(len(ids), dtype=bool),
                prefix_length=0 if causal else len(ids),
            )

        return collate([[(0, example(ids)) for ids in row] for row in rows], length)

    return pack
