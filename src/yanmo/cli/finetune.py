"""`yanmo finetune`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from yanmo.cli.options import File, Flag, Folder, Json, Pairs, only_word, split_pairs, split_settings
from yanmo.cli.screen import metric_pairs, print_json, print_line, print_pairs
from yanmo.cli.sweep import run_sweep
from yanmo.errors import ConfigError
from yanmo.messages import text

if TYPE_CHECKING:
    from yanmo.api.finetune_config import FinetuneConfig


USES = {
    "multiple_choice": "rows",
    "question_answering": "ask",
    "text_generation": "translate",
    "token_classification": "names",
    "translation": "translate",
}


def finetune(
    *settings: Annotated[str, Parameter(name="task")],
    out: Folder,
    model: str | None = None,
    preset: str | None = None,
    vocab_size: int | None = None,
    direction: str | None = None,
    train: File = None,
    dev: File = None,
    encoding: str | None = None,
    test: File = None,
    columns: Pairs = None,
    sweep: Pairs = None,
    budget: str | None = None,
    max_length: int | None = None,
    lr: float | None = None,
    layer_decay: float | None = None,
    freeze: str | None = None,
    lora: int | None = None,
    teacher: str | None = None,
    unlabelled: File = None,
    random_weights: Flag = False,
    seed: int | None = None,
    precision: str | None = None,
    profile: Flag = False,
    json: Json = False,
) -> None:
    mapped, behind = split_pairs(columns or ())
    axes, after = split_pairs(sweep or (), dotted=True)
    words, overrides = split_settings([*settings, *behind, *after])
    flags: dict[str, object] = {
        "model": model,
        "preset": preset,
        "vocab_size": vocab_size,
        "direction": direction,
        "train": train,
        "dev": dev,
        "encoding": encoding,
        "columns": mapped or None,
        "budget": budget,
        "max_length": max_length,
        "lr": lr,
        "layer_decay": layer_decay,
        "freeze": freeze,
        "lora": lora,
        "teacher": teacher,
        "unlabelled": unlabelled,
        "random_weights": random_weights or None,
        "seed": seed,
        "precision": precision,
    }
    name = only_word(words)
    if sweep is not None:
        if profile:
            raise ConfigError("sweep.no_profile")
        run_sweep(name, flags, overrides, axes, out=out, test_file=test, as_json=json)
        return
    if test is not None:
        raise ConfigError("sweep.test_alone", out=out, test=test)
    _run(name, flags, overrides, out, as_json=json, profile=profile)


def _run(
    name: str | None,
    flags: dict[str, object],
    overrides: list[str],
    out: str,
    *,
    as_json: bool,
    profile: bool,
) -> None:
    from yanmo.api.recipes import resolve_finetune
    from yanmo.api.run_folder import REPORT
    from yanmo.api.verbs import start_finetune
    from yanmo.cli.progress import ProgressBar
    from yanmo.evaluation.metric_text import number

    with ProgressBar() as reporter:
        config = resolve_finetune(name, flags, overrides, reporter=reporter)
        result = start_finetune(config, out, reporter=reporter, profile=profile)
    report = str(result.path / REPORT)
    if as_json:
        print_json({**result.to_json(), "report": report, "task": config.task})
        return
    pairs = [
        (text("cli.steps"), number(result.steps)),
        (text("cli.best_step"), "–" if result.best_step is None else number(result.best_step)),
        *metric_pairs(result.metrics),
        *(("", signature) for signature in result.signatures.values()),
        (text("cli.model_folder"), str(result.path / "model")),
        (text("cli.report"), report),
    ]
    print_pairs(pairs, title=text("cli.finetuned"))
    print_line(text(f"cli.next_{_use(config, result.path)}", out=out))


def _use(config: FinetuneConfig, run: Path) -> str:
    """The command that a model of this task is tried with."""
    from yanmo.tokenizers.pretrained import read_chat_template

    if config.task == "text_classification":
        return "pair" if _reads_pairs(config) else "predict"
    if config.task == "sentence_similarity":
        return "similar" if config.settings.similarity.encoder == "bi" else "pair"
    if config.task == "text_generation" and config.settings.direction is None:
        return "chat" if read_chat_template(run / "model") else "generate"
    return USES[config.task]


def _reads_pairs(config: FinetuneConfig) -> bool:
    from yanmo.api.task_records import labelled_records
    from yanmo.corpus.hub import is_hub_id
    from yanmo.tasks.texts import pair_names

    if config.settings.pair_field is not None:
        return True
    if is_hub_id(config.train_file) or not Path(config.train_file).expanduser().is_file():
        return False  # of a run that was finished before
    first = next(labelled_records(config.train_file, encoding=config.encoding), None)
    return (
        first is not None and pair_names(first.renamed(config.settings.columns), config.settings) is not None
    )
