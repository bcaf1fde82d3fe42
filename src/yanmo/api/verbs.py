"""`yanmo.pretrain` and `yanmo.finetune`: what the commands do, for Python."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from yanmo.api.finetune import FinetuneResult
from yanmo.api.finetune import finetune as run_finetune
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.plan import planned
from yanmo.api.pretrain import PretrainResult
from yanmo.api.pretrain import pretrain as run_pretrain
from yanmo.api.pretrain_config import PretrainConfig
from yanmo.api.recipes import as_overrides, check_corpus, resolve_finetune, resolve_pretrain
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import LOCK
from yanmo.corpus.files import user_path
from yanmo.data.prepare import is_prepared
from yanmo.errors import ConfigError, InputError

PREPARED = {
    LOCK,
    "config.yaml",
    "machine.json",
    "manifest.json",
    "teacher.npy",
    "teacher.sha256",
    "tokenizer",
    "data",
}  # made again from the inputs


def pretrain(
    recipe: str | None = None,
    *,
    out: str | Path,
    model: str | Path | None = None,
    preset: str | None = None,
    corpus: str | Path | Sequence[str | Path] | None = None,
    budget: str | None = None,
    objective: str | None = None,
    overrides: Mapping[str, object] | None = None,
    reporter: Reporter | None = None,
    profile: bool = False,
) -> PretrainResult:
    """Pre-trains a language model on text, or resumes what the same call left in `out`.

    recipe: a shipped recipe's name or a YAML file. overrides: `{"train.seed": 3}`, any key of the configuration.
    profile: write a trace of a few steps into the run folder.
    Errors: those of yanmo.errors; Preempted after SIGTERM or Ctrl-C, with everything saved.
    """
    paths = [corpus] if isinstance(corpus, str | Path) else corpus
    flags = {
        "model": None if model is None else str(model),
        "preset": preset,
        "corpus": None if paths is None else [str(path) for path in paths],
        "budget": budget,
        "objective": objective,
    }
    return start_pretrain(
        resolve_pretrain(recipe, flags, as_overrides(overrides), reporter=reporter),
        out,
        reporter=reporter,
        profile=profile,
    )


def finetune(
    task: str | None = None,
    *,
    out: str | Path,
    model: str | Path | None = None,
    train: str | Path | None = None,
    dev: str | Path | None = None,
    budget: str | None = None,
    overrides: Mapping[str, object] | None = None,
    reporter: Reporter | None = None,
    profile: bool = False,
) -> FinetuneResult:
    """Fine-tunes a model for a task on labelled records, or resumes what the same call left in `out`.

    task: text_classification, token_classification, question_answering, sentence_similarity, text_generation,
    translation, a module with a task of one's own (my_package.my_task), a shipped recipe's name or a YAML file.
    Errors: as `pretrain`.
    """
    files = {"model": model, "train": train, "dev": dev}
    flags = {name: None if path is None else str(path) for name, path in files.items()} | {"budget": budget}
    return start_finetune(
        resolve_finetune(task, flags, as_overrides(overrides), reporter=reporter),
        out,
        reporter=reporter,
        profile=profile,
    )


def start_pretrain(
    config: PretrainConfig, out: str | Path, *, reporter: Reporter | None = None, profile: bool = False
) -> PretrainResult:
    """A resolved run; a refused input leaves no folder behind. A run that has read its corpus needs it no longer."""
    if not is_prepared(user_path(out) / "data"):
        check_corpus(config.corpus)
    config = planned(config, user_path(out), reporter=reporter)
    with nothing_left(user_path(out)):
        return run_pretrain(config, out, reporter=reporter, profile=profile)


def start_finetune(
    config: FinetuneConfig, out: str | Path, *, reporter: Reporter | None = None, profile: bool = False
) -> FinetuneResult:
    """A resolved run; a refused input leaves no folder behind."""
    with nothing_left(user_path(out)):
        return run_finetune(config, out, reporter=reporter, profile=profile)


@contextmanager
def nothing_left(folder: Path) -> Iterator[None]:
    """An input that is refused before the first checkpoint leaves no folder: the corrected one starts afresh."""
    try:
        yield
    except (ConfigError, InputError):
        ours = (folder / "config.yaml").is_file()  # never a folder that was there before
        if ours and {path.name for path in folder.iterdir()} <= PREPARED:
            shutil.rmtree(folder, ignore_errors=True)
        raise
