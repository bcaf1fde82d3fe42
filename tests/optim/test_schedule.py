"""Schedules: warm-up, shapes, ends."""

from itertools import pairwise
from typing import get_args

import pytest

from yanmo.config import build
from yanmo.errors import ConfigError
from yanmo.optim.schedule import Schedule, ScheduleConfig, multiplier

NAMES = get_args(Schedule)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.5])
def test_rises_linearly_then_never_rises(name: str, warmup: float) -> None:
    points = [step / 200 for step in range(201)]
    values = [multiplier(name, point, warmup) for point in points]
    assert all(0 <= value <= 1 for value in values)
    assert values[200 // 20] == pytest.approx(0.05 / warmup if warmup > 0.05 else values[10])
    after = [value for point, value in zip(points, values, strict=True) if point >= warmup]
    assert after[0] == 1.0
    assert all(first >= second for first, second in pairwise(after))


def test_ends() -> None:
    for name in ("linear", "cosine", "wsd"):
        assert multiplier(name, 1.0, 0.1) == pytest.approx(0, abs=1e-12)
    assert multiplier("constant", 1.0, 0.1) == 1
    assert multiplier("inverse_sqrt", 0.4, 0.1) == pytest.approx(0.5)
    assert multiplier("cosine", 0.55, 0.1) == pytest.approx(0.5)
    assert multiplier("wsd", 0.79, 0.1, 0.2) == 1
    assert multiplier("wsd", 0.9, 0.1, 0.2) == pytest.approx(0.5)


def test_unknown_name_is_refused() -> None:
    assert ScheduleConfig().multiplier(0.53) == pytest.approx(0.5)
    with pytest.raises(ConfigError, match="cosine"):
        build(ScheduleConfig, {"name": "cosinus"})


def test_wsd_must_rise_before_it_falls() -> None:
    assert build(ScheduleConfig, {"name": "wsd", "warmup": 0.5, "decay": 0.5}).multiplier(0.5) == 1
    with pytest.raises(ConfigError, match="decay"):
        build(ScheduleConfig, {"name": "wsd", "warmup": 0.5, "decay": 0.9})
    build(ScheduleConfig, {"name": "linear", "warmup": 0.5, "decay": 0.9})
