"""Yanmo's side of the inference benchmark: `Model.encode` and the generation behind `Model.generate`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from turns import serve, work_of

from yanmo.api.predict import load, use_machine
from yanmo.generation.generate import generate
from yanmo.generation.options import GenerateOptions


def main() -> None:
    work = work_of()
    fastest = use_machine()
    precision = fastest if work["precision"] == "auto" else work["precision"]
    model = load(str(Path(work["data"]) / "model"), precision=precision)
    facts = {"precision": precision, "threads": torch.get_num_threads()}
    if work["kind"] == "encode":
        texts = json.loads((Path(work["data"]) / "texts.json").read_text(encoding="utf-8"))

        def encode() -> int:
            return len(model.encode(texts))

        model.encode(texts[: max(1, len(texts) // 20)])
        serve(encode, **facts)
        return
    prompts = json.loads((Path(work["data"]) / "prompts.json").read_text(encoding="utf-8"))[: work["batch"]]

    def write(new: int) -> list[Any]:
        options = GenerateOptions(max_new_tokens=new, do_sample=False)
        never = -1  # so that both sides write equally many tokens
        return generate(model.writer, prompts, options, tokenizer=model.tokenizer, end=never, forbidden=())

    write(4)
    ids = [list(each[0].ids) for each in write(work["new"])]

    def turn() -> int:
        return sum(len(each[0].ids) for each in write(work["new"]))

    serve(turn, tokens=hashlib.sha256(json.dumps(ids).encode()).hexdigest()[:8], **facts)


if __name__ == "__main__":
    main()
