"""One labelled set: the same sweep of learning rates from a pre-trained model and from random weights, and a baseline.

Each fine-tuning is a run folder: a finished one is skipped and a stopped one goes on.
"""

from __future__ import annotations

import json
import shutil
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from classical import baseline
from conditions import load

from yanmo.api.evaluate import LabelledData, measure
from yanmo.api.finetune import FinetuneConfig, finetune
from yanmo.api.predict import load as load_model
from yanmo.api.predict import use_machine
from yanmo.config import Tree, build, merge
from yanmo.corpus.document import Record
from yanmo.corpus.read import read_records
from yanmo.evaluation.evidence import Evidence, compare
from yanmo.evaluation.splits import PARTS
from yanmo.evaluation.suite import Suite

OWN_UNIT = ("bleu", "chrf", "bits_per_byte", "loss")  # all others are 0 to 1 (or -1 to 1), shown times 100


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What is tried. rates: of learning, chosen on dev with seed 0; none: the usual one. Limits of 0: all records.

    epochs, batch_tokens: None is what the start says.
    """

    rates: tuple[float, ...]
    seeds: int
    epochs: float | None
    batch_tokens: int | None = 2048
    train_limit: int = 0
    test_limit: int = 0


@dataclass(frozen=True, kw_only=True)
class Study:
    """starts: what is fine-tuned, by name; each a part of a configuration that says where the weights come from."""

    suite: Suite
    data: Path
    folder: Path
    sweep: Sweep
    starts: Mapping[str, Tree] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """All stages; scores are of the test records that do not stand in train (clean), and of all."""
        self._write_files()
        test = list(read_records(self._file("test")))
        unseen = {id(record) for record in self.suite.unseen(test)}
        clean = [place for place, record in enumerate(test) if id(record) in unseen]
        found: dict[str, list[Evidence]] = {}
        starts: dict[str, Any] = {}
        for start in self.starts:
            rates = self.sweep.rates or (None,)
            dev = {_shown(rate): self._tune(start, rate, seed=0) for rate in rates}
            best = (max if self._higher_is_better else min)(dev, key=lambda name: dev[name])
            rate = next(rate for rate in rates if _shown(rate) == best)
            found[start] = [self._evidence(start, rate, seed, test) for seed in range(self.sweep.seeds)]
            starts[start] = {"dev_by_rate": dev, "rate": best, **self._scores(found[start], clean)}
        return {
            "set": self.suite.name,
            "metric": self.suite.metric,
            "part": self.suite.reported(),
            "epochs": self.sweep.epochs,
            "records": {"test": len(test), "clean": len(clean), "train_limit": self.sweep.train_limit},
            "starts": starts,
            "difference": self._difference(found, clean),
            "classical": self._classical(test, clean, found.get("pretrained")),
        }

    @property
    def _higher_is_better(self) -> bool:
        return self.suite.metric not in ("bits_per_byte", "loss")

    @property
    def _scale(self) -> float:
        return 1.0 if self.suite.metric in OWN_UNIT else 100.0

    def _file(self, part: str) -> Path:
        return self.folder / "data" / f"{part}.jsonl"

    def _write_files(self) -> None:
        """The three parts, always the same ones."""
        if self._file("test").is_file():
            return
        self._file("test").parent.mkdir(parents=True, exist_ok=True)
        splits = self.suite.complete(self.data)
        limits = {
            "train": self.sweep.train_limit,
            "dev": self.sweep.test_limit,
            "test": self.sweep.test_limit,
        }
        for part in PARTS:
            records: Sequence[Record] = getattr(splits, part)
            if part == "test":
                records = self.suite.read(self.suite.reported(), self.data)  # those that stand in train too
            with self._file(part).open("w", encoding="utf-8") as file:  # test comes last: then all is there
                for record in _some(records, limits[part]):
                    file.write(json.dumps(dict(record.fields), ensure_ascii=False) + "\n")

    def _tune(self, start: str, rate: float | None, seed: int) -> float:
        """Fine-tunes, unless it is done; the score of the best step on dev."""
        tree: Tree = {
            "task": self.suite.task,
            "train_file": str(self._file("train")),
            "dev_file": str(self._file("dev")),
            "settings": self.suite.settings.model_dump(exclude_unset=True),
            "train": {"evaluations": 6, "seed": seed},
        }
        if self.sweep.batch_tokens is not None:
            tree["train"]["batch_tokens"] = self.sweep.batch_tokens
        if rate is not None:
            tree["optim"] = {"name": "adamw", "lr": rate, "weight_decay": 0.01, "betas": [0.9, 0.999]}
        if self.sweep.epochs is not None:
            tree["train"]["budget"] = f"{self.sweep.epochs:g}ep"
        run = self._run(start, rate, seed)
        began, done = time.monotonic(), (run / "results.json").is_file()
        result = finetune(build(FinetuneConfig, merge(self.starts[start], tree)), run)
        shutil.rmtree(run / "checkpoints", ignore_errors=True)  # 100 MB each, and the run is over
        value = self._scale * result.metrics[self.suite.metric]
        if not done:
            spent = time.monotonic() - began
            print(
                f"{self.folder.name}/{run.name}: dev {value:.1f}, {spent:.0f} s, load {load()[0]}", flush=True
            )
        return value

    def _evidence(self, start: str, rate: float | None, seed: int, test: Sequence[Record]) -> Evidence:
        """What a run got right on each test record."""
        self._tune(start, rate, seed)
        file = self._run(start, rate, seed) / "evidence.json"
        if not file.is_file():
            use_machine()
            given = LabelledData(name=self.suite.name, sha256="", records=test, suite=self.suite)
            found = measure(load_model(str(file.parent)), given).evidence
            assert found is not None, f"{self.suite.metric} is not made of single texts"
            file.write_text(json.dumps(found.to_json()), encoding="utf-8")
        return Evidence.from_json(json.loads(file.read_text(encoding="utf-8")))

    def _run(self, start: str, rate: float | None, seed: int) -> Path:
        return self.folder / f"{start}-lr{_shown(rate)}-seed{seed}"

    def _classical(
        self, test: Sequence[Record], clean: Sequence[int], against: Sequence[Evidence] | None
    ) -> dict[str, Any] | None:
        train, dev = (list(read_records(self._file(part))) for part in ("train", "dev"))
        found = baseline(self.suite, train, dev, test)
        if found is None:
            return None
        difference = None if against is None else self._compared([found.evidence], against, clean)
        return {
            "method": found.method,
            "dev_by_strength": found.dev,
            **self._scores([found.evidence], clean),
            "difference": difference,
        }

    def _scores(self, found: Sequence[Evidence], clean: Sequence[int]) -> dict[str, Any]:
        return {"clean": self._summary([one.part(clean) for one in found]), "all": self._summary(found)}

    def _summary(self, found: Sequence[Evidence]) -> dict[str, Any]:
        """The score of each seed, their mean and standard deviation (n - 1)."""
        scores = [self._scale * one.value for one in found]
        deviation = statistics.stdev(scores) if len(scores) > 1 else 0.0
        return {"scores": scores, "mean": statistics.fmean(scores), "deviation": deviation}

    def _difference(
        self, found: Mapping[str, list[Evidence]], clean: Sequence[int]
    ) -> dict[str, float | None] | None:
        if not {"random", "pretrained"} <= found.keys():
            return None
        return self._compared(found["random"], found["pretrained"], clean)

    def _compared(
        self, first: Sequence[Evidence], second: Sequence[Evidence], clean: Sequence[int]
    ) -> dict[str, float | None]:
        """Second minus first, with its 95 % interval and p-value (paired bootstrap over texts)."""
        values = asdict(compare([one.part(clean) for one in first], [one.part(clean) for one in second]))
        return {
            name: value if name == "p_value" or value is None else self._scale * value
            for name, value in values.items()
        }


def starts_from(model: Path | str) -> dict[str, Tree]:
    """A pre-trained model, and the same network with random weights."""
    return {
        name: {"model": str(model), "random_weights": name == "random"} for name in ("random", "pretrained")
    }


def _shown(rate: float | None) -> str:
    return "usual" if rate is None else f"{rate:g}"


def _some(records: Sequence[Record], limit: int) -> Sequence[Record]:
    """The first records in an order of their own: published files are often sorted by label. 0: all, as they are."""
    if not limit or limit >= len(records):
        return records
    order = sorted(range(len(records)), key=lambda place: (place * 2654435761) % 2**32)
    return [records[place] for place in sorted(order[:limit])]


def mean(values: Mapping[str, Any], digits: int = 1) -> str:
    """Mean and deviation over seeds, or the one score."""
    if len(values["scores"]) > 1:
        return f"{values['mean']:.{digits}f} ± {values['deviation']:.{digits}f}"
    return f"{values['mean']:.{digits}f}"


def span(found: Mapping[str, float | None] | None, digits: int = 1) -> list[str]:
    """A difference with its interval, where the texts can tell one, and its p-value."""
    if found is None:
        return ["-", "-"]
    low, high = found["low"], found["high"]
    interval = "" if low is None or high is None else f" ({low:+.{digits}f} to {high:+.{digits}f})"
    return [f"{found['difference']:+.{digits}f}{interval}", f"{found['p_value']:.4f}"]
