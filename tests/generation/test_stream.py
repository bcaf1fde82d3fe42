"""Pieces of text: whole characters, nothing of a stop string, and joined the text of `generate`."""

from __future__ import annotations

import pytest

from yanmo.errors import ConfigError
from yanmo.generation.ending import Ending
from yanmo.generation.generate import generate
from yanmo.generation.options import GenerateOptions
from yanmo.generation.stream import _pieces, stream
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer


def ending(tokenizer: Tokenizer, *stops: str) -> Ending:
    assert tokenizer.eos_id is not None
    return Ending(tokenizer=tokenizer, end=tokenizer.eos_id, stop_strings=stops)


def test_no_piece_is_half_a_character(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("你好, é😀!").ids
    assert len(ids) > 14  # bytes
    assert list(_pieces(iter(ids), ending(tokenizer))) == ["你", "好", ",", " ", "é", "😀", "!"]
    for length in range(len(ids)):
        pieces = list(_pieces(iter(ids[:length]), ending(tokenizer)))
        assert "\ufffd" not in "".join(pieces)
        assert "".join(pieces) == ending(tokenizer).text(ids[:length])


def test_bytes_that_are_no_character_are_shown_as_such(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("你a").ids
    assert (
        "".join(_pieces(iter([ids[0], ids[3], ids[0], ids[1], ids[3]]), ending(tokenizer)))
        == "\ufffda\ufffda"
    )


@pytest.mark.parametrize(
    ("text", "stops", "pieces"),
    [
        ("say stop now", ("stop",), "say "),
        ("say stoic", ("stop",), "say stoic"),
        ("say sto", ("stop",), "say sto"),
        ("a\n\nb", ("\n\n", "b"), "a"),
        ("你好吗", ("好吗",), "你"),
    ],
)
def test_nothing_of_a_stop_string_is_given(
    tokenizer: Tokenizer, text: str, stops: tuple[str, ...], pieces: str
) -> None:
    found = list(_pieces(iter(tokenizer.encode(text).ids), ending(tokenizer, *stops)))
    assert "".join(found) == pieces
    for place in range(len(found)):
        assert pieces.startswith("".join(found[:place]))


def test_the_end_token_ends_the_stream(tokenizer: Tokenizer) -> None:
    ids = [*tokenizer.encode("ab").ids, tokenizer.eos_id, *tokenizer.encode("cd").ids]
    assert "".join(_pieces(iter(ids), ending(tokenizer))) == "ab"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("values", [{}, {"top_p": 0.8, "stop_strings": ("a", "e")}, {"do_sample": False}])
def test_joined_it_is_what_generate_gives(
    learner: Learner, tokenizer: Tokenizer, seed: int, values: dict[str, object]
) -> None:
    options = GenerateOptions(max_new_tokens=30, seed=seed, **values)  # type: ignore[arg-type]
    prompt = [tokenizer.bos_id, *tokenizer.encode("ab").ids]
    end = tokenizer.eos_id
    ((whole,),) = generate(learner, [prompt], options, tokenizer=tokenizer, end=end)  # type: ignore
    assert "".join(stream(learner, prompt, options, tokenizer=tokenizer, end=end)) == whole.text  # type: ignore


def test_beams_cannot_be_streamed(learner: Learner, tokenizer: Tokenizer) -> None:
    for options in (GenerateOptions(num_beams=2), GenerateOptions(num_return_sequences=2)):
        with pytest.raises(ConfigError) as error:
            stream(learner, [0], options, tokenizer=tokenizer, end=0)  # raised before it is read
        assert error.value.key == "generation.stream_of_many"
