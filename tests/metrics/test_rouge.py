"""ROUGE-L by hand."""

from __future__ import annotations

import pytest

from yanmo.metrics.rouge import rouge_l


@pytest.mark.parametrize(
    ("said", "references", "expected"),
    [
        (
            "police kill the gunman",
            ["police killed the gunman"],
            3 / 4,
        ),  # Lin 2004: three of four, no stemmer
        ("the gunman kill police", ["police killed the gunman"], 2 / 4),
        (
            "Police, the gunman!",
            ["police killed the gunman"],
            2 * 3 / (3 + 4),
        ),  # marks and capitals do not count
        ("the the cat", ["the cat the"], 2 / 3),
        ("a b c d", ["x y", "d a b c e", "a c"], 2 * 3 / (4 + 5)),  # the best of several
        ("我们回家很早。", ["我们很早就回家了。"], 2 * 4 / (6 + 8)),  # by character
        ("我用GPT 2", ["我 用 GPT"], 2 * 3 / (4 + 3)),
        ("call _init_ of snake_case", ["init snake case"], 2 * 3 / (5 + 3)),  # _ is a mark, as in rouge_score
        ("__", ["__"], 0.0),
        ("", ["a"], 0.0),
        ("...", ["...", "!"], 0.0),
    ],
)
def test_by_hand(said: str, references: list[str], expected: float) -> None:
    assert rouge_l([said], [references]) == [pytest.approx(expected)]


def test_long_texts_agree_with_the_table_of_the_textbook() -> None:
    one, other = ([str(number * step % 17) for number in range(150)] for step in (3, 5))
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for row, word in enumerate(one):
        for column, another in enumerate(other):
            longer = max(table[row][column + 1], table[row + 1][column])
            table[row + 1][column + 1] = table[row][column] + 1 if word == another else longer
    assert rouge_l([" ".join(one)], [[" ".join(other)]]) == [pytest.approx(table[-1][-1] / 150)]
