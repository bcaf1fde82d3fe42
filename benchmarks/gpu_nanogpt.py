"""nanoGPT's side of the GPU benchmark: the `model.py` of the user's own checkout, in the loop of its `train.py`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from gpu_work import Meter, Work


def main() -> None:
    work = Work.from_arguments()
    meter = Meter(work)
    sys.path.insert(0, work.nanogpt)
    from model import GPT, GPTConfig  # type: ignore[import-not-found]

    torch.manual_seed(1337)
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    config = GPTConfig(
        block_size=work.length,
        vocab_size=work.vocab_size,
        n_layer=work.layers,
        n_head=work.heads,
        n_embd=work.hidden_size,
        dropout=0.0,
        bias=False,
    )
    model: Any = GPT(config).to(work.device)
    optimizer = model.configure_optimizers(1e-1, 6e-4, (0.9, 0.95), work.device)
    if "compile" in work.options:
        model = torch.compile(model)
    cuda = work.device == "cuda"
    context: Any = torch.autocast(device_type="cuda", dtype=torch.bfloat16) if cuda else nullcontext()
    stream = np.concatenate(list(work.texts()))
    generator = np.random.default_rng(2)
    while True:
        inputs, targets = _batch(stream, work, generator)
        with context:
            _, loss = model(inputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        meter.step(work.documents * work.length)


def _batch(stream: Any, work: Work, generator: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    starts = generator.integers(0, len(stream) - work.length - 1, work.documents)
    pair = (np.stack([stream[at + shift : at + shift + work.length] for at in starts]) for shift in (0, 1))
    inputs, targets = (torch.from_numpy(each) for each in pair)
    if work.device == "cuda":
        return inputs.pin_memory().cuda(non_blocking=True), targets.pin_memory().cuda(non_blocking=True)
    return inputs, targets


if __name__ == "__main__":
    main()
