"""What each choice in pre-training a BERT is worth: the defaults, and one thing changed at a time.

    python benchmarks/ablation.py --corpus texts/ --name zh --budget 12m       two runs at a time, a core each
    python benchmarks/ablation.py --rows "as it is" "AdamW alone" --seeds 1    a first look

All rows have the same text, tokenizer, network and time. The loss is that of `time_to_loss.py`: held-out windows of 128
tokens with the same 15 % masked, whatever share was masked in training. Runs are kept in `.bench/ablation` (--work) and
not repeated.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import time_to_loss_text as text_of
from conditions import RESULTS, WORK, conditions, environment, sentence, table, write

BASE = "as it is"
ROWS: dict[str, tuple[str, ...]] = {
    BASE: (),
    "AdamW alone, 1e-3": ("optim.name=adamw", "optim.lr=1e-3"),
    "AdamW alone, 2e-3": ("optim.name=adamw",),
    "Muon at 2.5e-3": ("optim.muon_lr=2.5e-3",),
    "Muon at 1e-2": ("optim.muon_lr=1e-2",),
    "AdamW part at 1e-3": ("optim.lr=1e-3",),
    "AdamW part at 4e-3": ("optim.lr=4e-3",),
    "15 % masked": ("objective_settings.mlm.rate=0.15",),
    "20 % masked": ("objective_settings.mlm.rate=0.2",),
    "40 % masked": ("objective_settings.mlm.rate=0.4",),
    "batches of 2,048": ("train.batch_tokens=2048",),
    "batches of 8,192": ("train.batch_tokens=8192",),
    "warm-up 2 %": ("schedule.warmup=0.02",),
    "stable, then decay": ("schedule.name=wsd",),
    "cosine": ("schedule.name=cosine",),
    "mean of the last fifth": ("train.average=0.2",),
    "positions start as sinusoids": ("position_init=sinusoidal",),
    "positions start at random": ("position_init=normal",),
    "dropout 0.1": ("dropout=0.1",),
    "no weight decay": ("optim.weight_decay=0",),
}
MEASURING = Lock()  # transformers imports what is asked for, and not two things at a time
USUAL = ("objective_settings.mlm.rate=0.3",)  # as in the recipes


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    work = Path(options.work) / f"{options.name}-{options.preset}-{options.budget}-{options.threads}"
    text_of.make(work / "data", options.corpus, vocab_size=options.vocabulary, megabytes=options.megabytes)
    where = conditions()
    jobs = [(row, seed) for seed in range(options.seeds) for row in options.rows]
    with ThreadPoolExecutor(options.at_once) as pool:
        runs = list(pool.map(lambda job: _run(options, work, *job), jobs))
    found: dict[str, list[dict[str, Any]]] = {}
    for (row, _), run in zip(jobs, runs, strict=True):
        found.setdefault(row, []).append(run)
    name = f"{options.name}, {options.preset}, {options.budget} on {options.threads} thread(s)"
    result = {"conditions": where, "unigram": text_of.unigram_loss(work / "data"), "rows": found}
    write(Path(options.out), "ablation", name, result, render)
    print(_section(name, result), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--rows", nargs="+", choices=list(ROWS), default=list(ROWS), metavar="ROW")
    add("--corpus", nargs="+", default=["python_docs"], help="files, folders, or a built-in corpus")
    add("--name", default="text", help="what the corpus is called in results")
    add("--megabytes", type=float, default=60.0, help="of text, at most")
    add("--preset", default="mini")
    add("--vocabulary", type=int, default=12_000)
    add("--budget", default="12m", help="of each run")
    add("--seeds", type=int, default=3)
    add("--threads", type=int, default=1, help="of each run")
    add("--at-once", type=int, default=2, help="runs beside each other")
    add("--work", default=str(WORK / "ablation"))
    add("--out", default=str(RESULTS))
    return parser


def _run(options: argparse.Namespace, work: Path, row: str, seed: int) -> dict[str, Any]:
    """Trains once; what a stopped benchmark left of it goes on."""
    folder = work / f"{row.replace(' ', '_').replace(',', '')}-seed{seed}"
    done = folder / "result.json"
    if not done.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "yanmo", "pretrain", "--corpus", str(work / "data" / "train.txt")]
        command += ["--unit", "line", "--tokenizer", str(work / "data" / "tokenizer"), "--objective", "mlm"]
        command += ["--preset", options.preset, "--max-length", "128", "--budget", options.budget]
        command += ["--seed", str(seed), "--out", str(folder / "run"), *USUAL, *ROWS[row]]
        variables = {**environment(peer=False), "OMP_NUM_THREADS": str(options.threads)}
        with (folder / "log.txt").open("w", encoding="utf-8") as log:
            ended = subprocess.run(command, stdout=log, stderr=log, env=variables)
        if ended.returncode:
            raise SystemExit((folder / "log.txt").read_text(encoding="utf-8")[-3000:])
        with MEASURING:
            loss, _ = text_of.measure(folder / "run" / "model", work / "data")
        results = json.loads((folder / "run" / "results.json").read_text(encoding="utf-8"))
        done.write_text(json.dumps({"loss": loss, "tokens": results["tokens"]}), encoding="utf-8")
        shutil.rmtree(folder / "run")
        print(f"{folder.name}: loss {loss:.4f}, {results['tokens']:,} tokens", flush=True)
    answer: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
    return answer


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    intro = (
        "# What each choice is worth\n\nWritten by `benchmarks/ablation.py`, which says what is measured.\n"
    )
    return intro + "".join("\n" + _section(name, result) for name, result in results.items())


def _section(name: str, result: Mapping[str, Any]) -> str:
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = result["rows"]
    base = statistics.mean(run["loss"] for run in rows[BASE]) if BASE in rows else None
    lines = []
    for row, runs in rows.items():
        losses = [run["loss"] for run in runs]
        mean = statistics.mean(losses)
        ahead = "-" if base is None else f"{mean - base:+.3f}"
        tokens = statistics.mean(run["tokens"] for run in runs) / 1e6
        lines.append(
            [
                row,
                f"{mean:.3f}",
                f"{min(losses):.3f} to {max(losses):.3f}",
                ahead,
                f"{tokens:.2f}",
                str(len(runs)),
            ]
        )
    head = ["", "loss, mean", "range", "to the first", "million tokens", "seeds"]
    return (
        f"## {name}\n\n{table(head, lines)}\nA guesser by frequency alone has {result['unigram']:.3f}. "
        f"{sentence(result['conditions'])}.\n"
    )


if __name__ == "__main__":
    main()
