"""Pre-training on one GPU beside Hugging Face's Trainer and nanoGPT: BERT-base and GPT-2 (124 M), bf16.

Tokens per second that are not padding, useful operations as a share of the rate of products measured on the same
card, peak memory, and the time from the start of the process to the end of its first step, compilation included.

    python benchmarks/gpu.py                             under 9 minutes on one H200-class card
    python benchmarks/gpu.py --nanogpt ../nanoGPT        with a checkout of nanoGPT (its model.py is imported)
    python benchmarks/gpu.py --kinds short --without-peers

Every row is a process of its own with random ids of the same lengths. Rows that no longer fit into the time are named
as not run, the least important first.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from conditions import RESULTS, conditions, environment, sentence, table, write
from gpu_work import Work

HERE = Path(__file__).parent
PEER = ("transformers", "accelerate")
SHARE_GOAL = 0.6  # of the measured rate
RATIO_GOALS = {"short": 2.5, "full": 1.3, "causal": 1.3}
NOT_RUN = (
    "Not run: no GPU was at hand. `python benchmarks/gpu.py` on a machine that has one fills this page.\n"
)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """documents: in a step. sequences: that the data set has."""

    name: str
    length: int
    documents: int
    sequences: int
    vocab_size: int


KINDS = {
    kind.name: kind
    for kind in (
        Kind(name="short", length=128, documents=512, sequences=40_000, vocab_size=30_528),
        Kind(name="full", length=512, documents=64, sequences=6_000, vocab_size=30_528),
        Kind(name="causal", length=1024, documents=32, sequences=3_000, vocab_size=50_304),
    )
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """The fastest row of `transformers` of a kind is what the others are compared with."""

    name: str
    side: str
    options: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("short", "full", "causal")


# in the order of their weight: what comes late is left out when the time is used up
ROWS = (
    Row(name="Yanmo, AdamW", side="yanmo"),
    Row(name="Hugging Face Trainer, SDPA, compiled", side="transformers", options=("compile",),
        kinds=("full", "causal")),
    Row(name="Hugging Face Trainer, SDPA", side="transformers", kinds=("short",)),
    Row(name="nanoGPT, compiled", side="nanogpt", options=("compile",), kinds=("causal",)),
    Row(name="Yanmo, default (Muon)", side="yanmo", options=("muon",)),
    Row(name="Hugging Face Trainer, SDPA, compiled, padded to 128", side="transformers", options=("compile", "padded"),
        kinds=("short",)),
    Row(name="Yanmo, AdamW, recomputation", side="yanmo", options=("recompute",), kinds=("full",)),
)  # fmt: skip


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    if options.device == "cuda" and not torch.cuda.is_available():
        print(NOT_RUN, end="")
        return
    deadline = time.monotonic() + 60 * options.minutes
    where = conditions()
    where["gpu"] = _in_a_process(_NAME) if options.device == "cuda" else "none, a trial on the processor"
    peak = float(
        _in_a_process(_RATE.format(device=options.device, size=8192 if options.device == "cuda" else 512))
    )
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in options.kinds}
    for row in _rows(options):  # row by row, so that every kind has its first ones
        for kind in options.kinds:
            if kind in row.kinds:
                found[kind].append(_measure(options, row, KINDS[kind], peak, deadline))
    for kind, rows in found.items():
        _compare(rows)
        result = {"conditions": where, "peak_gflops": peak, "goal": RATIO_GOALS[kind], "rows": rows}
        name = f"{kind} {options.layers}x{options.hidden_size}"
        write(Path(options.out), "gpu", name, result, render)
        print(_section(name, result))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    add("--layers", type=int, default=12)
    add("--hidden-size", type=int, default=768)
    add("--vocabulary", type=int, default=0, help="0: 30,528 for BERT, 50,304 for GPT-2")
    add("--documents", type=int, default=0, help="in a step; 0: 512 short, 64 full, 32 causal ones")
    add("--sequences", type=int, default=0, help="in the data set; 0: some tens of thousands")
    add("--seconds", type=float, default=12.0, help="that a row is timed for, after its warm-up")
    add("--warmup", type=int, default=10, help="steps, compilation among them")
    add("--minutes", type=float, default=8.5, help="for all rows together")
    add("--nanogpt", default="", help="a checkout of nanoGPT")
    add("--without-peers", action="store_true")
    add("--device", default="cuda", choices=("cuda", "cpu"), help="cpu: only to try the script out")
    add("--out", default=str(RESULTS))
    return parser


def _rows(options: argparse.Namespace) -> list[Row]:
    with_peers = not options.without_peers and all(find_spec(name) for name in PEER)
    there = {"yanmo": True, "transformers": with_peers, "nanogpt": bool(options.nanogpt)}
    return [row for row in ROWS if there[row.side]]


def _measure(
    options: argparse.Namespace, row: Row, kind: Kind, peak: float, deadline: float
) -> dict[str, Any]:
    left = deadline - time.monotonic()
    if left < 2 * options.seconds:
        return {"row": row.name, "side": row.side, "not_run": "the time was used up"}
    documents = options.documents or kind.documents
    whole = math.ceil((options.sequences or kind.sequences) / documents)  # steps of an epoch
    work = Work(
        side=row.side,
        options=row.options,
        kind=kind.name,
        length=kind.length,
        layers=options.layers,
        hidden_size=options.hidden_size,
        vocab_size=options.vocabulary or kind.vocab_size,
        documents=documents,
        sequences=whole * documents,
        device=options.device,
        seconds=options.seconds,
        warmup=options.warmup,
        nanogpt=str(Path(options.nanogpt).resolve()) if options.nanogpt else "",
        started=time.time(),
    )
    command = [sys.executable, str(HERE / f"gpu_{row.side}.py"), json.dumps(asdict(work))]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        try:
            done = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=log, text=True, timeout=left, check=False,
                env=environment(peer=row.side != "yanmo"),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"row": row.name, "side": row.side, "not_run": "the time was used up"}
        if done.returncode or not done.stdout:
            log.seek(0)
            print(f"{row.name} ended:\n{log.read()[-3000:]}", file=sys.stderr)
            return {"row": row.name, "side": row.side, "not_run": "it ended with an error"}
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {"row": row.name, "side": row.side, **measured, "share": measured["gflops"] / peak}


def _compare(rows: list[dict[str, Any]]) -> None:
    """Adds how many times as fast as the peer's fastest row each one is."""
    base = _base(rows)
    for row in rows:
        if base is not None and "not_run" not in row:
            row["ratio"] = round(row["tokens_per_second"] / base["tokens_per_second"], 2)


