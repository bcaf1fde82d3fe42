"""How soon a validation loss is reached: that which Hugging Face's recipe has after some minutes.

    python benchmarks/time_to_loss.py --corpus texts/              all rows: hours; stops and goes on
    python benchmarks/time_to_loss.py --rows fp32 --seeds 1        a first look
    python benchmarks/time_to_loss.py --minutes 60 --rows fp32     the level of a longer run

A row: `fp32` and `bf16` are the recipe of run_mlm at the best of several learning rates; `given` is the same program
with Yanmo's optimiser, rates, schedule and dropout. The mean loss over seeds is the level. Yanmo then trains with
growing budgets until the mean over the same number of seeds is at most that level; the time of a run is that of its
whole process, from start to end, on both sides: imports, tokenising, training, saving.

Both sides: the same text, tokenizer and size of network, context 128. The loss is measured by one program on the same
held-out windows with the same 15 % of tokens masked, drawn once from a fixed seed. Every finished run is kept in
`.bench/time_to_loss` (--work) and not repeated.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import time_to_loss_text as text_of
from conditions import RESULTS, WORK, conditions, environment, load, sentence, table, write

HERE = Path(__file__).parent
ROWS = {
    "fp32": "Hugging Face, run_mlm, fp32",
    "bf16": "Hugging Face, run_mlm, bf16=True",
    "given": "Hugging Face with Yanmo's optimiser and settings, bf16=True",
}
RUNGS = (1 / 50, 1 / 40, 1 / 33, 1 / 25, 1 / 20, 1 / 15, 1 / 10, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 1.0)
SAME = 0.05  # share by which the numbers of parameters may differ


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    name = f"{options.size} {options.minutes:g} minutes"
    work = Path(options.work) / f"{options.name}-{options.size}-{options.minutes:g}"
    text_of.make(work / "data", options.corpus, vocab_size=options.vocabulary, megabytes=options.megabytes)
    for row in options.rows:
        result = {"conditions": conditions(), "minutes": options.minutes, **_row(options, work, row)}
        write(Path(options.out), "time_to_loss", f"{options.name} {name}, {ROWS[row]}", result, render)
        print(render({f"{name}, {ROWS[row]}": result}), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    add("--corpus", nargs="+", default=["python_docs"], help="files, folders, or a built-in corpus")
    add("--name", default="text", help="what the corpus is called in results")
    add("--megabytes", type=float, default=60.0, help="of text, at most")
    add("--minutes", type=float, default=10.0, help="that the peer has")
    add("--size", default="4x256", help="layers x width")
    add("--vocabulary", type=int, default=16_000)
    add(
        "--rates",
        nargs="+",
        type=float,
        default=[1e-4, 3e-4, 1e-3, 2e-3],
        help="the peer's, best of them taken",
    )
    add("--seeds", type=int, default=3)
    add("--batch", type=int, default=32, help="the peer's rows of 128")
    add("--set", nargs="+", default=[], metavar="KEY=VALUE", help="settings of yanmo pretrain")
    add("--work", default=str(WORK / "time_to_loss"))
    add("--out", default=str(RESULTS))
    return parser


def _row(options: argparse.Namespace, work: Path, row: str) -> dict[str, Any]:
    """The level that the peer reaches, and the first of Yanmo's budgets that reaches it too."""
    rates = [0.0] if row == "given" else options.rates  # 0: what Yanmo's configuration says
    first = {rate: _peer(options, work, row, rate, seed=0) for rate in rates}
    rate = min(first, key=lambda each: first[each]["loss"])
    peer = [first[rate], *(_peer(options, work, row, rate, seed=seed) for seed in range(1, options.seeds))]
    level = statistics.mean(run["loss"] for run in peer)
    rungs = []
    for seconds in sorted({max(1, round(60 * options.minutes * share)) for share in RUNGS}):
        runs = [_ours(options, work, seconds, seed=seed) for seed in range(options.seeds)]
        rungs.append({"budget": seconds, "runs": runs})
        sizes = {run["parameters"] for run in (*runs, *peer)}
        assert max(sizes) <= (1 + SAME) * min(sizes), f"parameters differ: {sizes}"
        if statistics.mean(run["loss"] for run in runs) <= level:
            break
    return {
        "unigram": text_of.unigram_loss(work / "data"),
        "rates": {f"{each:g}": run["loss"] for each, run in first.items()},
        "rate": rate,
        "peer": peer,
        "rungs": rungs,
    }


