"""What pre-training buys: fine-tuning from a short pre-training and from random weights, and TF-IDF beside them.

For each language: one pre-training; then for each labelled set and both starting points a sweep of learning rates
(seed 0, chosen on dev) and more seeds at the best rate. Every stage is a run folder below --work: a finished one is
skipped and a stopped one goes on, so that the benchmark can be run in pieces.

    python benchmarks/gain.py --languages zh
    python benchmarks/gain.py --languages zh en --budget 2m --train-limit 500 --seeds 1      a quick look
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conditions import DATA, RESULTS, WORK, conditions, load, sentence, table, warn_if_busy, write
from gain_scores import Outcome, bag_of_words, compare, outcome, rows, summary
from gain_sets import CORPORA, SETS, Files, LabelledSet, clean_rows, is_there, make_files, write_reviews

from yanmo.api.finetune import FinetuneConfig, finetune
from yanmo.api.pretrain import PretrainConfig, PretrainResult, pretrain
from yanmo.config import build, override
from yanmo.corpus.read import read_records
from yanmo.optim.optimizer import OptimConfig
from yanmo.training.trainer import TrainConfig

STARTS = ("random", "pretrained")
STRENGTHS = (1.0, 3.0, 10.0, 30.0)  # C of the logistic regression


def main(given: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(given)
    options.name = options.name or f"{options.preset}-{options.budget}"
    warn_if_busy()
    for language in options.languages:
        sets = [
            labelled
            for labelled in SETS
            if labelled.language == language and (not options.sets or labelled.name in options.sets)
        ]
        there = [labelled for labelled in sets if is_there(labelled, Path(options.data))]
        for labelled in set(sets) - set(there):
            print(f"skipped: {labelled.name} is not in {options.data}")
        corpus = _corpus(options, language)
        if not corpus or not there:
            print(f"skipped: nothing to pre-train or fine-tune on for {language} in {options.data}")
            continue
        where = conditions()
        model = _pretrain(options, language, corpus)
        for labelled in there:
            result = {"conditions": where, "pretraining": _facts(model, corpus, options)}
            result |= Study(options, labelled, model.path).run()
            name = f"{labelled.name}, {options.name}" + (
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
    add("--sets", nargs="+", choices=[labelled.name for labelled in SETS], help="only these")
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
        found += write_reviews(language, Path(options.data), Path(options.work) / f"reviews-{language}.jsonl")
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


class Study:
    """One labelled set: both starting points, and TF-IDF where it is a classification."""

    def __init__(self, options: argparse.Namespace, labelled: LabelledSet, model: Path) -> None:
        self.options = options
        self.labelled = labelled
        self.model = model
        self.epochs = options.epochs or labelled.epochs
        size = f"-{options.train_limit}" if options.train_limit else ""
        self.folder = model.parent / f"{labelled.name}{size}"
        self.files: Files = make_files(
            labelled,
            Path(options.data),
            self.folder / "data",
            train_limit=options.train_limit,
            test_limit=options.test_limit,
        )
        self.test = list(read_records(self.files.test))
        self.clean = clean_rows(self.test)

    def run(self) -> dict[str, Any]:
        """All stages; scores are of the test records that do not stand in train, and of all."""
        outcomes: dict[str, list[Outcome]] = {}
        starts: dict[str, Any] = {}
        for start in STARTS:
            dev = {f"{rate:g}": self._tune(start, rate, seed=0) for rate in self.options.rates}
            best = max(dev, key=lambda rate: dev[rate])
            outcomes[start] = [self._outcome(start, float(best), seed) for seed in range(self.options.seeds)]
            starts[start] = {"dev_by_rate": dev, "rate": best, **self._scores(outcomes[start])}
        return {
            "set": self.labelled.name,
            "metric": self.labelled.metric,
            "part": self.labelled.test,
            "epochs": self.epochs,
            "records": {
                "test": len(self.test),
                "clean": len(self.clean),
                "train_limit": self.options.train_limit,
            },
            "starts": starts,
            "difference": self._compare(outcomes["random"], outcomes["pretrained"]),
            "tfidf": self._tfidf(outcomes["pretrained"]),
        }

    def _tune(self, start: str, rate: float, seed: int) -> float:
        """Fine-tunes, unless it is done; the score of the best step on dev, in percent."""
        config = FinetuneConfig(
            task=self.labelled.task,
            model=str(self.model),
            random_weights=start == "random",
            train_file=str(self.files.train),
            dev_file=str(self.files.dev),
            train=TrainConfig(budget=f"{self.epochs:g}ep", batch_tokens=2048, evaluations=6, seed=seed),
            optim=OptimConfig(name="adamw", lr=rate, weight_decay=0.01, betas=(0.9, 0.999)),
        )
        run = self._run(start, rate, seed)
        began, done = time.monotonic(), (run / "results.json").is_file()
        result = finetune(config, run)
        shutil.rmtree(run / "checkpoints", ignore_errors=True)  # 100 MB each, and the run is over
        value = 100 * result.metrics[self.labelled.metric]
        if not done:
            spent = time.monotonic() - began
            print(
                f"{self.folder.name}/{run.name}: dev {value:.1f}, {spent:.0f} s, load {load()[0]}", flush=True
            )
        return value

    def _outcome(self, start: str, rate: float, seed: int) -> Outcome:
        """What a run got right on each test record."""
        self._tune(start, rate, seed)
        file = self._run(start, rate, seed) / "outcome.json"
        if not file.is_file():
            file.write_text(json.dumps(outcome(str(file.parent), self.test)), encoding="utf-8")
        found: Outcome = json.loads(file.read_text(encoding="utf-8"))
        return found

    def _run(self, start: str, rate: float, seed: int) -> Path:
        return self.folder / f"{start}-lr{rate:g}-seed{seed}"

    def _tfidf(self, pretrained: Sequence[Outcome]) -> dict[str, Any] | None:
        if self.labelled.task != "text_classification":
            return None
        train, dev = (list(read_records(path)) for path in (self.files.train, self.files.dev))
        found = bag_of_words(train, dev, self.test, language=self.labelled.language, strengths=STRENGTHS)
        if found is None:
            return None
        right, scores = found
        return {"dev_by_c": scores, **self._scores([right]), "difference": self._compare([right], pretrained)}

    def _scores(self, outcomes: Sequence[Outcome]) -> dict[str, Any]:
        return {"clean": summary(rows(outcomes, self.clean)), "all": summary(outcomes)}

    def _compare(self, first: Sequence[Outcome], second: Sequence[Outcome]) -> dict[str, Any]:
        return compare(rows(first, self.clean), rows(second, self.clean))


HEAD = ["set", "records", "measure", "random weights", "pre-trained", "difference (95 %)", "p", "TF-IDF + LR"]


def render(results: Mapping[str, Any]) -> str:
    """The page of all results."""
    lines = [line for name, result in results.items() for line in _lines(name, result)]
    notes = [f"- {name}: {_note(result)}\n" for name, result in results.items()]
    return (
        "# What pre-training buys\n\nWritten by `benchmarks/gain.py`. Percent, mean and standard deviation over seeds; "
        "the difference is that to random weights, with the interval of a paired bootstrap over texts.\n\n"
        f"{table(HEAD, lines)}\n{''.join(notes)}"
    )


def _lines(name: str, result: Mapping[str, Any]) -> list[list[str]]:
    """A line for the records that do not stand in train, and one for all where some do."""
    of, counts = result["starts"], result["records"]
    found = result["difference"]
    difference = f"{found['difference']:+.1f} ({found['low']:+.1f} to {found['high']:+.1f})"
    lines = []
    for rows_, shown, extra in (
        ("clean", [difference, f"{found['p_value']:.4f}"], ""),
        ("all", ["", ""], ", all rows"),
    ):
        if rows_ == "all" and counts["clean"] == counts["test"]:
            continue
        tfidf = "-" if result["tfidf"] is None else f"{result['tfidf'][rows_]['mean']:.1f}"
        measure = f"{result['metric']} {result['part']}"
        count = counts["clean" if rows_ == "clean" else "test"]
        means = [_mean(of[start][rows_]) for start in STARTS]
        lines.append([name + extra, f"{count:,}", measure, *means, *shown, tfidf])
    return lines


def _mean(values: Mapping[str, Any]) -> str:
    return (
        f"{values['mean']:.1f} ± {values['deviation']:.1f}"
        if len(values["scores"]) > 1
        else f"{values['mean']:.1f}"
    )


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
