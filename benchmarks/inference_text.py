"""Models and texts that both sides of the inference benchmark read: Hugging Face directories with random weights.

model/          loads in `transformers` as it is
texts.json      real texts cut to log-normal lengths, for encoding
prompts.json    ids of equally long prompts that begin with the start token, for generation
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import speed_text

from yanmo import models, registry
from yanmo.corpus.read import CorpusConfig, read_corpus
from yanmo.data.frame import frame_of
from yanmo.interop.huggingface import save_model
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer

LONGEST = 126  # tokens, without the special ones
FILL = 0.27  # of rows of 128, when each text is padded
ENOUGH = 1000  # texts, of which so much is sure


def make_encoder(
    folder: Path, corpus: Sequence[str], *, layers: int, hidden_size: int, vocab_size: int, texts: int
) -> int:
    """A BERT and so many texts; returns their tokens, special ones counted."""
    config = CorpusConfig(paths=tuple(corpus))
    tokenizer = speed_text.tokenizer_for(config, speed_text.KINDS["short"], vocab_size)
    _save(folder / "model", "bert", {}, tokenizer, layers=layers, hidden_size=hidden_size)
    cut: list[str] = []
    tokens = 0
    for text, count in _cut(config, tokenizer):
        cut.append(text)
        tokens += count + 2
        if len(cut) == texts:
            break
    fill = tokens / (speed_text.KINDS["short"].length * texts)
    assert abs(fill - FILL) < 0.02 or texts < ENOUGH, f"texts fill {fill:.3f} of their rows, not {FILL}"
    (folder / "texts.json").write_text(json.dumps(cut), encoding="utf-8")
    return tokens


def make_decoder(
    folder: Path,
    corpus: Sequence[str],
    *,
    layers: int,
    hidden_size: int,
    vocab_size: int,
    prompts: int,
    length: int,
) -> None:
    """A GPT-2 and prompts of so many tokens."""
    config = CorpusConfig(paths=tuple(corpus))
    tokenizer = speed_text.tokenizer_for(config, speed_text.KINDS["causal"], vocab_size)
    _save(folder / "model", "gpt2", {"clm": None}, tokenizer, layers=layers, hidden_size=hidden_size)
    ids: list[int] = []
    for document in read_corpus(config):
        ids += tokenizer.encode(document.text).ids
        if len(ids) >= prompts * length:
            break
    start = frame_of(tokenizer, "decoder").start
    rows = np.resize(np.array(ids), (prompts, length - 1)).tolist()
    (folder / "prompts.json").write_text(json.dumps([[start, *row] for row in rows]), encoding="utf-8")


def _cut(config: CorpusConfig, tokenizer: Tokenizer) -> Iterator[tuple[str, int]]:
    """Stretches whose lengths in tokens are those of the training benchmark, again and again.

    Documents are one stream, as in training: a stretch that ended with its document would be too short.
    """
    lengths = (min(length - 2, LONGEST) for length in speed_text.short_lengths())
    parts: list[str] = []
    count = missing = next(lengths)
    while True:
        for document in read_corpus(config):
            offsets = tokenizer.encode(document.text).offsets
            start = 0
            while start < len(offsets):
                end = min(start + missing, len(offsets))
                parts.append(document.text[offsets[start][0] : offsets[end - 1][1]])
                missing -= end - start
                start = end
                if not missing:
                    yield " ".join(parts), count
                    parts = []
                    count = missing = next(lengths)


def _save(
    folder: Path,
    name: str,
    heads: dict[str, int | None],
    tokenizer: Tokenizer,
    *,
    layers: int,
    hidden_size: int,
) -> None:
    model = registry.find(models, Backbone, name)  # type: ignore[type-abstract]
    config = model.Config(
        vocab_size=tokenizer.vocab_size,
        hidden_size=hidden_size,
        num_layers=layers,
        num_heads=hidden_size // 64,
        intermediate_size=4 * hidden_size,
    )
    save_model(folder, Learner.build(model, config, heads), tokenizer)
