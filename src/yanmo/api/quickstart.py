"""`yanmo quickstart`: the whole story in minutes, on the embedded corpus of Chinese and English stories."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from yanmo.api.finetune import finetune
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.predict import MaskPrediction, Model, load
from yanmo.api.pretrain import pretrain
from yanmo.api.pretrain_config import PretrainConfig
from yanmo.api.quickstart_uses import SIZES, TRANSLATED, USES, Use, title
from yanmo.api.reporter import Reporter
from yanmo.config import build
from yanmo.corpus.builtin.storyworld import storyworld
from yanmo.corpus.files import user_path
from yanmo.evaluation.evidence import LOWER_IS_BETTER
from yanmo.evaluation.metric_text import duration, metric_name, metric_value
from yanmo.evaluation.report import Example, Examples, Report, Section, Table, write
from yanmo.evaluation.run_report import run_report
from yanmo.generation.options import GenerateOptions
from yanmo.messages import percent, text
from yanmo.training.budget import Budget, cap
from yanmo.training.interrupt import Interrupt, interruptible

# shares of the whole time; the rest is tokenizers, tokenising and evaluation
SHARES = {"bert": 0.25, "gpt2": 0.08, "transformer": 0.1}
TASK_SHARE = 0.035
STORIES = 8_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """A task's score on the test stories, the same network with and without pre-training."""

    task: str
    metric: str
    pretrained: float
    random: float

    @property
    def gains(self) -> bool:
        """Whether pre-training helped."""
        lower = self.metric in LOWER_IS_BETTER
        return self.pretrained < self.random if lower else self.pretrained > self.random


@dataclass(frozen=True, kw_only=True)
class QuickstartResult:
    """What came out. fills: masked sentence -> the likeliest tokens; continuations: prompt -> generated text."""

    path: Path
    seconds: float
    rows: tuple[Row, ...]
    fills: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    continuations: tuple[tuple[str, str], ...]
    report: Path

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "path": str(self.path), "report": str(self.report)}


def quickstart(
    out: str | Path, *, minutes: float = 6.0, reporter: Reporter | None = None
) -> QuickstartResult:
    """Runs everything into `out`: bert/, gpt2/, transformer/, one run per task and starting point, report.html.

    Finished parts are kept, so the same call again goes on where it stopped. Errors: those of the verbs.
    """
    began = time.monotonic()
    reporter = reporter or Reporter()
    out = user_path(out)
    out.mkdir(parents=True, exist_ok=True)
    with interruptible() as interrupt:
        for model, share in SHARES.items():
            interrupt.stop_between_runs()
            reporter.note(text(f"quickstart.pretrain_{model}"))
            pretrain(_pretrain_config(model, share * minutes), out / model, reporter=reporter)
        rows = tuple(_row(use, out, TASK_SHARE * minutes, reporter, interrupt) for use in USES)
    fills = tuple(_fill(load(str(out / "bert")), sentence) for sentence in _masked_sentences())
    continuations = _continuations(load(str(out / "gpt2")))
    result = QuickstartResult(
        path=out,
        seconds=time.monotonic() - began,
        rows=rows,
        fills=fills,
        continuations=continuations,
        report=out / "report.html",
    )
    write(_report(result), result.report)
    return result


def _row(use: Use, out: Path, minutes: float, reporter: Reporter, interrupt: Interrupt) -> Row:
    """Fine-tunes from both starting points, as many steps from the second as the first had time for."""
    use.write(out / "data")
    scores = {}
    budget = _budget(minutes)
    for random in (False, True):
        interrupt.stop_between_runs()
        start = text("quickstart.without" if random else "quickstart.with")
        reporter.note(text("quickstart.finetune", task=title(use.task), start=start))
        config = _finetune_config(use, out, budget, random=random)
        run = out / f"{use.data}-{'random' if random else 'pretrained'}"
        result = finetune(config, run, reporter=reporter)
        scores[random] = result.metrics[use.metric]
        budget = f"{result.steps}steps"
    return Row(task=use.task, metric=use.metric, pretrained=scores[False], random=scores[True])


