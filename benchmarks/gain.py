"""What pre-training buys: fine-tuning from a short pre-training and from random weights, and a classical baseline.

For each language: one pre-training; then for each labelled set and both starting points a sweep of learning rates
(seed 0, chosen on dev) and more seeds at the best rate. Every stage is a run folder below --work: a finished one is
skipped and a stopped one goes on, so that the benchmark can be run in pieces.

    python benchmarks/gain.py --languages zh
    python benchmarks/gain.py --languages zh en --budget 2m --train-limit 500 --seeds 1      a quick look
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conditions import DATA, RESULTS, WORK, conditions, load, sentence, table, warn_if_busy, write
from gain_corpora import CORPORA, write_reviews
from study import Study, Sweep, mean, span, starts_from

from yanmo.api.pretrain import PretrainResult, pretrain
from yanmo.api.pretrain_config import PretrainConfig
from yanmo.config import build, override
from yanmo.evaluation import suite as suites

STARTS = ("random", "pretrained")
EPOCHS = {"zh_chnsenticorp": 3.0, "zh_cluener": 4.0, "en_sst2": 2.0, "en_conll2003": 4.0}


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    options.name = options.name or f"{options.preset}-{options.budget}"
    warn_if_busy()
    for language in options.languages:
        sets = [suites.find(name) for name in options.sets or EPOCHS]
        sets = [suite for suite in sets if suite.language == language]
        there = [suite for suite in sets if suite.is_there(Path(options.data))]
        for suite in sets:
            if suite not in there:
                print(f"skipped: {suite.name} is not in {options.data}")
        corpus = _corpus(options, language)
        if not corpus or not there:
            print(f"skipped: nothing to pre-train or fine-tune on for {language} in {options.data}")
            continue
        where = conditions()
        model = _pretrain(options, language, corpus)
        for suite in there:
            result = {"conditions": where, "pretraining": _facts(model, corpus, options)}
            size = f"-{options.train_limit}" if options.train_limit else ""
            result |= Study(
                suite=suite,
                data=Path(options.data),
                folder=model.path.parent / f"{suite.name}{size}",
                sweep=Sweep(
                    rates=tuple(options.rates),
                    seeds=options.seeds,
                    epochs=options.epochs or EPOCHS[suite.name],
                    train_limit=options.train_limit,
                    test_limit=options.test_limit,
                ),
                starts=starts_from(model.path),
            ).run()
            name = f"{suite.name}, {options.name}" + (
                f", {options.train_limit} records" if options.train_limit else ""
            )
            write(Path(options.out), "gain", name, result, render)
            print(table(HEAD, _lines(name, result)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--languages", nargs="+", choices=list(CORPORA), default=list(CORPORA))
    add("--sets", nargs="+", choices=list(EPOCHS), help="only these")
    add("--data", default=str(DATA), help="folder with pretrain/, classification/ and ner/")
    add("--corpus", nargs="+", help="text to pre-train on, instead of the data's own (give one language)")
    add(
        "--reviews",
        action="store_true",
        help="pre-train on unlabelled reviews too, none of the reported ones",
    )
    add("--preset", default="mini")
    add("--budget", default="20m", help="of the pre-training")
    add("--set", nargs="+", default=[], metavar="KEY=VALUE", help="further settings of the pre-training")
    add(
        "--name",
        help="of this pre-training; default: preset and budget. Another configuration needs another name",
    )
    add("--rates", nargs="+", type=float, default=[2e-4, 4e-4, 8e-4, 1.6e-3])
    add("--seeds", type=int, default=3)
    add("--epochs", type=float, help="of fine-tuning, instead of the set's own")
    add("--train-limit", type=int, default=0, help="training records; 0: all")
    add("--test-limit", type=int, default=0, help="records of dev and test; 0: all")
    add("--work", default=str(WORK / "gain"))
    add("--out", default=str(RESULTS))
    return parser


def _corpus(options: argparse.Namespace, language: str) -> tuple[str, ...]:
    """The files to pre-train on that are there."""
    if options.corpus:
        return tuple(options.corpus)
    paths = (Path(options.data) / name / "train.jsonl.gz" for name in CORPORA[language])
    found = [path for path in paths if path.is_file()]
    if options.reviews:
        path = Path(options.work) / f"reviews-{language}.jsonl"
        found += write_reviews(language, tuple(EPOCHS), Path(options.data), path)
    return tuple(map(str, found))


def _pretrain(options: argparse.Namespace, language: str, corpus: Sequence[str]) -> PretrainResult:
    tree = {"preset": options.preset, "corpus": {"paths": list(corpus)}, "train": {"budget": options.budget}}
    config = build(PretrainConfig, override(tree, options.set))
    result = pretrain(config, Path(options.work) / f"{language}-{options.name}" / "pretrain")
    metrics = ", ".join(f"{name} {value:.3f}" for name, value in result.metrics.items())
    print(
        f"{language}: {result.tokens:,} tokens in {result.seconds:.0f} s, {metrics}, load {load()[0]}",
        flush=True,
    )
    return result


def _facts(model: PretrainResult, corpus: Sequence[str], options: argparse.Namespace) -> dict[str, Any]:
    machine = json.loads((model.path / "machine.json").read_text(encoding="utf-8"))
    return {
        "corpus": [_shown(Path(path)) for path in corpus],
        "preset": options.preset,
        "budget": options.budget,
        "settings": options.set,
        "machine": machine,
        **model.to_json(),
        "path": model.path.name,
    }


def _shown(path: Path) -> str:
    return path.stem if path.stem.startswith("reviews") else path.parent.name


HEAD = ["set", "records", "measure", "random weights", "pre-trained", "difference (95 %)", "p", "classical"]


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    lines = [line for name, result in results.items() for line in _lines(name, result)]
    notes = [f"- {name}: {_note(result)}\n" for name, result in results.items()]
    return (
        "# What pre-training buys\n\nWritten by `benchmarks/gain.py`. Percent, mean and standard deviation over seeds; "
        "the difference is that to random weights, with the interval of a paired bootstrap over texts; classical: "
        "TF-IDF and logistic regression, of entities a tagger without a network.\n\n"
        f"{table(HEAD, lines)}\n{''.join(notes)}"
    )


def _lines(name: str, result: Mapping[str, Any]) -> list[list[str]]:
    """A line for the records that do not stand in train, and one for all where some do."""
    of, counts = result["starts"], result["records"]
    classical = result.get("classical") or result.get("tfidf")  # as older results call it
    lines = []
    for rows_, shown, extra in (
        ("clean", span(result["difference"]), ""),
        ("all", ["", ""], ", all rows"),
    ):
        if rows_ == "all" and counts["clean"] == counts["test"]:
            continue
        other = "-" if classical is None else mean(classical[rows_])
        measure = f"{result['metric']} {result['part']}"
        count = counts["clean" if rows_ == "clean" else "test"]
        means = [mean(of[start][rows_]) for start in STARTS]
        lines.append([name + extra, f"{count:,}", measure, *means, *shown, other])
    return lines


def _note(result: Mapping[str, Any]) -> str:
    made, of = result["pretraining"], result["starts"]
    rates = ", ".join(
        f"{start} {of[start]['rate']} of {'/'.join(of[start]['dev_by_rate'])}" for start in STARTS
    )
    settings = f" ({', '.join(made['settings'])})" if made["settings"] else ""
    return (
        f"{made['preset']}, {made['tokens']:,} tokens of {', '.join(made['corpus'])} in {made['seconds']:.0f} s"
        f"{settings}; {result['epochs']:g} epochs; rates {rates}; {sentence(result['conditions'])}"
    )


if __name__ == "__main__":
    main()
