"""Peak memory of pre-training on lengths up to 512 beside Hugging Face's Trainer: same network, same batch.

    python benchmarks/peak.py

What the process held at most, everything in it counted: Python, torch, the text. On a GPU it says little.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import speed_text
from conditions import RESULTS, conditions, sentence, table, write
from turns import Contender, Side

KINDS = {"long": "log-normal lengths, mean 144, at most 512", "long full": "rows of 512 without a gap"}


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    for kind in KINDS:
        result = _measure(options, kind)
        name = f"{kind} {options.size}, {options.documents} documents, dropout {options.dropout:g}"
        write(Path(options.out), "peak", name, result, render)
        print(_section(name, result))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--corpus", nargs="+", default=["python_docs"], help="files, folders, or a built-in corpus")
    add("--size", default="4x256", help="layers x width")
    add("--vocabulary", type=int, default=16_000)
    add("--documents", type=int, default=32, help="per step")
    add("--dropout", type=float, default=0.1)
    add("--seconds", type=float, default=20.0, help="of training, at least")
    add("--tokens", type=int, default=500_000, help="of text")
    add("--threads", type=int, default=0, help="0: as torch has them")
    add("--without-peers", action="store_true")
    add("--out", default=str(RESULTS))
    return parser


def _measure(options: argparse.Namespace, kind: str) -> dict[str, Any]:
    where = conditions()
    layers, hidden_size = (int(part) for part in options.size.split("x"))
    with tempfile.TemporaryDirectory() as name:
        speed_text.make(
            Path(name),
            speed_text.KINDS[kind],
            options.corpus,
            vocab_size=options.vocabulary,
            tokens=options.tokens,
        )
        work = {
            "kind": kind,
            "data": name,
            "layers": layers,
            "hidden_size": hidden_size,
            "vocab_size": options.vocabulary,
            "dropout": options.dropout,
            "documents": options.documents,
            "padding": "longest",
            "seconds": options.seconds,
            "warmup": 3,
        }
        peers = [
            ("Hugging Face Trainer, fp32", "speed_transformers.py", "adamw", "fp32"),
            ("Hugging Face Trainer, bf16=True", "speed_transformers.py", "adamw", "bf16"),
        ]
        ours = [
            ("Yanmo, default", "speed_yanmo.py", "muon", "auto"),
            ("Yanmo, fp32, AdamW", "speed_yanmo.py", "adamw", "fp32"),
        ]
        with_peers = not options.without_peers and find_spec("transformers") and find_spec("accelerate")
        rows = []
        for row, script, optimizer, precision in [*(peers if with_peers else []), *ours]:
            contender = Contender(
                name=row, script=script, work={**work, "optimizer": optimizer, "precision": precision}
            )
            rows.append(_peak(contender, Path(name), options.threads))
    return {"conditions": where, "text": KINDS[kind], "rows": rows}


def _peak(contender: Contender, folder: Path, threads: int) -> dict[str, Any]:
    """One round of it, alone."""
    side = Side(contender, folder, threads)
    try:
        side.turn()
        return {"row": contender.name, "peak_megabytes": side.peak_megabytes(), **side.facts}
    finally:
        side.close()


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    intro = "# Peak memory of pre-training\n\nWritten by `benchmarks/peak.py`.\n"
    return intro + "".join("\n" + _section(name, result) for name, result in results.items())


def _section(name: str, result: Mapping[str, Any]) -> str:
    base = result["rows"][0]["peak_megabytes"]
    lines = [
        [
            row["row"],
            f"{row['peak_megabytes']:,.0f}" if base else "not told here",
            f"{row['peak_megabytes'] / base:.2f}" if base else "-",
            f"{row['documents']:.1f}",
            row["precision"],
        ]
        for row in result["rows"]
    ]
    rows = table(["", "peak MB", "of the first", "documents/step", "precision"], lines)
    return f"## {name}\n\n{rows}\nText: {result['text']}. {sentence(result['conditions'])}.\n"


if __name__ == "__main__":
    main()
