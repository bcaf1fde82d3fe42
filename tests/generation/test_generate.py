"""Continuations: alone or side by side, drawn or searched, to the end token, a stop string or the last position."""

from __future__ import annotations

import pytest
import torch

from yanmo.errors import InputError
from yanmo.generation.generate import Continuation, generate
from yanmo.generation.options import GenerateOptions
from yanmo.generation.sampling import draw, draws
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer

PROMPTS = ("ab cd", "你好", "a", "Once upon a time, 很久以前")
WAYS = (
    {"do_sample": False},
    {"seed": 3},
    {"seed": 3, "num_return_sequences": 3, "top_p": 0.9, "temperature": 0.7},
    {"num_beams": 3, "num_return_sequences": 2, "no_repeat_ngram_size": 2},
    {"do_sample": False, "repetition_penalty": 1.4, "no_repeat_ngram_size": 3},
)


@pytest.fixture
def go(learner: Learner, tokenizer: Tokenizer):  # type: ignore[no-untyped-def]
    def go(*prompts: str, forbidden: list[int] | None = None, **values: object) -> list[list[Continuation]]:
        options = GenerateOptions(**{"max_new_tokens": 12, **values})  # type: ignore[arg-type]
        ids = [[tokenizer.bos_id, *tokenizer.encode(prompt).ids] for prompt in prompts]
        return generate(
            learner,
            ids,
            options,
            tokenizer=tokenizer,
            end=tokenizer.eos_id,
            forbidden=forbidden,  # type: ignore
        )

    return go


@pytest.mark.parametrize("way", WAYS)
def test_a_prompt_beside_others_goes_on_as_alone(go, way) -> None:  # type: ignore[no-untyped-def]
    together = go(*PROMPTS, **way)
    for prompt, found in zip(PROMPTS, together, strict=True):
        (alone,) = go(prompt, **way)
        assert [one.ids for one in found] == [one.ids for one in alone]
        assert [one.score for one in found] == pytest.approx([one.score for one in alone], abs=1e-4)
    assert go(*PROMPTS, **way) == together


def test_many_prompts_keep_their_order(go, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    prompts = [PROMPTS[number % 4] + "y" * (number % 7) for number in range(12)]
    whole = go(*prompts, seed=3, num_return_sequences=2)
    monkeypatch.setattr("yanmo.generation.generate.PLACES", 60)
    for few, many in zip(go(*prompts, seed=3, num_return_sequences=2), whole, strict=True):
        assert [one.ids for one in few] == [one.ids for one in many]


def test_prompts_of_any_length_and_none(go) -> None:  # type: ignore[no-untyped-def]
    assert go() == []
    assert len(go("", "x" * 40)) == 2


def test_sequences_differ_and_the_first_is_that_of_one(go) -> None:  # type: ignore[no-untyped-def]
    (several,) = go("ab", num_return_sequences=4, seed=1)
    assert len({one.ids for one in several}) == 4
    assert go("ab", seed=1)[0][0].ids == several[0].ids
    assert go("ab", seed=2)[0][0].ids != several[0].ids


def test_the_last_position_ends_a_text(go, tokenizer: Tokenizer) -> None:  # type: ignore[no-untyped-def]
    longest, short = "x" * 45, "y" * 20  # 46 and 21 of 48 positions
    for way in ({"do_sample": False}, {"num_beams": 2}):
        (one,), (two,) = go(longest, short, max_new_tokens=40, **way)
        assert len(one.ids) <= 2
        assert len(two.ids) <= 27
        assert [one.ids] == [each.ids for each in go(longest, max_new_tokens=40, **way)[0]]
    with pytest.raises(InputError) as error:
        go("ab", "x" * 47)
    assert error.value.key == "generation.prompt_too_long"
    assert error.value.values == {"tokens": 48, "limit": 47}


def test_special_tokens_are_never_written(go, tokenizer: Tokenizer) -> None:  # type: ignore[no-untyped-def]
    for found in go(*PROMPTS, max_new_tokens=40, temperature=50.0, top_k=0):
        assert tokenizer.special_ids.isdisjoint(found[0].ids)


@pytest.mark.parametrize("way", WAYS[:2] + WAYS[3:4])
def test_a_text_ends_before_its_stop_string(go, tokenizer: Tokenizer, way) -> None:  # type: ignore[no-untyped-def]
    (whole,) = go("ab cd", **way)
    stop = whole[0].text[2:4]
    assert stop
    for one in go("ab cd", stop_strings=(stop, "never there"), **way)[0]:
        assert stop not in one.text
    if "num_beams" not in way:
        (cut,) = go("ab cd", stop_strings=(stop,), **way)
        assert cut[0].text == whole[0].text[: whole[0].text.index(stop)]
        assert len(cut[0].ids) < len(whole[0].ids)


def test_draws_follow_the_probabilities() -> None:
    scores = torch.tensor([[0.1, 0.2, 0.7]]).log().expand(5, 3).clone()
    numbers = torch.tensor([0.0, 0.05, 0.15, 0.5, 0.999999], dtype=torch.float64)
    assert draw(scores, numbers).tolist() == [0, 0, 1, 2, 2]
    scores[:, 2] = -torch.inf
    assert draw(scores, numbers).tolist() == [0, 0, 0, 1, 1]
    options = GenerateOptions(num_return_sequences=2, seed=4)
    assert torch.equal(draws(options, 5), draws(options, 9)[:, :5])
    assert not torch.equal(draws(options, 5)[0], draws(options, 5)[1])


@pytest.mark.parametrize(
    "way", [{"do_sample": False}, {"seed": 1}, {"num_beams": 3, "num_return_sequences": 2}]
)
def test_a_text_ends_where_no_token_is_left(go, tokenizer: Tokenizer, way) -> None:  # type: ignore[no-untyped-def]
    few = set(tokenizer.encode("abxy").ids)
    forbidden = sorted(set(range(tokenizer.vocab_size)) - few - {tokenizer.eos_id})
    (found,) = go("x", max_new_tokens=20, no_repeat_ngram_size=1, forbidden=forbidden, **way)
    for one in found:
        assert set(one.ids) <= few and len(set(one.ids)) == len(one.ids)
        assert one.score > -1000
