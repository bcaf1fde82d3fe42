"""Speed of fine-tuning on short texts beside Hugging Face's Trainer: tokens that are not padding, per second.

    python benchmarks/tuning.py                     classification and entities, dropout 0.1 on both sides
    python benchmarks/tuning.py --kinds class --corpus texts/

Both sides begin from the same directory with random weights and read the same records in batches of the same size;
labels are made up, for only the time counts. Tokenising is not timed, it is done once before the first step.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import inference_text
from conditions import RESULTS, conditions, of_this_machine, warn_if_busy, write
from turns import Contender, section, take_turns

PEER, OURS = "tuning_transformers.py", "tuning_yanmo.py"
NAMES = {"class": "classification", "tag": "entities"}


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    warn_if_busy()
    for kind in options.kinds:
        result = _measure(options, kind)
        name = f"{NAMES[kind]} {options.size}, dropout {options.dropout:g}"
        write(Path(options.out), "tuning", of_this_machine(name), result, render)
        print(section(name, result))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--kinds", nargs="+", choices=list(NAMES), default=list(NAMES))
    add("--corpus", nargs="+", default=["python_docs"], help="files, folders, or a built-in corpus")
    add("--size", default="4x256", help="layers x width")
    add("--vocabulary", type=int, default=16_000)
    add("--records", type=int, default=8000)
    add("--batch", type=int, default=32, help="records per step")
    add("--dropout", type=float, default=0.1)
    add("--rounds", type=int, default=5)
    add("--seconds", type=float, default=6.0, help="of a round of one row, at least")
    add("--warmup", type=int, default=3, help="steps before the first round")
    add("--threads", type=int, default=0, help="0: as torch has them")
    add("--without-peers", action="store_true")
    add("--out", default=str(RESULTS))
    return parser


def _measure(options: argparse.Namespace, kind: str) -> dict[str, Any]:
    where = conditions()
    layers, hidden_size = (int(part) for part in options.size.split("x"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokens = inference_text.make_encoder(
            folder,
            options.corpus,
            layers=layers,
            hidden_size=hidden_size,
            vocab_size=options.vocabulary,
            texts=options.records,
        )
        _records(folder)
        work = {
            "kind": kind,
            "data": name,
            "batch": options.batch,
            "dropout": options.dropout,
            "seconds": options.seconds,
            "warmup": options.warmup,
        }
        rows = [
            ("Hugging Face Trainer, fp32", PEER, "fp32"),
            ("Hugging Face Trainer, bf16=True", PEER, "bf16"),
            ("Yanmo, default", OURS, "auto"),
            ("Yanmo, fp32", OURS, "fp32"),
        ]
        if options.without_peers or not (find_spec("transformers") and find_spec("accelerate")):
            rows = rows[2:]
        contenders = [
            Contender(name=row, script=script, work={**work, "precision": precision})
            for row, script, precision in rows
        ]
        found = take_turns(contenders, folder, rounds=options.rounds, threads=options.threads)
    note = (
        f"{options.batch} records per step of {tokens / options.records:.0f} tokens on average, 128 at most; AdamW, "
        f"dropout {options.dropout:g} on both sides; the peer pads to the longest of a batch."
    )
    facts = ["precision", "threads", "records_per_step"]
    return {"conditions": where, "unit": "tokens", "note": note, "facts": facts, **found}


def _records(folder: Path) -> None:
    """records.json: words, a class for each text, a tag for each word."""
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    records = []
    for text in texts:
        words = text.split() or ["-"]
        tags = ["B-NAME" if len(word) > 5 else "O" for word in words]
        records.append({"text": " ".join(words), "label": str(len(words) % 2), "tokens": words, "tags": tags})
    (folder / "records.json").write_text(json.dumps(records), encoding="utf-8")


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    intro = "# Speed of fine-tuning\n\nWritten by `benchmarks/tuning.py`.\n"
    return intro + "".join("\n" + section(name, result) for name, result in results.items())


if __name__ == "__main__":
    main()
