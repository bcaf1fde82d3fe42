"""The peer's side of the translation benchmark: Hugging Face's Seq2SeqTrainer as in its example run_translation.

Everything is left at its documented default except model size, batch, dropout and precision as given.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import speed_pairs
import torch
from speed_round import Rounds, Work
from speed_transformers import train
from torch.utils.data import Dataset
from transformers import (
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    MarianConfig,
    MarianMTModel,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
)


class Pairs(Dataset[dict[str, list[int]]]):
    """What the example's tokenise function gives."""

    def __init__(self, work: Work, tokenizer: Any) -> None:
        pairs = list(speed_pairs.read(Path(work.data)))
        sources = tokenizer([pair["source"] for pair in pairs])
        targets = tokenizer(text_target=[pair["target"] for pair in pairs])
        self.examples = [
            {"input_ids": source, "attention_mask": [1] * len(source), "labels": target}
            for source, target in zip(sources["input_ids"], targets["input_ids"], strict=True)
        ]

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        return self.examples[index]


def main() -> None:
    work = Work.from_arguments()
    rounds = Rounds(work)
    tokenizer = AutoTokenizer.from_pretrained(str(Path(work.data) / "tokenizer"))
    model = _model(work, len(tokenizer))
    train(
        work,
        rounds,
        model,
        Pairs(work, tokenizer),
        DataCollatorForSeq2Seq(tokenizer, model=model),
        trainer=Seq2SeqTrainer,
        arguments=Seq2SeqTrainingArguments,
    )


def _model(work: Work, vocab_size: int) -> Any:
    torch.manual_seed(0)
    padding = vocab_size - 1
    return MarianMTModel(
        MarianConfig(
            vocab_size=vocab_size,
            d_model=work.hidden_size,
            encoder_layers=work.layers,
            decoder_layers=work.layers,
            encoder_attention_heads=work.heads,
            decoder_attention_heads=work.heads,
            encoder_ffn_dim=4 * work.hidden_size,
            decoder_ffn_dim=4 * work.hidden_size,
            max_position_embeddings=512,
            dropout=work.dropout,
            attention_dropout=0.0,
            activation_dropout=0.0,
            activation_function="relu",
            scale_embedding=True,
            pad_token_id=padding,
            decoder_start_token_id=padding,
            eos_token_id=0,
        )
    )


if __name__ == "__main__":
    main()
