"""What `--model` may name: an architecture, a run, or a Hugging Face directory or hub id."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yanmo import models, registry
from yanmo.api.run_folder import RunFolder
from yanmo.corpus.files import user_path
from yanmo.errors import RunError
from yanmo.interop.huggingface import LoadedModel, load_model
from yanmo.models.backbone import Backbone


def architecture(name: str) -> type[Backbone] | None:
    """The architecture of that name, or None: then it is a folder (`./bert` where the name is one) or a hub id."""
    if name in registry.names(models):
        return registry.find(models, Backbone, name)  # type: ignore[type-abstract]
    return None


def model_folder(source: str) -> str | Path:
    """Where the Hugging Face directory of a run, a directory or a hub id is. Errors: RunError (run not finished)."""
    source = chosen(source)
    folder = user_path(source)
    if (folder / "model" / "config.json").is_file():
        return folder / "model"
    if (folder / "config.yaml").is_file() and not (folder / "config.json").is_file():
        raise RunError("run.unfinished", path=folder)
    return folder if folder.exists() else source


def chosen(source: str) -> str:
    """The best run of a finished sweep; whatever else it may be as it is."""
    run = RunFolder(user_path(source))
    if not run.config_path.is_file() or run.verb != "sweep" or run.results is None:
        return source
    return str(run.path / str(run.results["best"]))


def load(source: str, *, heads: Mapping[str, int | None] | None = None, seed: int = 0) -> LoadedModel:
    """A run, a directory or a hub id with the heads that were asked for. Errors: InputError, RunError."""
    folder = model_folder(source)
    RunFolder(Path(folder).parent).require_whole()
    return load_model(folder, heads=heads, seed=seed)
