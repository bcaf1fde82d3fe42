"""One vector per text of packed rows, and numbers that tell equal texts."""

import torch

from yanmo.layers.pooling import fingerprints, mean_pool

SEQUENCES = torch.tensor([[1, 1, 1, 2, 2, 0], [1, 1, 1, 1, 0, 0]])
POSITIONS = torch.tensor([[0, 1, 2, 0, 1, 0], [0, 1, 2, 3, 0, 0]])


def test_the_mean_over_each_text_and_nothing_else() -> None:
    hidden = torch.arange(24, dtype=torch.float32).view(2, 6, 2)
    pooled = mean_pool(hidden, SEQUENCES, POSITIONS, 3)
    expected = torch.stack([hidden[0, :3].mean(0), hidden[0, 3:5].mean(0), hidden[1, :4].mean(0)])
    torch.testing.assert_close(pooled, expected)


def test_half_precision_is_summed_in_full() -> None:
    hidden = torch.full((1, 256, 1), 1.0, dtype=torch.bfloat16)
    hidden[0, 0] = 256.0
    ones = torch.ones(1, 256, dtype=torch.int64)
    pooled = mean_pool(hidden, ones, torch.arange(256)[None], 1)
    assert pooled.dtype == torch.float32
    assert pooled.item() == (256 + 255) / 256


def test_equal_texts_have_equal_numbers_wherever_they_stand() -> None:
    ids = torch.tensor([[7, 8, 9, 7, 8, 0], [7, 8, 9, 3, 0, 0]])
    one, two, three = fingerprints(ids, SEQUENCES, POSITIONS, 3).tolist()
    assert len({one, two, three}) == 3
    moved = torch.tensor([[7, 8, 7, 8, 9, 0]])
    places = torch.tensor([[0, 1, 0, 1, 2, 0]])
    again = fingerprints(moved, torch.tensor([[1, 1, 2, 2, 2, 0]]), places, 2).tolist()
    assert again == [two, one]


def test_order_counts() -> None:
    ids = torch.tensor([[5, 6, 6, 5]])
    one, two = fingerprints(ids, torch.tensor([[1, 1, 2, 2]]), torch.tensor([[0, 1, 0, 1]]), 2).tolist()
    assert one != two


def test_many_short_texts_do_not_collide() -> None:
    pairs = torch.cartesian_prod(torch.arange(100), torch.arange(100))  # [10,000, 2]
    positions = torch.arange(2).expand(10_000, 2)
    found = fingerprints(pairs, torch.ones_like(pairs), positions, 10_000)
    assert len(set(found.tolist())) == 10_000
