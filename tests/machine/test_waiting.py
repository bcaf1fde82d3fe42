"""Threads that wait must not take the cores of others."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "5000"}


@pytest.mark.parametrize("given", [{}, {"OMP_WAIT_POLICY": "ACTIVE"}, {"GOMP_SPINCOUNT": "7"}])
def test_threads_soon_sleep_unless_the_user_says_otherwise(given: dict[str, str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in WAITING}
    code = (
        "import json, os, sys, yanmo; assert 'torch' not in sys.modules;"
        f"print(json.dumps({{name: value for name, value in os.environ.items() if name in {list(WAITING)}}}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], env={**environment, **given}, capture_output=True, text=True
    )
    assert json.loads(result.stdout) == (given or WAITING), result.stderr
