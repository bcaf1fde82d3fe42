"""Continues prompts with a decoder and its key/value cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.generation.sampling import GenerateOptions, next_tokens
from yanmo.models.learner import Learner


@torch.inference_mode()
def generate(
    learner: Learner,
    prompts: Sequence[Sequence[int]],
    options: GenerateOptions,
    *,
    end: int,
    forbidden: Sequence[int] = (),
) -> list[list[int]]:
    """The new token ids of each prompt, the end token left out.

    Prompts of different lengths are padded on the left; padding is never seen. A prompt longer than the model's
    positions less the new tokens keeps its end. `forbidden`: ids that are never generated.
    """
    results: list[list[int]] = [[] for _ in prompts]
    done = [False] * len(prompts)
    for tokens in stream(learner, prompts, options, forbidden=forbidden):
        for row, token in enumerate(tokens.tolist()):
            done[row] = done[row] or token == end
            if not done[row]:
                results[row].append(token)
        if all(done):
            break
    return results


@torch.inference_mode()
def stream(
    learner: Learner,
    prompts: Sequence[Sequence[int]],
    options: GenerateOptions,
    *,
    forbidden: Sequence[int] = (),
) -> Iterator[Tensor]:
    """The next token of every prompt, int64 [prompts], again and again."""
    learner.eval()
    backbone = learner.backbone
    device = backbone.vocabulary_weight.device
    positions = backbone.config.max_positions
    new = min(options.max_new_tokens, positions - 1)
    kept = [list(prompt)[-(positions - new) :] for prompt in prompts]
    generator = torch.Generator(device).manual_seed(options.seed)
    batch = _padded(kept, device)
    cache = backbone.new_cache(len(kept), batch.input_ids.shape[1] + new)
    for _ in range(new):
        hidden = backbone(batch, cache)
        rows, length = batch.input_ids.shape
        at = torch.arange(rows, device=device) * length + length - 1
        logits = learner.logits("clm", hidden, at)
        if forbidden:
            logits[:, list(forbidden)] = -torch.inf
        tokens = next_tokens(logits, options, generator)
        yield tokens
        batch = _one(tokens, batch.position_ids[:, -1] + 1)


def _padded(prompts: Sequence[Sequence[int]], device: torch.device) -> Batch:
    length = max(map(len, prompts))
    ids = torch.zeros(len(prompts), length, dtype=torch.int64)
    sequences, positions = torch.zeros_like(ids), torch.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        start = length - len(prompt)
        ids[row, start:] = torch.tensor(prompt)
        sequences[row, start:] = 1
        positions[row, start:] = torch.arange(len(prompt))
    return _batch(ids.to(device), sequences.to(device), positions.to(device))


def _one(tokens: Tensor, positions: Tensor) -> Batch:
    ids = tokens.unsqueeze(1)
    return _batch(ids, torch.ones_like(ids), positions.unsqueeze(1))


def _batch(ids: Tensor, sequences: Tensor, positions: Tensor) -> Batch:
    zeros = torch.zeros_like(ids)
    return Batch(
        input_ids=ids,
        sequence_ids=sequences,
        position_ids=positions,
        token_type_ids=zeros,
        prefix_lengths=zeros,
        samples=torch.arange(len(ids)),
        num_tokens=ids.numel(),
    )
