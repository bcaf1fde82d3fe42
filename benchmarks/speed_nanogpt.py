"""nanoGPT's side of the speed benchmark, on a checkout of https://github.com/karpathy/nanoGPT that NANOGPT names.

The loop is that of its train.py on a CPU: rows drawn at random, AdamW of its own `configure_optimizers`, gradients
clipped, no compile; nothing is logged or saved.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import speed_text
import torch
from speed_round import Rounds, Work

sys.path.insert(0, os.environ["NANOGPT"])
from model import GPT, GPTConfig  # type: ignore[import-not-found]


def main() -> None:
    work = Work.from_arguments()
    rounds = Rounds(work)
    torch.manual_seed(0)
    length = speed_text.KINDS[work.kind].length
    ids = torch.tensor([token for row in speed_text.sequences(Path(work.data)) for token in row])
    model = GPT(
        GPTConfig(
            block_size=length,
            vocab_size=work.vocab_size,
            n_layer=work.layers,
            n_head=work.heads,
            n_embd=work.hidden_size,
            dropout=work.dropout,
        )
    )
    optimizer = model.configure_optimizers(
        weight_decay=0.1, learning_rate=6e-4, betas=(0.9, 0.95), device_type="cpu"
    )
    rounds.describe(
        fill=1.0, documents=float(work.documents), precision=work.precision, threads=torch.get_num_threads()
    )
    while True:
        starts = torch.randint(len(ids) - length, (work.documents,)).tolist()
        inputs = torch.stack([ids[start : start + length] for start in starts])
        targets = torch.stack([ids[start + 1 : start + 1 + length] for start in starts])
        with torch.autocast("cpu", torch.bfloat16, enabled=work.precision == "bf16"):
            _, loss = model(inputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        rounds.step(inputs.numel())


if __name__ == "__main__":
    main()
