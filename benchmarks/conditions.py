"""Where and when a benchmark ran, written beside every number; results as JSON and a table of Markdown."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

import yanmo
from yanmo.machine.probe import choose, probe

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
DATA = ROOT.parent / "shared" / "data"
WORK = ROOT / ".bench"
BUSY = 0.7  # load average above which something else is running
PACKAGES = ("yanmo", "torch", "transformers", "tokenizers", "numpy", "scikit-learn", "sacrebleu")


def conditions() -> dict[str, Any]:
    """Commit, processor, memory, versions, load and time of this moment."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        "commit": commit(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
        "load": load(),
    }


def environment(*, peer: bool) -> dict[str, str]:
    """Of a process that is started. A peer's threads wait as they do by themselves, whoever imports yanmo.

    libgomp's own number of spins is spelled out, for `import yanmo` sets nothing where one is given.
    """
    values = {**os.environ, "HF_HUB_OFFLINE": "1"}
    if peer and all(values.get(name) == value for name, value in yanmo.WAITING.items()):
        del values["OMP_WAIT_POLICY"]
        values["GOMP_SPINCOUNT"] = "300000"
    return values


def load() -> list[float]:
    """Load averages over 1, 5 and 15 minutes; this benchmark's own share is in it."""
    return [round(value, 2) for value in os.getloadavg()]


def warn_if_busy() -> None:
    """Says so where other work is under way, for then neither numbers nor the choice of precision can be trusted."""
    if load()[0] > BUSY:
        print(
            f"load average {load()[0]}: this machine has other work, do not quote these numbers", flush=True
        )


@cache
def has_bf16() -> bool:
    """Whether this processor multiplies bf16 faster than fp32; where not, it imitates it, a hundred times as slowly."""
    return choose(probe()).precision == "bf16"


def of_this_machine(section: str) -> str:
    """The name of a section: the figures of each kind of processor stand beside those of the others."""
    if not has_bf16():
        return f"{section}, without bf16"
    return f"{section}, with AMX" if _has_amx() else section


def _has_amx() -> bool:
    """Whether the processor multiplies tiles of bf16, which is several times as fast as its vectors."""
    try:
        return "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def commit() -> str:
    """The commit of the working tree; "+" where files differ from it."""
    try:
        name = _git("rev-parse", "--short=12", "HEAD")
        return name + ("+" if _git("status", "--porcelain", "--untracked-files=no", "--", "src") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def sentence(values: Mapping[str, Any]) -> str:
    """The conditions in one line."""
    versions = ", ".join(f"{name} {found}" for name, found in values["versions"].items() if name != "yanmo")
    return (
        f"{values['date']} UTC, commit {values['commit']}, {values['processor']}, {values['cores']} cores, "
        f"Python {values['python']}, {versions}; load average at the start {values['load'][0]}"
    )


def write(
    folder: Path,
    name: str,
    section: str,
    result: Mapping[str, Any],
    render: Callable[[Mapping[str, Any]], str],
) -> None:
    """Puts one section into folder/name.json, leaving the others, and writes folder/name.md anew from all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    everything = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    everything[section] = result
    path.write_text(json.dumps(everything, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(render(everything), encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; columns after the first are aligned right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _git(*arguments: str) -> str:
    return subprocess.check_output(
        ["git", *arguments], cwd=ROOT, text=True, stderr=subprocess.DEVNULL
    ).strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return f"{next(names, platform.machine())} with {torch.backends.cpu.get_cpu_capability()}"  # type: ignore[no-untyped-call]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
