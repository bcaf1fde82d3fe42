"""What contradicts itself is refused in three lines."""

import pytest

from yanmo.api.finetune_config import FinetuneConfig
from yanmo.config import build
from yanmo.errors import ConfigError
from yanmo.generation.options import GenerateOptions


def test_drawing_is_the_default_and_beams_do_not_draw() -> None:
    assert GenerateOptions().samples
    assert not GenerateOptions(do_sample=False).samples
    assert not GenerateOptions(num_beams=2).samples
    assert GenerateOptions(num_return_sequences=5).samples


@pytest.mark.parametrize(
    ("values", "key", "words"),
    [
        ({"num_beams": 2, "do_sample": True}, "generation.beams_that_sample", "num_beams"),
        (
            {"do_sample": False, "temperature": 0.5, "top_k": 3},
            "generation.nothing_to_draw",
            "temperature, top_k",
        ),
        ({"num_beams": 2, "min_p": 0.1}, "generation.nothing_to_draw", "min_p"),
        ({"length_penalty": 2.0}, "generation.no_beams", "length_penalty"),
        ({"do_sample": False, "early_stopping": True}, "generation.no_beams", "early_stopping"),
        ({"do_sample": False, "num_return_sequences": 2}, "generation.too_many_sequences", "2"),
        ({"num_beams": 2, "num_return_sequences": 3}, "generation.too_many_sequences", "3"),
        ({"stop_strings": ["a", ""]}, "generation.empty_stop_string", "empty"),
        ({"num_beams": 0}, "errors.bad_value", "num_beams"),
        ({"max_new_tokens": 0}, "errors.bad_value", "max_new_tokens"),
        ({"top_p": 1.5}, "errors.bad_value", "top_p"),
        ({"temperature": 0}, "errors.bad_value", "temperature"),
        ({"temperature": 1e-39}, "errors.bad_value", "temperature"),
        ({"repetition_penalty": 1e-300}, "errors.bad_value", "repetition_penalty"),
        ({"num_beams": 2, "length_penalty": 1000}, "errors.bad_value", "length_penalty"),
        ({"early_stopping": "soon"}, "errors.bad_value", "early_stopping"),
        ({"top_q": 1}, "errors.unknown_key", "top_p"),
    ],
)
def test_what_is_refused(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, object], key: str, words: str
) -> None:
    monkeypatch.setenv("YANMO_LANG", "en")
    with pytest.raises(ConfigError) as error:
        build(GenerateOptions, values)
    assert error.value.key == key
    assert str(error.value).count("\n") == 2
    assert words in str(error.value)


@pytest.mark.parametrize(("given", "value"), [("true", True), ("false", False), ("never", "never")])
def test_early_stopping_in_words(given: str, value: object) -> None:
    assert build(GenerateOptions, {"num_beams": 2, "early_stopping": given}).early_stopping == value


def test_values_in_python_are_refused_as_those_of_a_file_are() -> None:
    with pytest.raises(ConfigError) as error:
        GenerateOptions(greedy=True)  # type: ignore[call-arg]
    assert error.value.key == "errors.unknown_key"
    assert error.value.values["key"] == "greedy"
    with pytest.raises(ConfigError, match="max_new_tokens"):
        GenerateOptions(max_new_tokens=0)


def test_a_group_in_a_group_keeps_its_whole_name() -> None:
    with pytest.raises(ConfigError, match=r"settings\.answers\.strid"):
        build(
            FinetuneConfig,
            {"task": "t", "model": "m", "train_file": "f", "settings": {"answers": {"strid": 1}}},
        )
