"""A peer of the inference benchmark: the encoder in ONNX Runtime, fp32 or dynamic int8, batches sorted by length."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from inference_transformers import BATCH
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel, AutoTokenizer
from turns import serve, work_of

INPUTS = ("input_ids", "attention_mask")


def main() -> None:
    work = work_of()
    folder = Path(work["data"])
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    tokenizer = AutoTokenizer.from_pretrained(str(folder / "model"))
    session = _session(folder, int8=work["precision"] == "int8")

    def encode(given: list[str]) -> int:
        return len(_sorted(given, tokenizer, session))

    encode(texts[: max(1, len(texts) // 20)])
    serve(lambda: encode(texts), precision=work["precision"], threads=torch.get_num_threads())


def _session(folder: Path, *, int8: bool) -> onnxruntime.InferenceSession:
    """The exported model, quantised as ONNX Runtime's documentation says for Transformers: dynamically, by channel."""
    path = folder / "model.onnx"
    model = AutoModel.from_pretrained(str(folder / "model"), attn_implementation="eager").eval()
    example = {
        "input_ids": torch.ones(2, 16, dtype=torch.int64),
        "attention_mask": torch.ones(2, 16, dtype=torch.int64).tril(12),
    }
    free = {"rows": torch.export.Dim("rows"), "length": torch.export.Dim("length", max=512)}
    torch.onnx.export(
        model,
        (),
        str(path),
        kwargs=example,
        input_names=list(INPUTS),
        output_names=["hidden"],
        dynamic_shapes={key: {0: free["rows"], 1: free["length"]} for key in INPUTS},
        dynamo=True,
        external_data=False,
    )
    if int8:
        quantised = folder / "model-int8.onnx"
        quantize_dynamic(str(path), str(quantised), weight_type=QuantType.QInt8, per_channel=True)
        path = quantised
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _sorted(texts: list[str], tokenizer: Any, session: onnxruntime.InferenceSession) -> np.ndarray[Any, Any]:
    """The mean over the tokens of each text."""
    order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
    vectors: list[Any] = [None] * len(texts)
    for start in range(0, len(order), BATCH):
        group = order[start : start + BATCH]
        batch = tokenizer(
            [texts[place] for place in group],
            padding=True,
            truncation=True,
            max_length=128,
            return_tensors="np",
        )
        hidden = session.run(["hidden"], {name: batch[name] for name in INPUTS})[0]
        mask = batch["attention_mask"][..., None].astype(np.float32)
        pooled = (hidden * mask).sum(1) / np.clip(mask.sum(1), 1e-9, None)
        for place, vector in zip(group, pooled, strict=True):
            vectors[place] = vector
    return np.stack(vectors)


if __name__ == "__main__":
    main()
