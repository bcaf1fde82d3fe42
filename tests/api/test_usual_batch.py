"""How much a step of fine-tuning takes where nobody says."""

from __future__ import annotations

import pytest

from yanmo.api.finetune import FEWEST_EXAMPLES, FEWEST_STEPS, MOST_PLACES, usual_batch


@pytest.mark.parametrize("count", [1, 3, 150, 2_000, 2_700, 100_000])
@pytest.mark.parametrize("length", [10, 25, 256])
def test_few_records_have_steps_enough(count: int, length: int) -> None:
    batch = usual_batch([length] * count)
    assert length <= batch <= MOST_PLACES
    steps = count * length / batch
    examples = batch / length
    assert steps >= FEWEST_STEPS or examples <= FEWEST_EXAMPLES, "an epoch is no smaller than it must be"
    assert batch == MOST_PLACES or steps <= FEWEST_STEPS + 2 or examples <= FEWEST_EXAMPLES + 1


def test_the_longest_example_fits() -> None:
    assert usual_batch([10] * 50 + [300]) == 300


def test_examples_that_are_compared_with_each_other_share_a_large_batch() -> None:
    assert usual_batch([25] * 100, alone=False) == MOST_PLACES
