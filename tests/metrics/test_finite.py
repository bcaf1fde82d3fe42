"""What JSON cannot hold is written by its name, and read again."""

from __future__ import annotations

import json
import math

from yanmo.metrics.finite import finite


def test_numbers_that_are_not_finite_have_names() -> None:
    given = {"metrics": {"loss": math.nan, "f1": 0.5}, "values": [math.inf, -math.inf, 1], "name": "x"}
    written = json.loads(json.dumps(finite(given), allow_nan=False))
    assert written == {"metrics": {"loss": "nan", "f1": 0.5}, "values": ["inf", "-inf", 1], "name": "x"}
    assert math.isnan(float(written["metrics"]["loss"]))
