"""The law of the loss that `yanmo plan` uses: short runs on several corpora, and constants fitted to them.

    python benchmarks/plan_law.py run            trains what is missing, one after the other; about an hour of one core
    python benchmarks/plan_law.py fit            fits the constants, prints them and how well unseen corpora are met

The corpora are not among those that benchmarks/plan.py checks the plan on.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from conditions import DATA, RESULTS, WORK, conditions, sentence, table, write
from plan_runs import LAYERS, corpus_file, run
from scipy.optimize import least_squares

from yanmo.api.loss_constants import BY_TERM, Constants
from yanmo.api.loss_law import BAND, TextStatistics, curve, worth

SOURCES = {
    "zh_wiki": "pretrain/zh_wiki/train.jsonl.gz",
    "en_wiki": "pretrain/en_wiki/train.jsonl.gz",
    "zh_shopping": "classification/zh_online_shopping/train.jsonl.gz",
    "en_imdb": "classification/en_imdb/train.jsonl.gz",
    "zh_histories": "translation/zh_classical_to_modern/train.jsonl.gz",
    "en_captions": "translation/multi30k_en_de_fr_cs/train.jsonl.gz",
    "zh_bank_questions": "pair/zh_atec/train.jsonl.gz",
    "zh_titles": "classification/zh_tnews/train.jsonl.gz",
    "en_passages": "qa/en_squadshifts_wiki_amazon/train.jsonl.gz",
    "en_captions_joined": "translation/multi30k_en_de_fr_cs/train.jsonl.gz",
    "zh_bank_questions_joined": "pair/zh_atec/train.jsonl.gz",
    "python_docs": "",
    "storyworld": "",
}
JOINED = 12  # short texts in one document: the same text in long sequences
CHARACTERS = {"zh": 1_700_000, "en": 5_500_000}  # 1.3 million tokens or more: no text is seen twice
RUNS = (  # model, preset, tokens, corpora
    ("bert", "tiny", "300ktok", ("zh_wiki", "en_wiki", "storyworld", "en_imdb")),
    ("gpt2", "tiny", "300ktok", ("zh_wiki", "en_imdb", "zh_shopping", "python_docs")),
    ("bert", "tiny", "300ktok", ("zh_shopping", "zh_histories", "python_docs")),
    ("bert", "tiny", "1Mtok", ("zh_shopping", "en_imdb", "storyworld", "zh_histories", "en_wiki")),
    (
        "bert",
        "tiny",
        "1Mtok",
        ("en_captions", "zh_bank_questions", "zh_titles", "en_passages", "python_docs"),
    ),
    ("bert", "tiny", "1Mtok", ("en_captions_joined", "zh_bank_questions_joined", "zh_wiki")),
    ("gpt2", "tiny", "1Mtok", ("en_imdb", "zh_wiki", "zh_shopping", "python_docs")),
    ("bert", "mini", "1Mtok", ("zh_wiki", "en_imdb")),
    ("bert", "tiny", "2Mtok", ("en_captions_joined", "zh_shopping", "en_passages")),
    ("gpt2", "mini", "300ktok", ("zh_wiki",)),
)
FLOOR = 0.08  # nats that seeds and genres differ by, however well few runs are met
ANNEALED = 0.3  # nats at most that ending a run is better than passing through the same number of tokens
FITTED = ("start", "steepness", "half", "half_by_size", "half_by_gain", "half_by_unigram", "half_by_length", "reach",
          "reach_by_size", "reach_by_gain")  # fmt: skip


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("run", "fit"))
    parser.add_argument("--data", default=str(DATA))
    parser.add_argument("--work", default=str(WORK / "plan_law"))
    parser.add_argument("--gain-work", default=str(WORK / "gain"), help="of benchmarks/gain.py")
    parser.add_argument("--out", default=str(RESULTS))
    parser.add_argument("--most", type=int, default=0, help="runs to make now; 0: all that are missing")
    options = parser.parse_args(given)
    if options.what == "run":
        paths = (Path(options.data), Path(options.work), Path(options.out))
        make_runs(*paths, options.most, Path(options.gain_work))
    else:
        fit_all(Path(options.out))


def make_runs(data: Path, work: Path, out: Path, most: int, gain_work: Path) -> None:
    long_runs(data, work, out, gain_work)
    made = 0
    path = out / "plan_law.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for model, preset, tokens, corpora in RUNS:
        for name in corpora:
            section = f"{name} {model} {preset} {tokens}"
            if section in known or (most and made >= most):
                continue
            where = conditions()
            result = one(data, work, name, model, preset, tokens)
            write(out, "plan_law", section, {"conditions": where, **result}, render)
            made += 1
            print(section, round(result["loss"], 3), f"{result['seconds']:.0f} s", flush=True)


def one(data: Path, work: Path, name: str, model: str, preset: str, tokens: str) -> dict[str, Any]:
    """The statistics of the corpus as a plan sees them, and the loss at the end of one run."""
    corpus = _corpus(data, work, name)
    usual = {"model": model, "corpus": corpus, "preset": preset}
    looked = run(
        {**usual, "budget": "1Mtok", "plan": "only", "folder": str(_folder(work, f"{name}-{model}-look"))}
    )
    found = looked["plan"]
    settings = [
        f"tokenizer.vocab_size={found['machines'][0]['vocab_size']}", f"objective={found['objective']}",
        f"train.batch_tokens={2048 if tokens in ('300ktok', '1Mtok') else 4096}", "train.evaluations=1",
    ]  # fmt: skip
    if model == "bert":
        settings.append("objective_settings.mlm.rate=0.3")
    first = work / f"{name}-{model}-tiny-300ktok"
    outcome = run(
        {**usual, "budget": tokens, "settings": settings, "like": str(first),
         "folder": str(_folder(work, f"{name}-{model}-{preset}-{tokens}"))}
    )  # fmt: skip
    term = "mlm" if model == "bert" else "clm"
    return _row(found, name, term, preset, outcome)


def long_runs(data: Path, work: Path, out: Path, gain_work: Path) -> None:
    """The runs of 20 minutes that benchmarks/gain.py made, with the statistics of their corpora."""
    path = out / "plan_law.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    gain = json.loads((out / "gain.json").read_text(encoding="utf-8"))
    for each in gain.values():
        facts = each["pretraining"]
        section = f"{'+'.join(facts['corpus'])} bert {facts['preset']} {facts['budget']}"
        if section in known or set(facts["metrics"]) & {"loss_nsp", "loss_bow"}:
            continue
        corpus = [str(data / "pretrain" / name / "train.jsonl.gz") for name in facts["corpus"]]
        look = str(_folder(work, f"{facts['corpus'][0]}-long-look"))
        job = {"model": "bert", "preset": facts["preset"], "corpus": corpus, "budget": "1Mtok", "plan": "only",
               "settings": facts["settings"], "folder": look}  # fmt: skip
        found = run(job)["plan"]
        language = facts["corpus"][0].split("_")[0]
        result = _row(found, f"{language}_long", "mlm", facts["preset"], facts)
        result["way"] = _way(gain_work.glob(f"{language}-{facts['preset']}-*-mlm30/pretrain"), facts)
        write(out, "plan_law", section, {"conditions": each["conditions"], **result}, render)
        known[section] = result


def _way(folders: Iterable[Path], facts: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Tokens and loss at the evaluations on the way, where the run's folder is still there."""
    for folder in folders:
        lines = map(json.loads, (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines())
        found = [line for line in lines if line["event"] == "evaluate" and line["step"] < facts["steps"]]
        return [
            (round(facts["tokens"] * line["step"] / facts["steps"]), line["metrics"]["loss_mlm"])
            for line in found
        ]
    return []


def _row(found: Any, name: str, term: str, preset: str, outcome: Any) -> dict[str, Any]:
    return {
        "corpus": name,
        "term": term,
        "preset": preset,
        "layers": LAYERS[preset],
        "trained": outcome["tokens"],
        "loss": outcome["metrics"][f"loss_{term}"],
        "vocab_size": found["machines"][0]["vocab_size"],
        "corpus_tokens": found["tokens"],
        "unigram": found["unigram"],
        "neighbours": found["neighbours"],
        "length": found["length"],
        "seconds": outcome["seconds"],
        "peak_bytes": outcome.get("peak_bytes", 0),
    }


def _folder(work: Path, name: str) -> Path:
    folder = work / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith("-look"):
        folder.mkdir(exist_ok=True)
    return folder


def _corpus(data: Path, work: Path, name: str) -> list[str]:
    if not SOURCES[name]:
        return [name if name == "python_docs" else "storyworld:4000"]
    file = work / "corpora" / f"{name}.jsonl"
    together = JOINED if name.endswith("_joined") else 1
    return [str(corpus_file(data / SOURCES[name], file, characters=CHARACTERS[name[:2]], together=together))]


def fit_all(out: Path) -> None:
    """Constants of each term from all runs; the spread from corpora that were left out in turn."""
    everything = json.loads((out / "plan_law.json").read_text(encoding="utf-8"))
    for term, before in BY_TERM.items():
        runs = [each for each in everything.values() if each["term"] == term]
        constants = with_ranges(before, runs)
        fitted = fit(constants, runs)
        errors = list(left_out(constants, runs))
        fitted = with_spread(fitted, errors)
        inside = sum(
            abs(unseen - each["loss"]) <= BAND * math.hypot(fitted.spread, slope * fitted.spread_half)
            for each, unseen, slope in errors
        )
        print(
            f"{term.upper()} = {fitted}\n{inside} of {len(errors)} inside the band of a fit without their corpus"
        )
        rows = [
            [f"{each['corpus']} {each['preset']} {each['trained']:,}", f"{each['unigram']:.2f}",
             f"{each['neighbours']:.2f}", f"{each['loss']:.3f}", f"{predicted(fitted, each):.3f}", f"{unseen:.3f}"]
            for each, unseen, _ in errors
        ]  # fmt: skip
        print(table(["run", "unigram", "neighbours", "loss", "fitted", "when left out"], rows))


def with_ranges(constants: Constants, runs: Sequence[dict[str, Any]]) -> Constants:
    """The centres that the fit is written around, and what was measured."""
    layers = [each["layers"] for each in runs]
    return replace(
        constants,
        parameters=LAYERS["mini"],
        gain=round(float(np.mean([1 - each["neighbours"] / each["unigram"] for each in runs])), 2),
        unigram=round(float(np.mean([each["unigram"] for each in runs])), 2),
        length=round(math.exp(float(np.mean([math.log(each["length"]) for each in runs]))), 1),
        fewest_tokens=float(min(each["trained"] for each in runs)),
        most_tokens=float(max(each["trained"] for each in runs)),
        fewest_parameters=min(layers),
        most_parameters=max(layers),
    )


def predicted(constants: Constants, each: dict[str, Any]) -> float:
    text = TextStatistics(
        vocab_size=each["vocab_size"], tokens=each["corpus_tokens"], unigram=each["unigram"],
        neighbours=each["neighbours"], length=each["length"],
    )  # fmt: skip
    return curve(
        constants, text, parameters=each["layers"], tokens=worth(each["trained"], each["corpus_tokens"])
    )


def fit(constants: Constants, runs: Sequence[dict[str, Any]]) -> Constants:
    """Least squares, each constant held near where it stood: there are few runs."""
    begin = np.array([_inside(name, getattr(constants, name)) for name in FITTED])
    hold = np.array([HOLD[name] for name in FITTED])

    def residuals(values: np.ndarray) -> np.ndarray:
        tried = _with(constants, values)
        errors = np.array([predicted(tried, each) - each["loss"] for each in runs])
        return np.concatenate([errors / 0.1, outside(tried, runs) / 0.1, (values - begin) / hold])

    return _with(constants, least_squares(residuals, begin, loss="soft_l1").x)


def outside(constants: Constants, runs: Sequence[dict[str, Any]]) -> np.ndarray:
    """By how much the law leaves the corridor of long runs: no worse than they were on their way, nor far better."""
    points = [(each, tokens, loss) for each in runs for tokens, loss in each.get("way", ())]
    passed = [predicted(constants, {**each, "trained": tokens}) - loss for each, tokens, loss in points]
    return np.array([max(0.0, above) + min(0.0, above + ANNEALED) for above in passed])


HOLD = {"half_by_gain": 0.15, "half_by_unigram": 0.5, "half_by_length": 0.5, "half_by_size": 0.3, "half": 2.0,
        "reach_by_size": 0.02, "reach_by_gain": 0.5, "reach": 0.1, "steepness": 0.5, "start": 0.7}  # fmt: skip


def _inside(name: str, value: float) -> float:
    return math.log(value) if name in ("start", "steepness") else value


def _with(constants: Constants, values: np.ndarray) -> Constants:
    changes = {
        name: float(math.exp(value) if name in ("start", "steepness") else value)
        for name, value in zip(FITTED, values, strict=True)
    }
    return replace(constants, **changes)


def left_out(
    constants: Constants, runs: Sequence[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], float, float]]:
    """Each run with the loss that a fit without its corpus predicts, and the slope there."""
    for name in sorted({each["corpus"] for each in runs}):
        fitted = fit(constants, [each for each in runs if each["corpus"] != name])
        for each in runs:
            if each["corpus"] == name:
                later = predicted(fitted, {**each, "trained": each["trained"] * 1.1})
                slope = (later - predicted(fitted, each)) / math.log(1.1)
                yield each, predicted(fitted, each), slope


