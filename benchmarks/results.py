"""The table of docs/results.md: what a pre-trained model gives on each labelled set, beside what it is measured by.

Beside it stand the same network from random weights with the same sweep of learning rates, a classical baseline, and
published results. Models are runs that were pre-trained before. Every fine-tuning is a run folder below --work, and
every row is written as it is done: give the same command again to go on.

    python benchmarks/results.py --zh runs/my-bert-zh --en runs/my-bert-en
    python benchmarks/results.py --en runs/my-bert-en --sets en_trec --train-limit 500 --seeds 1      a quick look
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conditions import DATA, RESULTS, WORK, conditions, sentence, table, warn_if_busy, write
from page import PAGE, put
from study import Study, Sweep, mean, span, starts_from

from yanmo.api import recipe_files
from yanmo.config import Tree
from yanmo.evaluation import suite as suites
from yanmo.evaluation.suite import Suite

CORE = (
    "zh_chnsenticorp",
    "zh_cluener",
    "zh_lcqmc",
    "zh_cmrc2018",
    "en_sst2",
    "en_conll2003",
    "en_stsb",
    "multi30k_en_de",
)
OTHERS = (
    "zh_tnews", "zh_waimai", "zh_ocnli", "zh_stsb", "zh_msra", "zh_resume", "zh_classical_to_modern", "tatoeba_en_zh",
    "tatoeba_zh_en", "zh_quatrains", "en_trec", "en_imdb", "en_mrpc", "en_mnli", "en_wnut17", "en_squadshifts",
    "en_subjqa", "multi30k_en_fr", "en_e2e",
)  # fmt: skip
EPOCHS = {"en_imdb": 2.0, "en_sst2": 1.0, "zh_msra": 1.0, "zh_tnews": 1.0}
MOST_SEEN, MOST_EPOCHS = (
    50_000,
    10,
)  # records in a fine-tuning, epochs together, where a set is not named above
HEAD = [
    "set", "measure", "records", "pre-training", "seeds", "random weights", "pre-trained", "difference (95 %)", "p",
    "classical", "published",
]  # fmt: skip


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    warn_if_busy()
    data = Path(options.data)
    for name in options.sets:
        suite = suites.find(name)
        if not suite.is_there(data):
            print(f"skipped: {name} is not in {data}")
            continue
        starts = _starts(suite, options)
        if starts is None:
            print(f"skipped: {name} needs a model: --{_flag(suite)} RUN")
            continue
        size = f", {options.train_limit} records" if options.train_limit else ""
        study = Study(
            suite=suite,
            data=data,
            folder=Path(options.work) / _folder(suite, options),
            sweep=_sweep(suite, options),
            starts=starts,
        )
        result = {
            "conditions": conditions(),
            "pretraining": _pretraining(suite, options),
            "references": [one.model_dump() for one in suite.references],
            **study.run(),
        }
        write(Path(options.out), "results", f"{name}{size}", result, render)
        content = (Path(options.out) / "results.md").read_text(encoding="utf-8")
        put(Path(options.page), "results.py", "Labelled sets", content)
        print(table(HEAD, [_line(f"{name}{size}", result)]), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--zh", help="a pre-trained run (or Hugging Face directory) for the Chinese sets")
    add("--en", help="one for the English sets")
    add("--zh-decoder", help="one for Chinese text generation")
    add("--en-decoder", help="one for English text generation")
    add("--sets", nargs="+", default=[*CORE, *OTHERS], choices=suites.shipped(), metavar="SUITE")
    add("--data", default=str(DATA), help="the folder that the suites' files lie in")
    add("--rates", nargs="+", type=float, default=[4e-4, 1e-3], help="of both starts")
    add("--seeds", type=int, help="unset: 3 for the core sets, 1 for the others")
    add("--epochs", type=float, help="instead of each set's own")
    add("--batch-tokens", type=int, default=1024, help="of a step; short texts need a small one")
    add("--train-limit", type=int, default=0, help="training records; 0: all")
    add("--test-limit", type=int, default=0, help="records of dev and test; 0: all")
    add("--work", default=str(WORK / "results"))
    add("--out", default=str(RESULTS))
    add("--page", default=str(PAGE))
    return parser


def _flag(suite: Suite) -> str:
    return f"{suite.language}-decoder" if suite.task == "text_generation" else suite.language


def _model(suite: Suite, options: argparse.Namespace) -> str | None:
    found: str | None = getattr(options, _flag(suite).replace("-", "_"))
    return found


def _starts(suite: Suite, options: argparse.Namespace) -> dict[str, Tree] | None:
    """Where weights come from; a translation is learned from its pairs alone."""
    if suite.task == "translation":
        recipe = recipe_files.read("translation", "finetune")
        return {"random": {key: value for key, value in recipe.items() if key != "task"}}
    model = _model(suite, options)
    return None if model is None else starts_from(model)


def _sweep(suite: Suite, options: argparse.Namespace) -> Sweep:
    records = (suite.splits.get("train") or suite.splits["dev"]).records
    usual = EPOCHS.get(suite.name, float(min(MOST_EPOCHS, max(1, round(MOST_SEEN / records)))))
    learned_alone = suite.task == "translation"  # the recipe has its rate, its batch and its budget
    return Sweep(
        rates=() if learned_alone else tuple(options.rates),
        seeds=options.seeds or (3 if suite.name in CORE else 1),
        epochs=options.epochs or (None if learned_alone else usual),
        batch_tokens=None if learned_alone else options.batch_tokens,
        train_limit=options.train_limit,
        test_limit=options.test_limit,
    )


def _folder(suite: Suite, options: argparse.Namespace) -> str:
    """One for each set, model and limit: what is there belongs to it."""
    model = _model(suite, options) if suite.task != "translation" else None
    parts = [suite.name, Path(model).absolute().name if model else "", str(options.train_limit or "")]
    return "-".join(part for part in parts if part)


def _pretraining(suite: Suite, options: argparse.Namespace) -> dict[str, Any] | None:
    """What is known of the model: name, minutes, tokens."""
    model = None if suite.task == "translation" else _model(suite, options)
    if model is None:
        return None
    path = Path(model) / "results.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    minutes = found["seconds"] / 60 if "seconds" in found else None
    return {"model": Path(model).name, "minutes": minutes, "tokens": found.get("tokens")}


def render(results: Mapping[str, Any]) -> str:
    """The table of all rows, and how each was made."""
    lines = [_line(name, result) for name, result in results.items()]
    notes = [f"- {name}: {_note(result)}\n" for name, result in results.items()]
    return (
        "Written by `benchmarks/results.py`. Percent (BLEU 0 to 100, bits per byte as they are), mean and standard "
        "deviation over seeds. The learning rate and the best step are chosen on dev, with seed 0; test is read once. "
        "The difference is that to random weights with the same sweep, with the interval of a paired bootstrap over "
        "texts. Published results are those of the models that are named, mostly far larger ones.\n\n"
        f"{table(HEAD, lines)}\n{''.join(notes)}"
    )


def _line(name: str, result: Mapping[str, Any]) -> list[str]:
    of, made, classical = result["starts"], result["pretraining"], result["classical"]
    digits = 3 if result["metric"] == "bits_per_byte" else 1
    seeds = {len(start["clean"]["scores"]) for start in of.values()}
    return [
        name,
        f"{result['metric']} {result['part']}",
        f"{result['records']['clean']:,}",
        _spent(made),
        str(max(seeds)),
        *(mean(of[start]["clean"], digits) if start in of else "-" for start in ("random", "pretrained")),
        *span(result["difference"], digits),
        "-" if classical is None else f"{mean(classical['clean'])} ({classical['method']})",
        "; ".join(f"{one['value']:g} ({one['model']}, {one['where']})" for one in result["references"])
        or "-",
    ]


def _spent(made: Mapping[str, Any] | None) -> str:
    """Minutes and tokens of the pre-training, as far as they are known."""
    if made is None:
        return "-"
    minutes = [] if made["minutes"] is None else [f"{made['minutes']:.0f} min"]
    return ", ".join([*minutes, *([f"{made['tokens'] / 1e6:.0f} M tokens"] if made["tokens"] else [])]) or "-"


def _note(result: Mapping[str, Any]) -> str:
    made = result["pretraining"]
    rates = ", ".join(
        f"{name} {start['rate']} of {'/'.join(start['dev_by_rate'])}"
        for name, start in result["starts"].items()
    )
    model = "no pre-training" if made is None else f"model {made['model']}"
    if made is not None and made["tokens"]:
        model += f", {made['tokens']:,} tokens"
    count = result["epochs"]
    epochs = "the recipe's budget" if count is None else f"{count:g} epoch{'s' if count != 1 else ''}"
    return f"{model}; {epochs}; rates {rates}; {sentence(result['conditions'])}"


if __name__ == "__main__":
    main()
