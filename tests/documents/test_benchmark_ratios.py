"""A quick look at each recorded ratio; only half of it is a failure, for short runs on a busy machine are noisy.

One row, of pre-training, is looked at in every run of the tests; the slow ones look at all.
"""

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
SHORT = ("--kinds", "short", "--size", "4x256", "--dropout", "0", "--only-base-rows", "--rounds")
QUICK = {
    "speed": (*SHORT, "3", "--seconds", "3"),
    "inference": ("--rounds", "3"),
    "tuning": ("--kinds", "class", "--rounds", "3", "--seconds", "3", "--records", "2000"),
    "tokenise": ("--megabytes", "5", "--tokenizers", "wordpiece", "--rounds", "3"),
}
FRACTION = 0.5

needs_peers = pytest.mark.skipif(not PEERS, reason="needs transformers and accelerate")
Ratios = dict[tuple[str, str], float]


@needs_peers
def test_pre_training_on_short_texts_is_at_least_half_as_far_ahead_as_recorded(tmp_path: Path) -> None:
    """Rounds of a second that alternate: what else the machine does meets both sides, and a median forgets its peaks.
    Of one thread, for two would wait for each other beside other tests."""
    _look("speed", (*SHORT, "7", "--seconds", "1", "--threads", "1", "--tokens", "100000"), tmp_path)


@needs_peers
@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_no_ratio_fell_below_half_of_what_is_recorded(name: str, tmp_path: Path) -> None:
    _look(name, QUICK[name], tmp_path)


def test_what_is_not_recorded_is_no_success() -> None:
    """It is skipped, with the names of what was measured; and a ratio that fell is a failure."""
    measured: Ratios = {("short, with AMX", "Yanmo"): 5.0}
    with pytest.raises(pytest.skip.Exception, match="short, with AMX"):
        _compare(measured, {("short", "Yanmo"): 9.0})
    _compare(measured, {("short, with AMX", "Yanmo"): 9.9})
    with pytest.raises(AssertionError, match=r"5\.00, recorded 10\.10"):
        _compare(measured, {("short, with AMX", "Yanmo"): 10.1})


def _look(name: str, options: tuple[str, ...], folder: Path) -> None:
    """Runs the benchmark and compares each ratio with that of a machine of the same kind."""
    recorded = _ratios(BENCHMARKS / "results" / f"{name}.json")
    if not recorded:
        pytest.skip(f"benchmarks/{name}.py was never run on a machine of its own")
    found = subprocess.run(
        [sys.executable, str(BENCHMARKS / f"{name}.py"), *options, "--out", str(folder)],
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr[-3000:]
    _compare(_ratios(folder / f"{name}.json"), recorded)


def _compare(measured: Ratios, recorded: Ratios) -> None:
    both = measured.keys() & recorded.keys()
    if not both:
        sections = sorted({section for section, _ in measured})
        pytest.skip(f"nothing was compared: there is no record of {sections} on a machine of this kind")
    for place in both:
        found, before = measured[place], recorded[place]
        assert found > FRACTION * before, f"{place}: {found:.2f}, recorded {before:.2f}"


def _ratios(path: Path) -> Ratios:
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
