"""One short pre-training in a process of its own: what `plan` said of it before, and what came out.

Used by plan_law.py and plan.py; called by itself it reads a job as JSON and prints the outcome as JSON.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LAYERS = {"tiny": 396_544, "mini": 3_159_040, "small": 12_609_536}  # parameters of the layers
FIELDS = ("text", "tgt", "context", "en", "text_a")  # where the data sets keep running text


def corpus_file(source: Path, to: Path, *, characters: int, together: int = 1) -> Path:
    """About `characters` of a .jsonl.gz, whole documents from everywhere in it, as {"text": ...} lines.

    together: so many texts make one document.
    """
    if to.is_file():
        return to
    documents = list(_texts(source))
    every = max(1, sum(map(len, documents)) // characters)
    to.parent.mkdir(parents=True, exist_ok=True)
    half = to.with_suffix(".half")
    with half.open("w", encoding="utf-8") as file:
        chosen = documents[::every]
        for start in range(0, len(chosen), together):
            text = "\n".join(chosen[start : start + together])
            file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    half.rename(to)
    return to


def _texts(source: Path) -> Iterator[str]:
    with gzip.open(source, "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            text = next((record[name] for name in FIELDS if record.get(name)), None)
            if text:
                yield text


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """The outcome of a job, from a process of its own.

    job: `folder` of the run; `corpus`: paths; `model`, `preset`, `budget`; `plan`: whether to plan before, with
    preset auto allowed; `settings`: further key=value; `like`: a finished run of the same corpus and tokenizer.
    """
    done = Path(job["folder"]) / "outcome.json"
    if done.is_file():
        found: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
        return found
    given = json.dumps(dict(job))
    process = subprocess.run(
        [sys.executable, __file__], input=given, stdout=subprocess.PIPE, text=True, check=True
    )
    outcome: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    done.write_text(json.dumps(outcome, indent=1), encoding="utf-8")
    return outcome


def train(job: Mapping[str, Any]) -> dict[str, Any]:
    """Plans if asked, trains, and gives numbers of both."""
    from yanmo.api import plan_machines
    from yanmo.api.plan import follow, plan
    from yanmo.api.pretrain import pretrain
    from yanmo.api.recipes import resolve_pretrain

    flags = {name: job[name] for name in ("model", "preset", "corpus", "budget")}
    config = resolve_pretrain(None, flags, job.get("settings", ()))
    outcome: dict[str, Any] = {}
    if job.get("plan"):
        if job["plan"] == "only":  # the statistics of the text are wanted, not the speed
            plan_machines.GLANCE = plan_machines.LOOK = 0.0
        began = time.monotonic()
        found = plan(config)
        outcome = {"plan": found.to_json(), "plan_seconds": round(time.monotonic() - began, 1)}
        config = follow(config, found)
        if job["plan"] == "only":
            return outcome
    folder = Path(job["folder"])
    if job.get("like"):
        _share(Path(job["like"]), folder, config)
    result = pretrain(config, folder)
    shutil.rmtree(folder / "checkpoints", ignore_errors=True)
    outcome |= {
        "preset": config.preset,
        "tokens": result.tokens,
        "epochs": result.epochs,
        "seconds": result.seconds,
        "steps": result.steps,
        "batch_tokens": config.train.places,
        "metrics": result.metrics,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "load": os.getloadavg()[0],
    }
    return outcome


def _share(before: Path, folder: Path, config: Any) -> None:
    """Takes the tokenizer and the stores of another run of the same corpus: they would be the same."""
    from yanmo.api.run_folder import RunFolder

    if not before.is_dir() or before == folder:
        return
    RunFolder.start(folder, "pretrain", config)
    for name in ("tokenizer", "data"):
        if not (folder / name).exists():
            shutil.copytree(before / name, folder / name)


if __name__ == "__main__":
    print(json.dumps(train(json.loads(sys.stdin.read()))))