def with_spread(constants: Constants, errors: Sequence[tuple[dict[str, Any], float, float]]) -> Constants:
    """The spread that makes the errors of unseen corpora as likely as possible, then widened until 80 % are inside.

    Widened as conformal prediction does (Vovk et al. 2005): to the error of rank 0.8 (n + 1) of n.
    """
    error = np.array([unseen - each["loss"] for each, unseen, _ in errors])
    slope = np.array([slope for _, _, slope in errors])

    def unlikely(pair: tuple[float, float]) -> float:
        variance = pair[0] ** 2 + (slope * pair[1]) ** 2
        return float(np.sum(np.log(variance) + error**2 / variance))

    floors, halves = np.arange(FLOOR, 0.6, 0.02), np.arange(0.0, 1.5, 0.05)
    best = min(((float(floor), float(half)) for floor in floors for half in halves), key=unlikely)
    scaled = np.sort(np.abs(error) / np.hypot(best[0], slope * best[1]))
    rank = min(len(scaled), math.ceil(0.8 * (len(scaled) + 1)))
    wider = max(1.0, float(scaled[rank - 1]) / BAND)
    return replace(constants, spread=round(wider * best[0], 3), spread_half=round(wider * best[1], 3))


def render(everything: dict[str, Any]) -> str:
    head = ["run", "tokens", "corpus tokens", "vocabulary", "unigram", "neighbours", "loss"]
    rows = [
        [section, f"{each['trained']:,}", f"{each['corpus_tokens']:,}", f"{each['vocab_size']:,}",
         f"{each['unigram']:.2f}", f"{each['neighbours']:.2f}", f"{each['loss']:.3f}"]
        for section, each in everything.items()
    ]  # fmt: skip
    notes = sorted({sentence(each["conditions"]) for each in everything.values()})
    return (
        "# Short runs that the law of `yanmo plan` is fitted to\n\nWritten by `benchmarks/plan_law.py`.\n\n"
        + table(head, rows)
        + "\n"
        + "\n".join(f"- {note}" for note in notes)
        + "\n"
    )


if __name__ == "__main__":
    main()
