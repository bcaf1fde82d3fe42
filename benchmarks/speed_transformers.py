"""The peer's side of the speed benchmark: Hugging Face's Trainer as in its own examples run_mlm and run_clm.

Everything is left at its documented default except model size, batch, dropout and precision as given; nothing is
logged or saved. "tuned" is what an expert sets from outside: bf16 (not in "tuned_fp32"), plain attention, which is
faster than the fused one on a CPU, and an allocator that keeps large buffers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import speed_text
import torch
from speed_round import Rounds, Work
from torch.utils.data import DataLoader, Dataset
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    DataCollatorForLanguageModeling,
    GPT2Config,
    GPT2LMHeadModel,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    default_data_collator,
)

from yanmo.machine.memory import keep_large_buffers

Collator = Callable[[list[Any]], Any]


class Counting:
    """A collator that remembers how many tokens each batch has; batch n is that of step n."""

    def __init__(self, collator: Collator) -> None:
        self.collator = collator
        self.tokens: list[int] = []

    def __call__(self, examples: list[Any]) -> Any:
        batch = self.collator(examples)
        self.tokens.append(num_tokens(batch))
        return batch


class RoundCallback(TrainerCallback):  # type: ignore[misc]
    """Tells the rounds of each step."""

    def __init__(self, rounds: Rounds, counting: Counting) -> None:
        self.rounds = rounds
        self.counting = counting

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.rounds.step(self.counting.tokens[state.global_step - 1])


class Examples(Dataset[dict[str, list[int]]]):
    """What the examples' tokenise function gives; padded to the full length where run_mlm is told to."""

    def __init__(self, work: Work, tokenizer: Any) -> None:
        self.sequences = speed_text.sequences(Path(work.data))
        self.kind = speed_text.KINDS[work.kind]
        self.tokenizer = tokenizer
        self.room = self.kind.length if work.padding == "max" else 0

    def __len__(self) -> int:
        return len(self.sequences)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        ids = self.sequences[index]
        if self.kind.family == "decoder":
            return {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": ids}
        padding = [0] * (self.room - len(ids))
        return {
            "input_ids": ids + [self.tokenizer.pad_token_id] * len(padding),
            "token_type_ids": [0] * len(ids) + padding,
            "attention_mask": [1] * len(ids) + padding,
        }


def main() -> None:
    work = Work.from_arguments()
    rounds = Rounds(work)
    if work.precision.startswith("tuned"):
        keep_large_buffers()
    tokenizer = AutoTokenizer.from_pretrained(str(Path(work.data) / "tokenizer"))
    examples = Examples(work, tokenizer)
    causal = examples.kind.family == "decoder"
    collator = default_data_collator if causal else DataCollatorForLanguageModeling(tokenizer)
    train(work, rounds, _model(work, causal), examples, collator)


def train(
    work: Work,
    rounds: Rounds,
    model: Any,
    examples: Dataset[dict[str, list[int]]],
    collator: Collator,
    *,
    trainer: Any = Trainer,
    arguments: Any = TrainingArguments,
) -> None:
    """Describes the batches, then trains until there is no further round."""
    rounds.describe(**_facts(examples, collator, work))
    counting = Counting(collator)
    with tempfile.TemporaryDirectory() as folder:
        trainer(
            model=model,
            args=arguments(
                output_dir=folder,
                max_steps=1_000_000,
                per_device_train_batch_size=work.documents,
                bf16=work.precision in ("bf16", "tuned"),
                use_cpu=not torch.cuda.is_available(),
                logging_strategy="no",
                save_strategy="no",
                report_to="none",
                disable_tqdm=True,
            ),
            train_dataset=examples,
            data_collator=counting,
            callbacks=[RoundCallback(rounds, counting)],
        ).train()


def _model(work: Work, causal: bool) -> Any:
    torch.manual_seed(0)
    attention = {"attn_implementation": "eager"} if work.precision.startswith("tuned") else {}
    if causal:
        return GPT2LMHeadModel(
            GPT2Config(
                vocab_size=work.vocab_size,
                n_embd=work.hidden_size,
                n_layer=work.layers,
                n_head=work.heads,
                n_positions=512,
                resid_pdrop=work.dropout,
                embd_pdrop=work.dropout,
                attn_pdrop=work.dropout,
                **attention,
            )
        )
    return BertForMaskedLM(
        BertConfig(
            vocab_size=work.vocab_size,
            hidden_size=work.hidden_size,
            num_hidden_layers=work.layers,
            num_attention_heads=work.heads,
            intermediate_size=4 * work.hidden_size,
            max_position_embeddings=512,
            hidden_dropout_prob=work.dropout,
            attention_probs_dropout_prob=work.dropout,
            **attention,
        )
    )


def num_tokens(batch: Any) -> int:
    """Tokens that are not padding, on both sides where there are two."""
    target = (batch["labels"] != -100).sum() if "decoder_input_ids" in batch else 0
    return int(batch["attention_mask"].sum() + target)


def _facts(examples: Dataset[dict[str, list[int]]], collator: Collator, work: Work) -> dict[str, Any]:
    """Fill and documents of a few batches as the Trainer draws them."""
    loader = DataLoader(examples, batch_size=work.documents, shuffle=True, collate_fn=collator)
    tokens = places = 0
    for _, batch in zip(range(64), loader, strict=False):
        tokens += num_tokens(batch)
        places += batch["input_ids"].numel()
        places += batch["decoder_input_ids"].numel() if "decoder_input_ids" in batch else 0
    return {
        "fill": tokens / places,
        "documents": float(work.documents),
        "precision": work.precision,
        "threads": torch.get_num_threads(),
    }


if __name__ == "__main__":
    main()
