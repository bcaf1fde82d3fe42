"""A quick look at each recorded ratio; only half of it is a failure, for short runs on a busy machine are noisy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PEERS = all(find_spec(name) for name in ("transformers", "accelerate"))
QUICK = {
    "speed": ("--kinds", "short", "--dropout", "0", "--only-base-rows", "--rounds", "3", "--seconds", "3"),
    "inference": ("--rounds", "3"),
    "tuning": ("--kinds", "class", "--rounds", "3", "--seconds", "3", "--records", "2000"),
    "tokenise": ("--megabytes", "5", "--tokenizers", "wordpiece", "--rounds", "3"),
}
FRACTION = 0.5


@pytest.mark.slow
@pytest.mark.skipif(not PEERS, reason="needs transformers and accelerate")
@pytest.mark.parametrize("name", QUICK)
def test_no_ratio_fell_below_half_of_what_is_recorded(name: str, tmp_path: Path) -> None:
    recorded = _ratios(BENCHMARKS / "results" / f"{name}.json")
    if not recorded:
        pytest.skip(f"benchmarks/{name}.py was never run on a machine of its own")
    found = subprocess.run(
        [sys.executable, str(BENCHMARKS / f"{name}.py"), *QUICK[name], "--out", str(tmp_path)],
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr[-3000:]
    measured = _ratios(tmp_path / f"{name}.json")
    for place, ratio in measured.items():
        before = recorded.get(place)
        assert before is None or ratio > FRACTION * before, f"{place}: {ratio:.2f}, recorded {before:.2f}"


def _ratios(path: Path) -> dict[tuple[str, str], float]:
    """(what was measured, row) -> ratio, for Yanmo's rows; sizes of corpora and numbers of texts are left out."""
    if not path.is_file():
        return {}
    sections = json.loads(path.read_text(encoding="utf-8"))
    return {
        (section.split(", ")[0] if path.stem == "tokenise" else section, row["row"]): row["ratio"]
        for section, result in sections.items()
        for row in result["rows"]
        if row["row"].startswith("Yanmo") and "ratio" in row
    }
