"""What bf16 and int8 cost: the scores of finished runs in each precision, on the same records.

python benchmarks/precision.py --on runs/my-ner test.jsonl --on runs/my-clf test.jsonl
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from conditions import RESULTS, conditions, has_bf16, of_this_machine, sentence, table, write

from yanmo.api.evaluate import evaluate

Precision = Literal["fp32", "bf16", "int8"]
ROUNDED: tuple[Precision, ...] = ("bf16", "int8")


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--on", nargs=2, action="append", required=True, metavar=("RUN", "DATA"))
    parser.add_argument("--out", default=str(RESULTS))
    options = parser.parse_args(given)
    for run, data in options.on:
        result = {"conditions": conditions(), **_scores(run, data)}
        name = of_this_machine(f"{Path(run).parent.name}/{Path(run).name} on {Path(data).name}")
        write(Path(options.out), "precision", name, result, render)
    print((Path(options.out) / "precision.md").read_text(encoding="utf-8"))


def _scores(run: str, data: str) -> dict[str, Any]:
    exact = evaluate(run, data)
    metric = exact.interval.metric if exact.interval else next(iter(exact.metrics))
    scores = {"fp32": exact.metrics[metric]}
    for precision in ROUNDED if has_bf16() else ("int8",):
        scores[precision] = evaluate(run, data, precision=precision).metrics[metric]
    return {"metric": metric, "count": exact.count, "scores": scores}


def render(results: Mapping[str, Any]) -> str:
    """One line for each run."""
    rows = []
    for name, result in results.items():
        scores = result["scores"]
        unit = 1 if result["metric"] in ("bleu", "chrf") else 100
        costs = [
            f"{unit * (scores[each] - scores['fp32']):+.2f}" if each in scores else "-" for each in ROUNDED
        ]
        rows.append([name, f"{result['count']:,}", result["metric"], f"{unit * scores['fp32']:.2f}", *costs])
    head = ("run", "records", "metric", "fp32", *(f"{each} less fp32" for each in ROUNDED))
    last = sentence(list(results.values())[-1]["conditions"])
    return (
        "# What fewer bits cost\n\nWritten by `benchmarks/precision.py`. Scores of 100, higher is better.\n\n"
        f"{table(head, rows)}\n{last}.\n"
    )


if __name__ == "__main__":
    main()
