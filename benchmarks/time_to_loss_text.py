"""Text, tokenizer and held-out windows of `time_to_loss.py`, and the loss of a model on them.

train.txt     one document a line, read by both sides
tokenizer/    trained on it
windows.npz   ids [windows, 128] with [CLS] and [SEP], masked once; labels, -100 where nothing is asked
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import speed_text

from yanmo.corpus.read import CorpusConfig, read_corpus
from yanmo.tokenizers import Tokenizer

LENGTH = 128
WINDOWS = 1000
SHORTEST = 64  # tokens; shorter ends of documents are left out
HELD_OUT = 0.02  # of the documents, by a hash of their text
MASKED, SEED = 0.15, 20240611


def make(folder: Path, corpus: Sequence[str], *, vocab_size: int, megabytes: float) -> None:
    """Writes the three once; a folder that has them stays as it is."""
    if (folder / "windows.npz").is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    held_out = _write(folder / "train.txt", corpus, megabytes)
    config = CorpusConfig(paths=(str(folder / "train.txt"),), unit="line")
    tokenizer = speed_text.tokenizer_for(config, speed_text.KINDS["full"], vocab_size)
    tokenizer.save(folder / "tokenizer")
    ids, labels = _windows(held_out, tokenizer)
    counts = np.bincount(
        np.concatenate([tokenizer.encode(document).ids for document in held_out]),
        minlength=tokenizer.vocab_size,
    )
    np.savez(folder / "windows.npz", ids=ids, labels=labels, counts=counts)


def unigram_loss(folder: Path) -> float:
    """Of a guesser that knows how frequent each token is in the held-out text, and nothing else."""
    with np.load(folder / "windows.npz") as file:
        counts, labels = file["counts"], file["labels"]
    asked = labels[labels >= 0]
    return float(-np.log((counts[asked] + 1) / (counts.sum() + len(counts))).mean())


def measure(model: Path, folder: Path) -> tuple[float, int]:
    """The mean cross-entropy of a Hugging Face directory at the masked tokens, and its number of parameters."""
    import torch
    from transformers import BertForMaskedLM

    network = BertForMaskedLM.from_pretrained(str(model)).eval()
    with np.load(folder / "windows.npz") as file:
        ids, labels = torch.from_numpy(file["ids"]), torch.from_numpy(file["labels"])
    total, count = 0.0, 0
    with torch.inference_mode():
        for some, asked in zip(ids.split(32), labels.split(32), strict=True):
            mask = (some != network.config.pad_token_id).long()
            logits = network(input_ids=some, attention_mask=mask).logits
            total += float(
                torch.nn.functional.cross_entropy(logits[asked >= 0], asked[asked >= 0], reduction="sum")
            )
            count += int((asked >= 0).sum())
    assert math.isfinite(total)
    return total / count, sum(parameter.numel() for parameter in network.parameters())


def _write(path: Path, corpus: Sequence[str], megabytes: float) -> list[str]:
    """Documents, each on one line; returns those that are held out."""
    held_out: list[str] = []
    size = 0
    with path.open("w", encoding="utf-8") as file:
        for document in read_corpus(CorpusConfig(paths=tuple(corpus))):
            line = " ".join(document.text.split())
            if zlib.crc32(line.encode()) < HELD_OUT * 2**32:
                held_out.append(line)
                continue
            file.write(line + "\n")
            size += len(line.encode())
            if size > megabytes * 1e6:
                break
    assert held_out, "the corpus has too few documents"
    return held_out


def _windows(documents: Sequence[str], tokenizer: Tokenizer) -> tuple[np.ndarray, np.ndarray]:
    pad, cls, sep, mask = (tokenizer.pad_id, tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id)
    assert None not in (pad, cls, sep, mask)
    rows = []
    for document in documents:
        ids = tokenizer.encode(document, read_special=False).ids
        cuts = [ids[start : start + LENGTH - 2] for start in range(0, len(ids), LENGTH - 2)]
        rows += [cut for cut in cuts if len(cut) >= min(SHORTEST, len(ids))]
    rows = rows[:WINDOWS]
    generator = np.random.default_rng(SEED)
    found = np.full((len(rows), LENGTH), pad, dtype=np.int64)
    labels = np.full((len(rows), LENGTH), -100, dtype=np.int64)
    ordinary = np.setdiff1d(np.arange(tokenizer.vocab_size), sorted(tokenizer.special_ids))
    for number, row in enumerate(rows):
        found[number, : len(row) + 2] = [cls, *row, sep]
        places = 1 + generator.permutation(len(row))[: max(1, round(MASKED * len(row)))]
        labels[number, places] = found[number, places]
        kinds = generator.random(len(places))
        found[number, places[kinds < 0.8]] = mask
        changed = places[(kinds >= 0.8) & (kinds < 0.9)]
        found[number, changed] = generator.choice(ordinary, len(changed))
    return found, labels
