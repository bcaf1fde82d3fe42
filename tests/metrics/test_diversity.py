"""Hand-computed cases."""

import math

import pytest

from yanmo.metrics.diversity import copied, distinct, ngrams, units
from yanmo.metrics.language_model import bits_per_byte


def test_units_are_words_marks_and_chinese_characters() -> None:
    assert units("The cat's 猫咪, 3.5元!") == [
        "the",
        "cat",
        "'",
        "s",
        "猫",
        "咪",
        ",",
        "3",
        ".",
        "5",
        "元",
        "!",
    ]
    assert units("snake_case __x__ 猫_") == ["snake", "_", "case", *"__x__", "猫", "_"]
    assert list(ngrams("a b c", 2)) == [("a", "b"), ("b", "c")]
    assert list(ngrams("a", 2)) == []


def test_distinct() -> None:
    assert distinct(["a b a", "b"], 1) == pytest.approx(2 / 4)
    assert distinct(["a b a b", "b a"], 2) == pytest.approx(2 / 4)  # none over the end of a text
    assert distinct(["春春", "花"], 1) == pytest.approx(2 / 3)
    assert distinct(["a"], 2) == 0.0
    assert distinct([], 1) == 0.0


def test_copied() -> None:
    training = ["the cat sat on the mat", "春眠不觉晓"]
    assert copied(["The cat sat down"], training, 2) == pytest.approx(2 / 3)
    assert copied(["the cat. the cat"], training, 2) == pytest.approx(2 / 4)
    assert copied(["春眠不起"], iter(training), 3) == pytest.approx(1 / 2)
    assert copied(["mat 春眠"], training, 2) == pytest.approx(1 / 2)
    assert copied(["new"], training, 2) == 0.0


def test_bits_per_byte() -> None:
    assert bits_per_byte(8 * math.log(2), 4) == pytest.approx(2)
    assert math.isnan(bits_per_byte(1.0, 0))
