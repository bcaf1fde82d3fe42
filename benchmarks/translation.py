"""Translation: how fast it trains beside Hugging Face's Seq2SeqTrainer, and how good half an hour of it is.

    python benchmarks/translation.py --parts speed       tokens per second, interleaved as in speed.py
    python benchmarks/translation.py --parts quality     30 minutes of training, then BLEU and chrF on the test sets

The training is a run folder below --work: a finished one is only scored, a stopped one goes on.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import speed_pairs
from conditions import DATA, RESULTS, WORK, conditions, load, sentence, table, warn_if_busy, write
from speed import PEER, Row, speeds, take_turns
from speed_round import Work

from yanmo.api.evaluate import evaluate
from yanmo.api.recipes import resolve_finetune
from yanmo.api.reporter import Reporter
from yanmo.api.verbs import start_finetune
from yanmo.corpus.read import read_records

SET = "translation/multi30k_en_de_fr_cs"
TESTS = ("test_2016_flickr", "test_2017_flickr", "test_2017_mscoco")
GOAL_SPEED, GOAL_BLEU = 3.0, 30.0
ROWS = (
    Row(name="Hugging Face Seq2SeqTrainer, fp32", side="transformers_pairs", optimizer="adamw", precision="fp32"),
    Row(name="Yanmo, default (Muon)", side="yanmo_pairs", optimizer="muon", precision="auto"),
    Row(name="Yanmo, AdamW", side="yanmo_pairs", optimizer="adamw", precision="auto"),
    Row(name="Yanmo, fp32, AdamW", side="yanmo_pairs", optimizer="adamw", precision="fp32"),
    Row(name="Hugging Face Seq2SeqTrainer, bf16=True", side="transformers_pairs", optimizer="adamw", precision="bf16"),
)  # fmt: skip


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    data = Path(options.data) / SET
    if not (data / "train.jsonl.gz").is_file():
        print(f"skipped: {SET} is not in {options.data}")
        return
    warn_if_busy()
    for part in options.parts:
        name, result = {"speed": _speed, "quality": _quality}[part](options, data)
        write(Path(options.out), "translation", name, result, render)
        print(_section(name, result))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--parts", nargs="+", choices=["speed", "quality"], default=["speed", "quality"])
    add("--direction", default="en-de", help="of en, de, fr, cs")
    add("--data", default=str(DATA))
    add("--recipe", default="translation_30m", help="quality: a recipe or a YAML file")
    add("--budget", help="quality: instead of the recipe's 30 minutes")
    add("--set", nargs="+", default=[], metavar="KEY=VALUE", help="quality: further settings")
    add("--name", help="quality: of the run; another configuration needs another name")
    add("--work", default=str(WORK / "translation"))
    add("--size", default="3x256", help="speed: layers of each side x width")
    add("--vocabulary", type=int, default=8000, help="speed")
    add("--pairs", type=int, default=29_000, help="speed: of the training set")
    add("--documents", type=int, default=128, help="speed: pairs per step")
    add("--dropout", type=float, default=0.1, help="speed: of hidden states; attention has none")
    add("--rounds", type=int, default=5)
    add("--seconds", type=float, default=6.0, help="of a round of one row, at least")
    add("--warmup", type=int, default=3, help="steps before the first round")
    add("--threads", type=int, default=0, help="0: as torch has them")
    add("--without-peers", action="store_true")
    add("--out", default=str(RESULTS))
    return parser


def _speed(options: argparse.Namespace, data: Path) -> tuple[str, dict[str, Any]]:
    """All rows on the same pairs, turn by turn."""
    layers, hidden_size = (int(part) for part in options.size.split("x"))
    with_peers = not options.without_peers and all(find_spec(name) for name in PEER)
    rows = [row for row in ROWS if with_peers or row.side == "yanmo_pairs"]
    where = conditions()
    with tempfile.TemporaryDirectory() as folder:
        speed_pairs.make(
            Path(folder),
            str(data / "train.jsonl.gz"),
            direction=options.direction,
            vocab_size=options.vocabulary,
            pairs=options.pairs,
        )
        work = Work(
            kind="pairs",
            data=folder,
            layers=layers,
            hidden_size=hidden_size,
            vocab_size=options.vocabulary,
            dropout=options.dropout,
            documents=options.documents,
            seconds=options.seconds,
            warmup=options.warmup,
        )
        found = take_turns(rows, work, rounds=options.rounds, threads=options.threads)
    name = f"speed {options.direction} {options.size} dropout {options.dropout:g}"
    return name, {"conditions": where, "goal": GOAL_SPEED, **found}


class Said(Reporter):
    """Prints evaluations, so that half an hour is not silent."""

    def on_evaluate(self, step: int, metrics: Mapping[str, float], *, best: bool) -> None:
        values = ", ".join(f"{name} {value:.2f}" for name, value in metrics.items())
        print(f"step {step}: {values}{' (best)' if best else ''}, load {load()[0]}", flush=True)


def _quality(options: argparse.Namespace, data: Path) -> tuple[str, dict[str, Any]]:
    """Trains, and scores the test sets that have the target language."""
    name = options.name or "-".join([options.recipe, *([options.budget] if options.budget else [])])
    out = Path(options.work) / f"{options.direction}-{name}"
    where = conditions()
    flags = {
        "train": str(data / "train.jsonl.gz"),
        "dev": str(data / "dev.jsonl.gz"),
        "direction": options.direction,
        "budget": options.budget,
    }
    result = start_finetune(resolve_finetune(options.recipe, flags, options.set), out, reporter=Said())
    target = options.direction.split("-")[1]
    files = {test: data / f"{test}.jsonl.gz" for test in TESTS}
    scores = {
        test: evaluate(str(out), file).to_json()
        for test, file in files.items()
        if file.is_file() and target in next(read_records(file)).fields
    }
    facts = {
        **result.to_json(),
        "path": out.name,
        "config": (out / "config.yaml").read_text(encoding="utf-8"),
    }
    return f"quality {options.direction} {name}", {
        "conditions": where,
        "goal": GOAL_BLEU,
        "training": facts,
        "tests": scores,
    }


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    intro = (
        "# Translation\n\nWritten by `benchmarks/translation.py`; how it measures is said in its README.\n"
    )
    return intro + "".join("\n" + _section(name, result) for name, result in results.items())


def _section(name: str, result: Mapping[str, Any]) -> str:
    where = sentence(result["conditions"])
    if "rows" in result:
        loads = result["load_per_round"]
        return (
            f"## {name}\n\n{speeds(result['rows'])}\n"
            f"Goal: at least {result['goal']:g}x. Tokens of both sides, padding not counted. Medians of {len(loads)} "
            f"interleaved rounds, load average in them {min(loads)} to {max(loads)}. {where}.\n"
        )
    tests, training = result["tests"], result["training"]
    lines = [
        [test, f"{found['count']:,}", f"{found['metrics']['bleu']:.1f}", f"{found['metrics']['chrf']:.1f}"]
        for test, found in tests.items()
    ]
    signatures = next(iter(tests.values()))["signatures"]
    return (
        f"## {name}\n\n{table(['test set', 'pairs', 'BLEU', 'chrF'], lines)}\n"
        f"Goal: at least {result['goal']:g} BLEU on test_2016_flickr. {training['steps']:,} steps; dev "
        f"{training['metrics']['bleu']:.1f} at step {training['best_step']:,}. "
        f"Signatures: {signatures['bleu']}; {signatures['chrf']}. {where}.\n"
    )


if __name__ == "__main__":
    main()
