"""The peer's side of the GPU benchmark: Hugging Face's Trainer, bf16, fused AdamW, its default attention (SDPA).

Options: "compile" (torch_compile=True), "padded" (each text to the full length, so that all shapes are equal).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import Any

import torch
from gpu_work import END, PAD, START, Meter, Work
from tokenizers.models import WordLevel
from torch.utils.data import Dataset
from transformers import (
    BertConfig,
    BertForMaskedLM,
    DataCollatorForLanguageModeling,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    default_data_collator,
)

from tokenizers import Tokenizer

NAMES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


class Examples(Dataset[dict[str, list[int]]]):
    """The sequences with their special tokens."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.sequences: Sequence[list[int]] = [[START, *ids.tolist(), END] for ids in work.texts()]

    def __len__(self) -> int:
        return len(self.sequences)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        ids = self.sequences[index]
        if self.work.causal:
            return {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": ids}
        missing = self.work.length - len(ids) if "padded" in self.work.options else 0
        return {"input_ids": ids + [PAD] * missing, "attention_mask": [1] * len(ids) + [0] * missing}


class Counting:
    """A collator that remembers how many tokens each batch has; batch n is that of step n."""

    def __init__(self, collator: Any) -> None:
        self.collator = collator
        self.tokens: list[int] = []

    def __call__(self, examples: list[Any]) -> Any:
        batch = self.collator(examples)
        self.tokens.append(int(batch["attention_mask"].sum()))
        return batch


class MeterCallback(TrainerCallback):  # type: ignore[misc]
    """Tells the meter of each step."""

    def __init__(self, meter: Meter, counting: Counting) -> None:
        self.meter = meter
        self.counting = counting

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.meter.step(self.counting.tokens[state.global_step - 1])


def main() -> None:
    work = Work.from_arguments()
    meter = Meter(work)
    counting = Counting(
        default_data_collator if work.causal else DataCollatorForLanguageModeling(_tokenizer(work))
    )
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            max_steps=1_000_000,
            per_device_train_batch_size=work.documents,
            bf16=True,
            torch_compile="compile" in work.options,
            optim="adamw_torch_fused",
            use_cpu=work.device == "cpu",
            logging_strategy="no",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        )
        Trainer(
            model=_model(work),
            args=arguments,
            train_dataset=Examples(work),
            data_collator=counting,
            callbacks=[MeterCallback(meter, counting)],
        ).train()


def _tokenizer(work: Work) -> PreTrainedTokenizerFast:
    words = [*NAMES, *(f"w{number}" for number in range(len(NAMES), work.vocab_size))]
    model = WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]")
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(model), pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]",
    )  # fmt: skip


def _model(work: Work) -> Any:
    torch.manual_seed(0)
    if work.causal:
        return GPT2LMHeadModel(
            GPT2Config(
                vocab_size=work.vocab_size,
                n_embd=work.hidden_size,
                n_layer=work.layers,
                n_head=work.heads,
                n_positions=1024,
                resid_pdrop=0.0,
                embd_pdrop=0.0,
                attn_pdrop=0.0,
            )
        )
    return BertForMaskedLM(
        BertConfig(
            vocab_size=work.vocab_size,
            hidden_size=work.hidden_size,
            num_hidden_layers=work.layers,
            num_attention_heads=work.heads,
            intermediate_size=4 * work.hidden_size,
            max_position_embeddings=1024,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    )


if __name__ == "__main__":
    main()
