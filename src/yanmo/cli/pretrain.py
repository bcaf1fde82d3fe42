"""`yanmo pretrain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from yanmo.cli.options import Flag, Json, OptionalFolder, Paths, only_word, split_settings
from yanmo.cli.screen import metric_pairs, print_json, print_line, print_pairs
from yanmo.errors import ConfigError
from yanmo.messages import text


def pretrain(
    *settings: Annotated[str, Parameter(name="recipe")],
    out: OptionalFolder = None,
    corpus: Paths = None,
    model: str | None = None,
    preset: str | None = None,
    budget: str | None = None,
    objective: str | None = None,
    tokenizer: str | None = None,
    vocab_size: int | None = None,
    max_length: int | None = None,
    unit: str | None = None,
    text_field: str | None = None,
    encoding: str | None = None,
    drop_stop_words: Flag = False,
    seed: int | None = None,
    precision: str | None = None,
    profile: Flag = False,
    json: Json = False,
) -> None:
    words, overrides = split_settings(settings)
    paths, behind = split_settings(corpus or ())
    flags: dict[str, object] = {
        "corpus": paths or None,
        "model": model,
        "preset": preset,
        "budget": budget,
        "objective": objective,
        "tokenizer": tokenizer,
        "vocab_size": vocab_size,
        "max_length": max_length,
        "unit": unit,
        "text_field": text_field,
        "encoding": encoding,
        "drop_stop_words": drop_stop_words or None,
        "seed": seed,
        "precision": precision,
    }
    recipe = only_word(words)
    folder = out or _usual_folder(recipe)
    _run(recipe, flags, [*overrides, *behind], folder, as_json=json, profile=profile)


def _usual_folder(recipe: str | None) -> str:
    """That of a recipe is called as the recipe; a run's config.yaml is no name. Errors: ConfigError without one."""
    if recipe is None or Path(recipe).name == "config.yaml":
        raise ConfigError("cli.missing", name="--out", command="yanmo pretrain")
    return f"runs/{Path(recipe).stem}"


def _run(
    recipe: str | None,
    flags: dict[str, object],
    overrides: list[str],
    out: str,
    *,
    as_json: bool,
    profile: bool,
) -> None:
    from yanmo.api.recipes import resolve_pretrain
    from yanmo.api.run_folder import REPORT
    from yanmo.api.verbs import start_pretrain
    from yanmo.cli.progress import ProgressBar
    from yanmo.evaluation.metric_text import duration, number

    with ProgressBar() as reporter:
        config = resolve_pretrain(recipe, flags, overrides, reporter=reporter)
        result = start_pretrain(config, out, reporter=reporter, profile=profile)
    report = str(result.path / REPORT)
    if as_json:
        print_json({**result.to_json(), "report": report})
        return
    pairs = [
        (text("cli.steps"), number(result.steps)),
        (text("cli.tokens"), number(result.tokens)),
        (text("cli.epochs"), f"{result.epochs:.2f}"),
        (text("cli.time"), duration(result.seconds)),
        *metric_pairs(result.metrics),
        (text("cli.model_folder"), str(result.path / "model")),
        (text("cli.report"), report),
    ]
    print_pairs(pairs, title=text("cli.pretrained"))
    if "loss_seq2seq" in result.metrics or config.model == "transformer":
        print_line(text("cli.next_pairs", out=out))
        return
    if "loss_clm" in result.metrics or (not result.metrics and config.model == "gpt2"):
        print_line(text("cli.next_generate", out=out))
    elif "loss_mlm" in result.metrics or not result.metrics:
        print_line(text("cli.next_fill_mask", out=out))
    print_line(text("cli.next_finetune", out=out))
