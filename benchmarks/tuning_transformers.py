"""The peer's side of the fine-tuning benchmark: Hugging Face's Trainer as in its examples run_glue and run_ner."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from speed_round import Rounds
from speed_transformers import Counting, RoundCallback
from transformers import (
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)
from turns import work_of

TAGS = ("B-NAME", "I-NAME", "O")


def main() -> None:
    work = work_of()
    rounds = Rounds(SimpleNamespace(warmup=work["warmup"], seconds=work["seconds"]))  # type: ignore[arg-type]
    folder = str(Path(work["data"]) / "model")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    records = json.loads((Path(work["data"]) / "records.json").read_text(encoding="utf-8"))
    rate = {"hidden_dropout_prob": work["dropout"], "attention_probs_dropout_prob": work["dropout"]}
    if work["kind"] == "class":
        examples = [_classified(record, tokenizer) for record in records]
        model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2, **rate)
        collator: Any = DataCollatorWithPadding(tokenizer)
    else:
        examples = [_tagged(record, tokenizer) for record in records]
        model = AutoModelForTokenClassification.from_pretrained(folder, num_labels=len(TAGS), **rate)
        collator = DataCollatorForTokenClassification(tokenizer)
    rounds.describe(
        precision=work["precision"], threads=torch.get_num_threads(), records_per_step=float(work["batch"])
    )
    counting = Counting(collator)
    with tempfile.TemporaryDirectory() as out:
        Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=out,
                max_steps=1_000_000,
                per_device_train_batch_size=work["batch"],
                bf16=work["precision"] == "bf16",
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


def _classified(record: dict[str, Any], tokenizer: Any) -> dict[str, Any]:
    return {**tokenizer(record["text"], truncation=True, max_length=128), "label": int(record["label"])}


def _tagged(record: dict[str, Any], tokenizer: Any) -> dict[str, Any]:
    """A label at the first piece of each word, as run_ner does."""
    found = tokenizer(record["tokens"], truncation=True, max_length=128, is_split_into_words=True)
    labels, last = [], None
    for word in found.word_ids():
        labels.append(-100 if word is None or word == last else TAGS.index(record["tags"][word]))
        last = word
    return {**found, "labels": labels}


if __name__ == "__main__":
    main()
