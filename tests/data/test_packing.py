"""Packing loses nothing, repeats nothing, overfills nothing and wastes little."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.data.packing import by_length, pack, row_length


@given(limit=st.integers(1, 700), data=st.data())
@settings(max_examples=150, deadline=None)
def test_every_index_once_and_no_row_overfull(limit: int, data: st.DataObject) -> None:
    lengths = data.draw(st.lists(st.integers(1, limit), max_size=200))
    packed = pack(lengths, limit)
    rows = [(size, row) for size, rows in packed.items() for row in rows]
    assert sorted(index for _, row in rows for index in row) == list(range(len(lengths)))
    for size, row in rows:
        assert size <= limit
        assert size == limit or size % 128 == 0
        assert sum(lengths[index] for index in row) <= size
        assert max(lengths[index] for index in row) > 0
    assert pack(lengths, limit) == packed


@given(st.integers(1, 5000), st.integers(1, 5000))
@settings(deadline=None)
def test_row_length(longest: int, limit: int) -> None:
    size = row_length(longest, limit)
    assert size <= limit
    assert size >= min(longest, limit)
    assert size == limit or size < 2 * max(longest, 128)


def test_padding_is_under_five_percent() -> None:
    generator = np.random.default_rng(0)
    for count in (2000, 4000):
        draws = np.exp(generator.normal(np.log(36) - 0.32, 0.8, count))  # lognormal, mean 36
        lengths = np.clip(draws, 4, 128).astype(int).tolist()
        rows = pack(lengths, 128)[128]
        assert 1 - sum(lengths) / (128 * len(rows)) < 0.05


def test_a_few_long_texts_do_not_stretch_the_rows_of_short_ones() -> None:
    packed = pack([500, *[30] * 100], 512)
    assert {size: len(rows) for size, rows in packed.items()} == {512: 1, 128: 25}


def test_groups_are_of_like_length() -> None:
    lengths = [3, 9, 1, 4, 4, 2]
    found = list(by_length(lengths, 9))
    assert sorted(place for group in found for place in group) == list(range(6))
    assert found[0] == [1] and found[1] == [3, 4]
    assert all(len(group) == 1 or max(lengths[place] for place in group) * len(group) <= 9 for group in found)
    assert list(by_length([], 9)) == []
    assert list(by_length([5, 7], 0)) == [[1], [0]]


def test_large_groups_hold_little_padding() -> None:
    lengths = [round(5 + 123 * (number / 999) ** 2) for number in range(1000)]
    found = list(by_length(lengths, 8192))
    assert sorted(place for group in found for place in group) == list(range(1000))
    padded = sum(len(group) * max(lengths[place] for place in group) for group in found)
    assert sum(lengths) > 0.93 * padded
    assert len(found) < 40