def _base(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    peers = [row for row in rows if row["side"] == "transformers" and "not_run" not in row]
    return max(peers, key=lambda row: float(row["tokens_per_second"]), default=None)


_NAME = "import torch; print(torch.cuda.get_device_name())"
_RATE = (
    "from yanmo.machine.products import measure; "
    "print(max(product.rate for product in measure('{device}', ('bf16', 'highest'), size={size})))"
)


def _in_a_process(code: str) -> str:
    """What it prints; this process itself never holds the card."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    intro = "# Pre-training on one GPU\n\nWritten by `benchmarks/gpu.py`; how it measures is said in its README.\n"
    return intro + "".join("\n" + _section(name, result) for name, result in results.items())


def _section(name: str, result: Mapping[str, Any]) -> str:
    head = ["", "tokens/s", "x", "share of the measured rate", "peak memory, GB", "first step, s"]
    lines = [
        [row["row"], f"not run: {row['not_run']}", "-", "-", "-", "-"]
        if "not_run" in row
        else [
            row["row"],
            f"{row['tokens_per_second']:,.0f}",
            f"{row['ratio']:.2f}" if "ratio" in row else "-",
            f"{row['share']:.0%}",
            f"{row['peak_bytes'] / 2**30:.1f}",
            f"{row['first_step_seconds']:.0f}",
        ]
        for row in result["rows"]
    ]
    base = _base(result["rows"])
    against = "" if base is None else f"x: against {base['row']}. "
    return (
        f"## {name}\n\n{table(head, lines)}\n"
        f"{against}Goals: {result['goal']:g}x and {SHARE_GOAL:.0%}. Card: {result['conditions']['gpu']}; "
        f"its products reach {result['peak_gflops'] / 1000:,.1f} TFLOP/s in bf16 or fp32, whichever is faster. "
        f"{sentence(result['conditions'])}.\n"
    )


if __name__ == "__main__":
    main()
