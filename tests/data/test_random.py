"""Keys and permutations: the same from anywhere, in any order."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.data.random import Key, permuted

keys = st.builds(
    Key,
    seed=st.integers(0, 2**63 - 1),
    epoch=st.integers(0, 2**40),
    index=st.integers(0, 2**62),
)


@given(size=st.integers(1, 5000), key=keys)
@settings(max_examples=80, deadline=None)
def test_permuted_is_a_permutation(size: int, key: Key) -> None:
    everything = permuted(np.arange(size), size, key)
    assert np.array_equal(np.sort(everything), np.arange(size))


def test_permuted_at_powers_of_two_and_their_neighbours() -> None:
    for power in range(1, 13):
        for size in (2**power - 1, 2**power, 2**power + 1):
            everything = permuted(np.arange(size), size, Key(1, 2, 3))
            assert np.array_equal(np.sort(everything), np.arange(size))


@given(size=st.integers(1, 10**12), key=keys, data=st.data())
@settings(max_examples=50, deadline=None)
def test_any_element_without_the_others(size: int, key: Key, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=20))
    together = permuted(np.array(places), size, key)
    alone = [int(permuted(np.array([place]), size, key)[0]) for place in places]
    assert together.tolist() == alone
    assert all(0 <= value < size for value in alone)


def test_permutations_mix_and_differ() -> None:
    size = 4096
    first, second = (permuted(np.arange(size), size, Key(0, epoch, 0)) for epoch in (0, 1))
    assert (first == second).mean() < 0.01
    assert abs(np.corrcoef(np.arange(size), first)[0, 1]) < 0.06
    assert permuted(np.arange(0), 5, Key(0, 0, 0)).tolist() == []


@given(key=keys)
@settings(max_examples=50, deadline=None)
def test_draws_depend_on_key_and_stream_alone(key: Key) -> None:
    alone = key.generator("masks").random(5)
    other = key.generator("other")
    other.random(1000)
    assert np.array_equal(key.generator("masks").random(5), alone)
    assert not np.array_equal(key.generator("other").random(5), alone)
    neighbours = [
        Key(key.seed + 1, key.epoch, key.index),
        Key(key.seed, key.epoch + 1, key.index),
        Key(key.seed, key.epoch, key.index + 1),
    ]
    for neighbour in neighbours:
        assert not np.array_equal(neighbour.generator("masks").random(5), alone)
        assert neighbour.integer() != key.integer()
    assert 0 <= key.integer() < 2**63


def test_known_answers() -> None:
    """Saved runs depend on these bits: a change here breaks every resume."""
    assert Key(0, 0, 0).generator("mlm").integers(0, 1000, 4).tolist() == KNOWN
    assert permuted(np.arange(8), 8, Key(3, 1, 0)).tolist() == PERMUTED


KNOWN = [183, 921, 812, 189]
PERMUTED = [3, 2, 1, 0, 6, 7, 5, 4]
