"""What changes the scores of the next token before one is chosen; each equals `transformers`' processor.

scores: log-probabilities or logits, float32 [rows, vocab]. tokens: what each row holds so far, int64 [rows, length],
-1 where it is padded: padding is no token, so a row's result does not depend on the rows beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from yanmo.generation.options import GenerateOptions

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def filtered(
    scores: Float[Tensor, "rows vocab"],
    tokens: Int[Tensor, "rows length"],
    options: GenerateOptions,
    end: int,
    forbidden: Int[Tensor, " ids"] | None = None,
) -> Float[Tensor, "rows vocab"]:
    """The scores after every filter that the options ask for, in the order of `transformers`.

    forbidden: ids that are never generated. A row that is left without any token ends: it keeps the token `end`.
    """
    if options.repetition_penalty != 1:
        scores = repetition_penalty(scores, tokens, options.repetition_penalty)
    left = scores
    if options.no_repeat_ngram_size:
        left = no_repeat_ngrams(left, tokens, options.no_repeat_ngram_size)
    if forbidden is not None and len(forbidden):
        left = left.index_fill(1, forbidden, -torch.inf)
    if options.no_repeat_ngram_size:
        nothing = left.isneginf().all(dim=-1)
        left[:, end] = torch.where(nothing, scores[:, end], left[:, end])
    scores = left
    if not options.samples:
        return scores
    if options.temperature != 1:
        scores = scores / options.temperature
    if options.top_k:
        scores = top_k(scores, options.top_k)
    if options.top_p < 1:
        scores = top_p(scores, options.top_p)
    if options.min_p:
        scores = min_p(scores, options.min_p)
    return scores


def repetition_penalty(
    scores: Float[Tensor, "rows vocab"], tokens: Int[Tensor, "rows length"], penalty: float
) -> Float[Tensor, "rows vocab"]:
    """Divides the positive scores of tokens that were there before, multiplies the negative ones.

    Paper: Keskar et al. 2019, "CTRL".
    """
    seen = _marked(tokens, scores.shape[1])
    return torch.where(seen, torch.where(scores < 0, scores * penalty, scores / penalty), scores)


def no_repeat_ngrams(
    scores: Float[Tensor, "rows vocab"], tokens: Int[Tensor, "rows length"], size: int
) -> Float[Tensor, "rows vocab"]:
    """Forbids every token that would end a run of `size` tokens that the row already holds.

    Paper: Paulus et al. 2017, "A Deep Reinforced Model for Abstractive Summarization".
    """
    length = tokens.shape[1]
    if length < size:
        return scores
    last = tokens[:, length + 1 - size :]  # what the next token would complete
    runs = tokens.unfold(1, size, 1)  # [rows, places, size]
    repeated = (runs[..., :-1] == last.unsqueeze(1)).all(-1) & (runs >= 0).all(-1)
    banned = runs[..., -1].masked_fill(~repeated, -1)
    return scores.masked_fill(_marked(banned, scores.shape[1]), -torch.inf)


def top_k(scores: Float[Tensor, "rows vocab"], k: int) -> Float[Tensor, "rows vocab"]:
    """Keeps the k highest scores, and those equal to the last of them."""
    least = scores.topk(min(k, scores.shape[1]), dim=-1).values[:, -1:]
    return scores.masked_fill(scores < least, -torch.inf)


def top_p(scores: Float[Tensor, "rows vocab"], p: float) -> Float[Tensor, "rows vocab"]:
    """Keeps the fewest likeliest tokens whose probabilities reach p (Holtzman et al. 2020)."""
    ordered, places = scores.sort(dim=-1)
    beyond = ordered.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    beyond[:, -1] = False  # the likeliest always stays
    return scores.masked_fill(beyond.scatter(1, places, beyond), -torch.inf)


def min_p(scores: Float[Tensor, "rows vocab"], p: float) -> Float[Tensor, "rows vocab"]:
    """Keeps the tokens with at least p times the probability of the likeliest (Nguyen et al. 2024)."""
    probabilities = scores.softmax(dim=-1)
    return scores.masked_fill(probabilities < p * probabilities.amax(dim=-1, keepdim=True), -torch.inf)


def _marked(tokens: Tensor, vocab_size: int) -> Tensor:
    """True where a row holds the token, bool [rows, vocab]; -1 marks nothing."""
    marks = torch.zeros(len(tokens), vocab_size + 1, dtype=torch.bool, device=tokens.device)
    return marks.scatter_(1, tokens.masked_fill(tokens < 0, vocab_size), True)[:, :vocab_size]
