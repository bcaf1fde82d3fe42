"""Pre-training speed beside Hugging Face's Trainer: tokens that are not padding, per second.

Each row is a process of its own (the peer keeps its own allocator and matmul settings) that trains only while it is
its turn; turns are interleaved, and the ratio of a round is that of two neighbours in time.

    python benchmarks/speed.py                                 short, full, causal on Python's documentation
    python benchmarks/speed.py --kinds short --corpus texts/   on other text
    NANOGPT=../nanoGPT python benchmarks/speed.py --kinds causal   where the source of nanoGPT lies there
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import speed_text
import torch
import turns
from conditions import RESULTS, conditions, has_bf16, of_this_machine, sentence, table, warn_if_busy, write
from speed_round import Work
from useful import operations, product_rate

PEER = ("transformers", "accelerate")
KINDS = ("short", "full", "causal")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table. The first row of the peer is what the others are compared with."""

    name: str
    side: str
    optimizer: str
    precision: str
    padding: str = "longest"


BASE = Row(name="Hugging Face Trainer, fp32, AdamW", side="transformers", optimizer="adamw", precision="fp32")
OURS = (
    Row(name="Yanmo, default (Muon)", side="yanmo", optimizer="muon", precision="auto"),
    Row(name="Yanmo, AdamW", side="yanmo", optimizer="adamw", precision="auto"),
    Row(name="Yanmo, fp32 (Muon)", side="yanmo", optimizer="muon", precision="fp32"),
    Row(name="Yanmo, fp32, AdamW", side="yanmo", optimizer="adamw", precision="fp32"),
)
PADDED = Row(
    name="Hugging Face Trainer, fp32, padded to 128",
    side="transformers",
    optimizer="adamw",
    precision="fp32",
    padding="max",
)
PEER_BF16 = Row(
    name="Hugging Face Trainer, bf16=True", side="transformers", optimizer="adamw", precision="bf16"
)
PEER_TUNED = Row(
    name="Hugging Face Trainer, bf16=True, eager attention, allocator that keeps large buffers",
    side="transformers",
    optimizer="adamw",
    precision="tuned",
)
PEER_TUNED_FP32 = Row(
    name="Hugging Face Trainer, eager attention, allocator that keeps large buffers",
    side="transformers",
    optimizer="adamw",
    precision="tuned_fp32",
)
NANOGPT = tuple(
    Row(name=name, side="nanogpt", optimizer="adamw", precision=precision)
    for name, precision in (("nanoGPT, fp32", "fp32"), ("nanoGPT, bf16 autocast", "bf16"))
)


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    with_peers = not options.without_peers and all(find_spec(name) for name in PEER)
    if not with_peers:
        print("without peers: transformers and accelerate are not installed, or were not asked for")
    warn_if_busy()
    for name in options.kinds:
        sizes = [options.causal_size] if name == "causal" else options.size
        for size, dropout in itertools.product(sizes, options.dropout):
            result = _measure(options, speed_text.KINDS[name], size, dropout, with_peers)
            section = of_this_machine(f"{name} {size} dropout {dropout:g}")
            write(Path(options.out), "speed", section, result, render)
            print(_section(section, result), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    add("--corpus", nargs="+", default=["python_docs"], help="files, folders, or a built-in corpus")
    add("--size", nargs="+", default=["4x256", "6x384"], help="layers x width of the BERT")
    add("--causal-size", default="6x384", help="of the GPT-2")
    add("--vocabulary", type=int, default=16_000)
    add("--documents", type=int, default=32, help="documents per step (short, full)")
    add("--causal-documents", type=int, default=8, help="documents per step (causal)")
    add("--dropout", nargs="+", type=float, default=[0.0, 0.1])
    add("--rounds", type=int, default=5)
    add("--seconds", type=float, default=6.0, help="of a round of one row, at least")
    add("--warmup", type=int, default=3, help="steps before the first round")
    add("--threads", type=int, default=0, help="0: as torch has them")
    add("--tokens", type=int, default=500_000, help="of text")
    add("--only-base-rows", action="store_true", help="the peer's fp32 and Yanmo's default alone")
    add("--without-peers", action="store_true")
    add("--out", default=str(RESULTS))
    return parser


def _rows(options: argparse.Namespace, kind: speed_text.Kind, with_peers: bool) -> list[Row]:
    if options.only_base_rows:
        return [BASE, OURS[0]] if with_peers else [OURS[0]]
    peers = [PEER_BF16, PEER_TUNED if has_bf16() else PEER_TUNED_FP32, *([] if kind.full else [PADDED])]
    if kind.family == "decoder" and os.environ.get("NANOGPT"):
        peers += NANOGPT
    return [BASE, *OURS, *peers] if with_peers else list(OURS)


def _measure(
    options: argparse.Namespace, kind: speed_text.Kind, size: str, dropout: float, with_peers: bool
) -> dict[str, Any]:
    """All rows of one kind of text at one rate of dropout, turn by turn."""
    layers, hidden_size = (int(part) for part in size.split("x"))
    where = conditions()
    documents = options.causal_documents if kind.name == "causal" else options.documents
    with tempfile.TemporaryDirectory() as folder:
        fill = speed_text.make(
            Path(folder), kind, options.corpus, vocab_size=options.vocabulary, tokens=options.tokens
        )
        work = Work(
            kind=kind.name,
            data=folder,
            layers=layers,
            hidden_size=hidden_size,
            vocab_size=options.vocabulary,
            dropout=dropout,
            documents=documents,
            seconds=options.seconds,
            warmup=options.warmup,
        )
        rows = _rows(options, kind, with_peers)
        found = take_turns(rows, work, rounds=options.rounds, threads=options.threads)
        rate = product_rate(options.threads or torch.get_num_threads())
        useful = operations(
            np.array([len(sequence) for sequence in speed_text.sequences(Path(folder))]),
            layers=layers,
            hidden_size=hidden_size,
            vocab_size=options.vocabulary,
            causal=kind.family == "decoder",
        )
    for row in found["rows"]:
        row["share"] = row["tokens_per_second"] * useful / 1e9 / rate
    return {
        "conditions": where,
        "corpus": [Path(name).name for name in options.corpus],
        "dropout": dropout,
        "fill_when_padded": round(fill, 4),
        "product_gflops": round(rate),
        **found,
    }


def take_turns(rows: Sequence[Row], work: Work, *, rounds: int, threads: int) -> dict[str, Any]:
    """Trains the work in the way of each row, turn by turn: `load_per_round`, and for each of the `rows` its speed.

    Where the first row is a peer, the others are compared with it, round by round.
    """
    contenders = [
        turns.Contender(
            name=row.name,
            script=f"speed_{row.side}.py",
            work=asdict(replace(work, optimizer=row.optimizer, precision=row.precision, padding=row.padding)),
        )
        for row in rows
    ]
    found = turns.take_turns(contenders, Path(work.data), rounds=rounds, threads=threads)
    compared = rows[0].side.startswith("transformers")
    return {**found, "rows": [_in_tokens(row, compared=compared) for row in found["rows"]]}


def _in_tokens(row: dict[str, Any], *, compared: bool) -> dict[str, Any]:
    """A row of `turns`, in tokens and steps. compared: with a peer in the first row."""
    rounds = [{"tokens": each.pop("count"), **each} for each in row.pop("rounds")]
    values = {
        "row": row.pop("row"),
        "tokens_per_second": round(row.pop("per_second")),
        "tokens_per_processor_second": round(row.pop("per_processor_second")),
        "seconds_per_step": statistics.median(each["seconds"] / each["steps"] for each in rounds),
    }
    ratio, both = row.pop("ratio"), row.pop("ratio_range")
    if compared:
        values |= {"ratio": round(ratio, 2), "ratio_range": [round(one, 2) for one in both]}
    return {**values, **row, "rounds": rounds}


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    intro = "# Speed of pre-training\n\nWritten by `benchmarks/speed.py`; how it measures is said in its README.\n"
    return intro + "".join("\n" + _section(name, result) for name, result in results.items())


def speeds(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of the rows of one measurement."""
    shares = ["useful"] if "share" in rows[0] else []
    head = ["", "tokens/s", "per core second", "x", "range", *shares, "documents/step", "fill"]
    lines = [
        [
            row["row"] + (" (bf16)" if row["precision"] == "bf16" and "bf16" not in row["row"] else ""),
            f"{row['tokens_per_second']:,}",
            f"{row['tokens_per_processor_second']:,}",
            f"{row['ratio']:.1f}" if "ratio" in row else "-",
            "{:.1f} to {:.1f}".format(*row["ratio_range"]) if "ratio" in row else "-",
            *([f"{row['share']:.0%}"] if shares else []),
            f"{row['documents']:.1f}",
            f"{row['fill']:.2f}",
        ]
        for row in rows
    ]
    return table(head, lines)


def _of_products(result: Mapping[str, Any]) -> str:
    if "product_gflops" not in result:
        return ""
    rate = f"{result['product_gflops']:,} GFLOP/s"
    return f"Useful: operations that the network needs, as a share of the rate of large products, {rate}. "


def must(kind: str, dropout: float) -> float:
    """The least that Yanmo's default should be ahead of the peer in fp32: dropout costs both sides the same time."""
    if kind == "short":
        return 7.0 if dropout else 10.0
    return {"full": 4.0, "causal": 2.8}[kind]


def _section(name: str, result: Mapping[str, Any]) -> str:
    threads = sorted({row["threads"] for row in result["rows"]})
    loads = result["load_per_round"]
    rows = speeds(result["rows"])
    return (
        f"## {name}\n\n{rows}\n"
        f"Goal: at least {must(name.split()[0], result['dropout']):g}x. Text: {', '.join(result['corpus'])}, fill "
        f"{result['fill_when_padded']:.2f} when each document is padded to the full length. "
        f"{_of_products(result)}"
        f"Threads: {', '.join(map(str, threads))}. Medians of {len(loads)} interleaved rounds, load average in them "
        f"{min(loads)} to {max(loads)}. {sentence(result['conditions'])}.\n"
    )


if __name__ == "__main__":
    main()
