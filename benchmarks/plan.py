"""Does `yanmo plan` tell the truth? On corpora that its law was not fitted to: plan, train as planned, compare.

python benchmarks/plan.py                                ten corpora, a minute of training each
python benchmarks/plan.py --budget 5m --models gpt2 --corpora zh_law en_novels
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conditions import DATA, RESULTS, WORK, conditions, sentence, table, warn_if_busy, write
from plan_runs import LAYERS, corpus_file, run

from yanmo.api.loss_constants import BY_TERM
from yanmo.api.loss_law import ExpectedLoss, TextStatistics, expected_loss

CORPORA = (  # none of which the law was fitted to
    "pretrain/zh_law", "qa/zh_cmrc2018", "pair/zh_ocnli", "pretrain/zh_poetry",
    "pretrain/en_dialogue_sgd", "pretrain/en_misc", "pretrain/en_wikitext2", "qa/en_subjqa", "pair/en_qqp_20k",
    "translation/tatoeba_en_zh",
)  # fmt: skip
NEEDED = 0.8  # of the corpora have their true loss in the band
NEAR = 0.15  # by which tokens and memory may be off
CHARACTERS = 30_000_000


def main(given: Sequence[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", nargs="+", default=list(CORPORA))
    parser.add_argument("--models", nargs="+", default=["bert"], choices=["bert", "gpt2"])
    parser.add_argument("--preset", default="auto")
    parser.add_argument("--budget", default="1m")
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="KEY=VALUE", help="further settings of the run"
    )
    parser.add_argument("--data", default=str(DATA))
    parser.add_argument("--work", default=str(WORK / "plan"))
    parser.add_argument("--out", default=str(RESULTS))
    parser.add_argument(
        "--only-render", action="store_true", help="the page anew, after a new fit of the law"
    )
    options = parser.parse_args(given)
    if options.only_render:
        path = Path(options.out) / "plan.json"
        page = render(json.loads(path.read_text(encoding="utf-8")))
        path.with_suffix(".md").write_text(page, encoding="utf-8")
        return {}
    warn_if_busy()
    results: dict[str, Any] = {}
    for model in options.models:
        for name in options.corpora:
            source = Path(options.data) / name / "train.jsonl.gz"
            if not source.is_file():
                print(f"skipped: {name} is not in {options.data}")
                continue
            section = f"{source.parent.name} {model} {options.preset} {options.budget}"
            where = conditions()
            results[section] = {"conditions": where, **check(options, model, source.parent.name, source)}
            write(Path(options.out), "plan", section, results[section], render)
            print(" | ".join(_row(section, results[section])), flush=True)
    return results


def check(options: argparse.Namespace, model: str, name: str, source: Path) -> dict[str, Any]:
    """What the plan said of one corpus, and what the run that followed it gave."""
    work = Path(options.work)
    corpus = corpus_file(source, work / "corpora" / f"{name}.jsonl", characters=CHARACTERS)
    folder = work / f"{name}-{model}-{options.preset}-{options.budget}"
    outcome = run(
        {"model": model, "preset": options.preset, "budget": options.budget, "corpus": [str(corpus)],
         "settings": options.set, "plan": True, "folder": str(folder)}
    )  # fmt: skip
    planned = outcome["plan"]["machines"][0]
    term = "mlm" if model == "bert" else "clm"
    return {
        "term": term,
        "preset": outcome["preset"],
        "tokens": {"planned": planned["tokens"], "true": outcome["tokens"]},
        "memory": {"planned": planned["memory_bytes"], "true": outcome["peak_bytes"]},
        "epochs": {"planned": planned["epochs"], "true": outcome["epochs"]},
        "loss": outcome["metrics"][f"loss_{term}"],
        "layers": LAYERS[outcome["preset"]],
        "vocab_size": planned["vocab_size"],
        "unigram": outcome["plan"]["unigram"],
        "neighbours": outcome["plan"]["neighbours"],
        "length": outcome["plan"]["length"],
        "corpus_tokens": outcome["plan"]["tokens"],
        "plan_seconds": outcome["plan_seconds"],
        "load": outcome["load"],
    }


HEAD = ("corpus, model, preset, budget", "chosen", "tokens", "off", "epochs", "loss (80 %)", "true", "inside",
        "memory MB", "off", "plan s")  # fmt: skip


def _row(section: str, result: dict[str, Any]) -> list[str]:
    law = band(result)
    return [
        section,
        result["preset"],
        f"{result['tokens']['true']:,}",
        f"{100 * off(result['tokens']):+.0f} %",
        f"{result['epochs']['true']:.2f}",
        f"{law.loss:.2f} ({law.low:.2f} to {law.high:.2f})",
        f"{result['loss']:.2f}",
        "yes" if law.low <= result["loss"] <= law.high else "no",
        f"{result['memory']['true'] / 2**20:,.0f}",
        f"{100 * off(result['memory']):+.0f} %",
        f"{result['plan_seconds']:.0f}",
    ]


def band(result: dict[str, Any], tokens: str = "planned") -> ExpectedLoss:
    """What the law, as it stands now, says of what the plan saw: a new fit needs no new runs here.

    tokens: those "planned", which also depend on what speed the machine had then, or the "true" ones.
    """
    text = TextStatistics(
        vocab_size=result["vocab_size"], tokens=result["corpus_tokens"], unigram=result["unigram"],
        neighbours=result["neighbours"], length=result["length"],
    )  # fmt: skip
    constants = BY_TERM[result["term"]]
    return expected_loss(constants, text, parameters=result["layers"], tokens=result["tokens"][tokens])


def off(values: dict[str, float]) -> float:
    """By which share of the true value the plan was too high."""
    return values["planned"] / values["true"] - 1


def render(everything: dict[str, Any]) -> str:
    found = list(everything.values())
    inside, by_true_tokens = (
        sum(law.low <= result["loss"] <= law.high for result in found for law in [band(result, tokens)])
        for tokens in ("planned", "true")
    )
    tokens = sum(abs(off(result["tokens"])) <= NEAR for result in found)
    memory = sum(abs(off(result["memory"])) <= NEAR for result in found)
    notes = sorted({sentence(result["conditions"]) for result in found})
    return (
        "# What `yanmo plan` said, and what came\n\nWritten by `benchmarks/plan.py`. The corpora are not those that "
        "the law was fitted to one by one.\n\n"
        + table(HEAD, [_row(section, result) for section, result in everything.items()])
        + f"\nThe true loss is inside the range in {inside} of {len(found)} (goal {NEEDED:.0%}); of the tokens that "
        f"the run really had, the law's range holds it in {by_true_tokens}. Tokens are within {NEAR:.0%} in {tokens}, "
        f"memory in {memory}.\n\n" + "".join(f"- {note}\n" for note in notes)
    )


if __name__ == "__main__":
    main()
