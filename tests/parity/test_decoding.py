"""Greedy and beam search give the tokens and scores of `transformers.generate`; filters equal its processors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from yanmo.config import build
from yanmo.generation import filters
from yanmo.generation.generate import generate
from yanmo.generation.options import GenerateOptions
from yanmo.interop.huggingface import save_model
from yanmo.models.gpt2 import Gpt2
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train

transformers = pytest.importorskip("transformers")

PROMPTS = ([0, 70, 71], [0, 90], [0, *range(40, 60)])
NEW = 14


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train(
        ["今天天气很好,我们去公园。 Once upon a time"] * 20, TokenizerConfig(kind="byte_bpe", vocab_size=270)
    )


@pytest.fixture(scope="module", params=[1, 2])
def learner(request: pytest.FixtureRequest, tokenizer: Tokenizer) -> Learner:
    sizes = {"hidden_size": 32, "num_layers": 2, "num_heads": 2, "intermediate_size": 64, "max_positions": 64}
    config = build(Gpt2.Config, {"vocab_size": tokenizer.vocab_size, "initializer_range": 0.25, **sizes})
    return Learner.build(Gpt2, config, {"clm": None}, seed=request.param)


@pytest.fixture(scope="module")
def theirs(learner: Learner, tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("model")
    save_model(folder, learner, tokenizer)
    return transformers.AutoModelForCausalLM.from_pretrained(folder)


@pytest.fixture(scope="module")
def ends(learner: Learner, tokenizer: Tokenizer) -> list[int]:
    """To stand in for the end token: one that hardly occurs, and some early in the likeliest continuations."""
    options = GenerateOptions(do_sample=False, max_new_tokens=NEW)
    found = generate(learner, PROMPTS, options, tokenizer=tokenizer, end=0, forbidden=never(tokenizer))
    return [0, *(one.ids[3] for (one,) in found if len(one.ids) > 3)]


def answers(model: Any, prompt: list[int], end: int, **values: Any) -> Any:
    given = torch.tensor([prompt])
    return model.generate(
        given, attention_mask=torch.ones_like(given), max_new_tokens=NEW, eos_token_id=end, pad_token_id=end,
        do_sample=False, return_dict_in_generate=True, output_logits=True, output_scores=True, **values,
    )  # fmt: skip


def never(tokenizer: Tokenizer) -> list[int]:
    """What the saved folder forbids."""
    return sorted(tokenizer.special_ids - {tokenizer.eos_id})


def cut(ids: list[int], end: int) -> list[int]:
    return ids[: ids.index(end)] if end in ids else ids


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"repetition_penalty": 1.3},
        {"no_repeat_ngram_size": 2},
        {"repetition_penalty": 0.7, "no_repeat_ngram_size": 3},
    ],
)
def test_greedy(
    learner: Learner, theirs: Any, tokenizer: Tokenizer, ends: list[int], values: dict[str, Any]
) -> None:
    options = GenerateOptions(do_sample=False, max_new_tokens=NEW, **values)
    for end in ends:
        ours = generate(learner, PROMPTS, options, tokenizer=tokenizer, end=end, forbidden=never(tokenizer))
        for prompt, (found,) in zip(PROMPTS, ours, strict=True):
            other = answers(theirs, prompt, end, **values)
            new = other.sequences[0, len(prompt) :]
            assert list(found.ids) == cut(new.tolist(), end)
            steps = [
                logits[0].log_softmax(-1)[token] for logits, token in zip(other.logits, new, strict=True)
            ]
            assert found.score == pytest.approx(float(sum(steps)), abs=1e-4)


@pytest.mark.parametrize(
    "values",
    [
        {"num_beams": 2},
        {"num_beams": 4, "num_return_sequences": 4},
        {"num_beams": 4, "early_stopping": True, "num_return_sequences": 3},
        {"num_beams": 3, "early_stopping": "never", "length_penalty": 2.0},
        {"num_beams": 3, "early_stopping": "never", "length_penalty": 0.0},
        {"num_beams": 3, "length_penalty": -1.0},
        {"num_beams": 5, "early_stopping": True, "length_penalty": 0.3, "repetition_penalty": 1.2},
        {"num_beams": 4, "no_repeat_ngram_size": 2, "num_return_sequences": 2},
    ],
)
def test_beams(
    learner: Learner, theirs: Any, tokenizer: Tokenizer, ends: list[int], values: dict[str, Any]
) -> None:
    options = GenerateOptions(max_new_tokens=NEW, **values)
    for end in ends:
        ours = generate(learner, PROMPTS, options, tokenizer=tokenizer, end=end, forbidden=never(tokenizer))
        for prompt, found in zip(PROMPTS, ours, strict=True):
            other = answers(theirs, prompt, end, **values)
            new = [cut(row, end) for row in other.sequences[:, len(prompt) :].tolist()]
            assert [list(one.ids) for one in found] == new
            scores = other.sequences_scores.tolist()
            assert [one.score for one in found] == pytest.approx(scores, abs=1e-4)


@pytest.mark.parametrize("values", [{}, {"num_beams": 3}, {"num_beams": 2, "no_repeat_ngram_size": 3}])
def test_a_saved_folder_continues_a_text_in_both(
    learner: Learner, theirs: Any, tokenizer: Tokenizer, values: dict[str, Any]
) -> None:
    """As it comes: both read what the folder forbids."""
    assert tokenizer.eos_id is not None
    options = GenerateOptions(do_sample=False, max_new_tokens=NEW, **values)
    ours = generate(learner, PROMPTS, options, tokenizer=tokenizer, end=tokenizer.eos_id)
    for prompt, (found,) in zip(PROMPTS, ours, strict=True):
        other = theirs.generate(
            torch.tensor([prompt]), max_new_tokens=NEW, do_sample=False, return_dict_in_generate=True,
            output_scores=True, **values,
        )  # fmt: skip
        assert list(found.ids) == cut(other.sequences[0, len(prompt) :].tolist(), tokenizer.eos_id)
        if values:
            assert found.score == pytest.approx(float(other.sequences_scores[0]), abs=1e-4)


def test_filters() -> None:
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        scores = torch.randn(4, 30, generator=generator) * 3
        tokens = torch.randint(0, 6, (4, 12), generator=generator)
        for size in (1, 2, 3, 5, 20):
            other = transformers.NoRepeatNGramLogitsProcessor(size)
            assert torch.equal(filters.no_repeat_ngrams(scores, tokens, size), other(tokens, scores))
        for penalty in (0.5, 1.3):
            other = transformers.RepetitionPenaltyLogitsProcessor(penalty)
            assert torch.equal(filters.repetition_penalty(scores, tokens, penalty), other(tokens, scores))
        for k in (1, 7, 100):
            assert torch.equal(filters.top_k(scores, k), transformers.TopKLogitsWarper(k)(tokens, scores))
        for p in (0.05, 0.5, 0.95):
            assert torch.equal(filters.top_p(scores, p), transformers.TopPLogitsWarper(p)(tokens, scores))
            assert torch.equal(filters.min_p(scores, p), transformers.MinPLogitsWarper(p)(tokens, scores))


def test_all_filters_in_their_order() -> None:
    scores, tokens = torch.randn(3, 40) * 4, torch.randint(0, 40, (3, 10))
    values = {
        "repetition_penalty": 1.2,
        "no_repeat_ngram_size": 2,
        "temperature": 0.7,
        "top_k": 20,
        "top_p": 0.9,
    }
    options = GenerateOptions(min_p=0.05, **values)
    chain = transformers.LogitsProcessorList(
        [
            transformers.RepetitionPenaltyLogitsProcessor(1.2),
            transformers.NoRepeatNGramLogitsProcessor(2),
            transformers.TemperatureLogitsWarper(0.7),
            transformers.TopKLogitsWarper(20),
            transformers.TopPLogitsWarper(0.9),
            transformers.MinPLogitsWarper(0.05),
        ]
    )
    assert torch.equal(filters.filtered(scores, tokens, options, end=0), chain(tokens, scores))
