"""Speed of encoding and of generation beside Hugging Face's pipeline and `generate`, and ONNX Runtime.

    python benchmarks/inference.py                        2,000 texts; 96 tokens after 32 at batch 1 and 8
    python benchmarks/inference.py --kinds encode --corpus texts/

Both sides load the same directory, with random weights. Loading is not timed; tokenising texts is.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import inference_text
from conditions import RESULTS, conditions, of_this_machine, warn_if_busy, write
from turns import Contender, section, take_turns

PEER = "inference_transformers.py"
ONNX = ("onnx", "onnxruntime", "onnxscript")
OURS = "inference_yanmo.py"
LOADED = {"precision": "bf16", "weights": "bf16"}  # from_pretrained(..., dtype=torch.bfloat16)


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    warn_if_busy()
    size = tuple(int(part) for part in options.size.split("x"))
    for kind in options.kinds:
        batches = options.batches if kind == "generate" else [options.texts]
        for batch in batches:
            result = _measure(options, kind, size, batch)
            name = f"{kind} {options.size}, " + (
                f"batch {batch}" if kind == "generate" else f"{batch:,} texts"
            )
            write(Path(options.out), "inference", of_this_machine(name), result, render)
            print(section(name, result))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--kinds", nargs="+", choices=["encode", "generate"], default=["encode", "generate"])
    add("--corpus", nargs="+", default=["python_docs"], help="files, folders, or a built-in corpus")
    add("--size", default="6x384", help="layers x width")
    add("--vocabulary", type=int, default=16_000)
    add("--texts", type=int, default=2000)
    add("--batches", nargs="+", type=int, default=[1, 8], help="prompts that are continued together")
    add("--prompt", type=int, default=32, help="tokens")
    add("--new", type=int, default=96, help="tokens")
    add("--rounds", type=int, default=5)
    add("--threads", type=int, default=0, help="0: as torch has them")
    add("--without-peers", action="store_true")
    add("--out", default=str(RESULTS))
    return parser


def _measure(options: argparse.Namespace, kind: str, size: Sequence[int], batch: int) -> dict[str, Any]:
    where = conditions()
    layers, hidden_size = size
    shared = {"layers": layers, "hidden_size": hidden_size, "vocab_size": options.vocabulary}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if kind == "encode":
            tokens = inference_text.make_encoder(folder, options.corpus, **shared, texts=batch)
            work: dict[str, Any] = {"kind": kind, "data": name}
            note = (
                f"{batch:,} texts of {tokens / batch:.0f} tokens on average, 128 at most; vectors are means."
            )
        else:
            inference_text.make_decoder(
                folder, options.corpus, **shared, prompts=batch, length=options.prompt
            )
            work = {"kind": kind, "data": name, "batch": batch, "new": options.new}
            note = f"{options.new} tokens after {options.prompt}, greedy; equal tokens have equal numbers."
        contenders = _ours(kind, work)
        if not options.without_peers and find_spec("transformers"):
            contenders = [*_peers(kind, work), *contenders]
        found = take_turns(contenders, folder, rounds=options.rounds, threads=options.threads)
    facts = ["precision", "threads", *(["tokens"] if kind == "generate" else [])]
    unit = "texts" if kind == "encode" else "tokens"
    return {"conditions": where, "unit": unit, "note": note, "facts": facts, **found}


def _peers(kind: str, work: Mapping[str, Any]) -> list[Contender]:
    """The first is what the others are compared with."""
    if kind == "encode":
        ways = (
            ("Hugging Face pipeline, fp32", {"way": "pipeline", "precision": "fp32"}),
            ("Hugging Face, 32 sorted by length, fp32", {"way": "sorted", "precision": "fp32"}),
            ("Hugging Face, 32 sorted by length, bf16 autocast", {"way": "sorted", "precision": "bf16"}),
            ("Hugging Face pipeline, weights in bf16", {"way": "pipeline", **LOADED}),
            ("Hugging Face, 32 sorted by length, weights in bf16", {"way": "sorted", **LOADED}),
        )
    else:
        ways = (
            ("Hugging Face generate, fp32", {"precision": "fp32"}),
            ("Hugging Face generate, bf16 autocast", {"precision": "bf16"}),
            ("Hugging Face generate, weights in bf16", LOADED),
        )
    peers = [Contender(name=name, script=PEER, work={**work, **way}) for name, way in ways]
    if kind == "encode" and all(find_spec(name) for name in ONNX):
        peers += [
            Contender(
                name=f"ONNX Runtime, 32 sorted by length, {precision}",
                script="inference_onnx.py",
                work={**work, "precision": precision},
            )
            for precision in ("fp32", "int8")
        ]
    return peers


def _ours(kind: str, work: Mapping[str, Any]) -> list[Contender]:
    precisions = ("auto", "fp32", "int8") if kind == "encode" else ("fp32", "bf16", "int8")
    names = {each: f"Yanmo, {'default' if each == 'auto' else each}" for each in precisions}
    return [Contender(name=names[each], script=OURS, work={**work, "precision": each}) for each in precisions]


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    intro = "# Speed of inference\n\nWritten by `benchmarks/inference.py`.\n"
    return intro + "".join("\n" + section(name, result) for name, result in results.items())


if __name__ == "__main__":
    main()
