"""The peer's side of the inference benchmark: Hugging Face's pipeline, batches sorted by length, and `generate`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer, pipeline
from turns import serve, work_of

BATCH = 32  # the default of sentence-transformers, which also sorts by length


def main() -> None:
    work = work_of()
    folder = Path(work["data"])
    facts = {"precision": work["precision"], "threads": torch.get_num_threads()}
    if work["kind"] == "encode":
        _encode(work, folder, facts)
    else:
        _generate(work, folder, facts)


def _weights(work: dict[str, Any]) -> torch.dtype:
    """The numbers that the weights are loaded in, as the documentation of `from_pretrained` shows it."""
    return torch.bfloat16 if work.get("weights") == "bf16" else torch.float32


def _autocast(work: dict[str, Any]) -> bool:
    return work["precision"] == "bf16" and _weights(work) == torch.float32


def _encode(work: dict[str, Any], folder: Path, facts: dict[str, Any]) -> None:
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    tokenizer = AutoTokenizer.from_pretrained(str(folder / "model"))
    model = AutoModel.from_pretrained(str(folder / "model"), dtype=_weights(work)).eval()
    if work["way"] == "pipeline":
        extract = pipeline("feature-extraction", model=model, tokenizer=tokenizer, device="cpu")
        options = {"truncation": True, "max_length": 128}

        def encode(given: list[str]) -> int:
            return len([len(each) for each in extract(given, tokenize_kwargs=options)])
    else:

        def encode(given: list[str]) -> int:
            return len(_sorted(given, tokenizer, model, bf16=_autocast(work)))

    encode(texts[: max(1, len(texts) // 20)])
    serve(lambda: encode(texts), **facts)


@torch.inference_mode()
def _sorted(texts: list[str], tokenizer: Any, model: Any, *, bf16: bool) -> torch.Tensor:
    """The mean over the tokens of each text, as sentence-transformers computes it."""
    order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
    vectors = [torch.zeros(0)] * len(texts)
    for start in range(0, len(order), BATCH):
        group = order[start : start + BATCH]
        batch = tokenizer(
            [texts[place] for place in group],
            padding=True,
            truncation=True,
            max_length=128,
            return_tensors="pt",
        )
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            hidden = model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).float()
        pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        for place, vector in zip(group, pooled, strict=True):
            vectors[place] = vector
    return torch.stack(vectors)


def _generate(work: dict[str, Any], folder: Path, facts: dict[str, Any]) -> None:
    model = AutoModelForCausalLM.from_pretrained(str(folder / "model"), dtype=_weights(work)).eval()
    model.generation_config.eos_token_id = None  # so that both sides write equally many tokens
    prompts = json.loads((folder / "prompts.json").read_text(encoding="utf-8"))[: work["batch"]]
    batch = torch.tensor(prompts)

    def write(new: int) -> torch.Tensor:
        with (
            torch.inference_mode(),
            torch.autocast("cpu", torch.bfloat16, enabled=_autocast(work)),
        ):
            found: torch.Tensor = model.generate(
                batch,
                attention_mask=torch.ones_like(batch),
                max_new_tokens=new,
                do_sample=False,
                pad_token_id=0,
            )
        return found[:, batch.shape[1] :]

    write(4)
    ids = write(work["new"]).tolist()
    serve(
        lambda: write(work["new"]).numel(),
        tokens=hashlib.sha256(json.dumps(ids).encode()).hexdigest()[:8],
        **facts,
    )


if __name__ == "__main__":
    main()
