"""The plain part of a run's state."""

import json

import pytest

from yanmo.data.cursor import Cursor
from yanmo.training.state import TrainState


def test_round_trip_through_json() -> None:
    state = TrainState(
        step=7,
        cursor=Cursor(epoch=2, window=3, batch=4),
        tokens=12345,
        skipped=2,
        skipped_in_a_row=1,
        evaluations=3,
        best=0.1 + 0.2,
        best_step=5,
        stale=1,
        stopped=True,
    )
    assert TrainState.from_json(json.loads(json.dumps(state.to_json()))) == state
    assert TrainState.from_json(TrainState().to_json()) == TrainState()


@pytest.mark.parametrize(
    ("higher", "values", "best", "stale"),
    [
        (False, [3.0, 2.0, 2.5], (2.0, 2), 1),
        (True, [3.0, 2.0, 2.5], (3.0, 1), 2),
        (True, [1.0, 1.0], (1.0, 1), 1),  # equal is no improvement
        (False, [float("nan"), 4.0, float("nan")], (4.0, 2), 1),
        (False, [float("inf"), 4.0], (4.0, 2), 0),
        (True, [float("inf"), 4.0], (4.0, 2), 0),
        (False, [float("nan")], (None, None), 1),
    ],
)
def test_the_best_evaluation(
    higher: bool, values: list[float], best: tuple[float | None, int | None], stale: int
) -> None:
    state = TrainState()
    for step, value in enumerate(values, start=1):
        state = TrainState(**{**vars(state), "step": step}).evaluated(value, higher_is_better=higher)
    assert (state.best, state.best_step) == best
    assert state.stale == stale