def _peer(options: argparse.Namespace, work: Path, row: str, rate: float, *, seed: int) -> dict[str, Any]:
    layers, hidden_size = map(int, options.size.split("x"))
    settings = {
        "data": str(work / "data"),
        "row": row,
        "rate": rate,
        "seed": seed,
        "batch": options.batch,
        "layers": layers,
        "hidden_size": hidden_size,
        "seconds": 60 * options.minutes,
    }
    folder = work / f"peer-{row}-{rate:g}-seed{seed}"
    script = str(HERE / "time_to_loss_transformers.py")
    return _run(folder, work, [sys.executable, script, json.dumps(settings), str(folder)], peer=True)


def _ours(options: argparse.Namespace, work: Path, seconds: int, *, seed: int) -> dict[str, Any]:
    layers, hidden_size = options.size.split("x")
    presets = {"4x256": "mini", "2x128": "tiny", "4x512": "small"}
    tag = "-".join(["yanmo", f"{seconds}s", f"seed{seed}", *options.set]).replace("/", "_")
    folder = work / tag
    command = [sys.executable, "-m", "yanmo", "pretrain", "--corpus", str(work / "data" / "train.txt")]
    command += ["--unit", "line", "--tokenizer", str(work / "data" / "tokenizer"), "--objective", "mlm"]
    command += ["--preset", presets[f"{layers}x{hidden_size}"], "--max-length", "128"]
    command += ["--budget", f"{seconds}s", "--seed", str(seed), "--out", str(folder / "run"), *options.set]
    return _run(folder, work, command, peer=False)


def _run(folder: Path, work: Path, command: Sequence[str], *, peer: bool) -> dict[str, Any]:
    """Runs it once; what is left of a run that was stopped is thrown away. Returns seconds and loss."""
    done = folder / "result.json"
    if not done.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        at_start = load()[0]
        began = time.monotonic()
        with (folder / "log.txt").open("w", encoding="utf-8") as log:
            found = subprocess.run(command, stdout=log, stderr=log, env=environment(peer=peer))
        seconds = time.monotonic() - began
        if found.returncode:
            raise SystemExit(
                f"{folder.name} ended:\n{(folder / 'log.txt').read_text(encoding='utf-8')[-3000:]}"
            )
        facts = folder / "facts.json"  # of the peer: what it spent on measuring its own steps
        if facts.is_file():
            seconds -= json.loads(facts.read_text(encoding="utf-8"))["uncharged"]
        loss, parameters = text_of.measure(folder / ("model" if peer else "run/model"), work / "data")
        result = {"seconds": round(seconds, 1), "loss": loss, "parameters": parameters, "load": at_start}
        done.write_text(json.dumps(result), encoding="utf-8")
        print(f"{folder.name}: {seconds:.0f} s, loss {loss:.4f}", flush=True)
    answer: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
    return answer


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    intro = "# Time to a validation loss\n\nWritten by `benchmarks/time_to_loss.py`, which says what is measured.\n"
    return intro + "".join("\n" + _section(name, result) for name, result in results.items())


def _section(name: str, result: Mapping[str, Any]) -> str:
    peer, rungs = result["peer"], result["rungs"]
    rows = [("the peer", peer), *((f"Yanmo, budget {rung['budget']} s", rung["runs"]) for rung in rungs)]
    base = statistics.median(run["seconds"] for run in peer)
    lines = []
    for label, runs in rows:
        losses = [run["loss"] for run in runs]
        seconds = statistics.median(run["seconds"] for run in runs)
        lines.append(
            [label, f"{seconds:.0f}", f"{statistics.mean(losses):.3f}", f"{min(losses):.3f} to {max(losses):.3f}",
             f"1/{base / seconds:.1f}"]
        )  # fmt: skip
    level = statistics.mean(run["loss"] for run in peer)
    last = rungs[-1]["runs"]
    reached = statistics.mean(run["loss"] for run in last) <= level
    verdict = f"reached in 1/{base / statistics.median(run['seconds'] for run in last):.1f} of the time"
    tried = ", ".join(f"{rate}: {loss:.3f}" for rate, loss in result["rates"].items())
    head = ["", "seconds, median", "loss, mean", "range", "of the peer's time"]
    return (
        f"## {name}\n\n{table(head, lines)}\nLevel {level:.3f}: {verdict if reached else 'not reached'}. A guesser by "
        f"frequency alone has {result['unigram']:.3f}. Rates tried by the peer, seed 0: {tried}. {len(peer)} seeds. "
        f"{sentence(result['conditions'])}.\n"
    )


if __name__ == "__main__":
    main()