def _budget(minutes: float) -> str:
    return str(cap(Budget.parse(f"{max(1, round(minutes * 60))}s")))


def _pretrain_config(model: str, minutes: float) -> PretrainConfig:
    return build(
        PretrainConfig,
        {
            "model": model,
            "preset": "tiny",
            "corpus": {"paths": [f"storyworld:{STORIES}"]},
            # in minutes, more questions per text are worth their time (docs: objectives)
            **(
                {"objective": "mlm+nsp+bow", "objective_settings": {"mlm": {"rate": 0.3}}}
                if model == "bert"
                else {}
            ),
            "train": {"budget": _budget(minutes), "batch_tokens": 1024, "evaluations": 5},
        },
    )


def _finetune_config(use: Use, out: Path, budget: str, *, random: bool) -> FinetuneConfig:
    data = out / "data" / use.data
    return build(
        FinetuneConfig,
        {
            "task": use.task,
            "model": str(out / use.base),
            "random_weights": random,
            "train_file": f"{data}.train.jsonl",
            "dev_file": f"{data}.dev.jsonl",
            "settings": use.settings,
            "train": {"budget": budget, "batch_tokens": 2048, "evaluations": 2},
        },
    )


def _masked_sentences() -> Sequence[str]:
    """A sentence of a test story in each language, twice, with one token hidden."""
    story = next(storyworld(language="both", split="test", size=1))
    sentences = []
    for words in (story.chinese, story.english):
        start, end = max(words.sentences[:4], key=lambda span: span[1] - span[0])
        sentence = words.text[start:end]
        if words is story.chinese:
            place = len(sentence) // 2
            sentences.append(f"{sentence[:place]}[MASK]{sentence[place + 1 :]}")
        else:
            parts = sentence.split(" ")
            place = next(
                number
                for number, part in enumerate(parts)
                if number > 2 and part.islower() and len(part) <= 4
            )
            sentences.append(" ".join([*parts[:place], "[MASK]", *parts[place + 1 :]]))
    return sentences


def _fill(model: Model, sentence: str) -> tuple[str, tuple[tuple[str, float], ...]]:
    prediction: MaskPrediction = model.fill_mask(sentence)[0]
    return sentence, tuple((candidate.token, candidate.probability) for candidate in prediction.candidates)


def _continuations(model: Model) -> tuple[tuple[str, str], ...]:
    prompts = ["那天傍晚", "小时候", "One morning", "When she was"]
    options = GenerateOptions(max_new_tokens=48, temperature=0.8, top_k=40)
    return tuple((each.prompt, each.text) for each in model.generate(prompts, options))


def _report(result: QuickstartResult) -> Report:
    sections: list[Section] = [
        Table(
            title=text("quickstart.table"),
            columns=(
                text("quickstart.task"),
                text("quickstart.metric"),
                text("quickstart.with"),
                text("quickstart.without"),
            ),
            rows=tuple(
                (
                    title(row.task),
                    metric_name(row.metric),
                    metric_value(row.metric, row.pretrained),
                    metric_value(row.metric, row.random),
                )
                for row in result.rows
            ),
            note=text("quickstart.table_note", train=SIZES["train"], test=SIZES["dev"], pairs=TRANSLATED),
        ),
        Examples(
            title=text("quickstart.fills"),
            items=tuple(
                Example(
                    given=given, result="   ".join(f"{token} {percent(share, 0)}" for token, share in tokens)
                )
                for given, tokens in result.fills
            ),
        ),
        Examples(
            title=text("quickstart.continuations"),
            items=tuple(Example(given=given, result=given + end) for given, end in result.continuations),
        ),
    ]
    for name in SHARES:
        sections += run_report(result.path / name).sections
    return Report(
        title=text("quickstart.title"),
        sections=tuple(sections),
        subtitle=text("quickstart.subtitle", time=duration(result.seconds)),
    )
