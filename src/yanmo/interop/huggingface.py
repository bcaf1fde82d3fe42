"""A Learner <-> a Hugging Face directory: config.json, model.safetensors, the tokenizer's files, a card."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from yanmo.errors import InputError
from yanmo.interop.config_json import (
    Labelling,
    Tree,
    class_name,
    generation_settings,
    read_config,
    read_json,
    read_labelling,
    read_terms,
    write_config,
)
from yanmo.interop.tensors import fill, not_zero, to_huggingface, untied
from yanmo.messages import text
from yanmo.models.backbone import ModelConfig
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer

__all__ = ["Labelling", "LoadedModel", "load_model", "save_model"]

WEIGHTS = "model.safetensors"
SHARDS = "model.safetensors.index.json"
# what a model needs and nothing else: no pickles, no copies for other frameworks
_DOWNLOADED = [
    "config.json", "generation_config.json", "model*.safetensors", SHARDS, "tokenizer*", "vocab.txt",
    "vocab.json", "merges.txt", "special_tokens_map.json", "added_tokens.json", "*.model",
]  # fmt: skip
_PIPELINES = {"mlm": "fill-mask", "clm": "text-generation", "class": "text-classification",
              "tag": "token-classification", "seq2seq": "translation"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model that was read.

    labelling: what its classes mean, None where the stored class has none.
    fresh: state keys that the file did not hold, with random values: a head named here must not predict.
    unused: tensors of the file that this model has no use for.
    max_length: the longest sequence to give it: what its tokenizer says, at most its positions.
    """

    learner: Learner
    tokenizer: Tokenizer
    labelling: Labelling | None
    fresh: tuple[str, ...]
    unused: tuple[str, ...]
    config: ModelConfig
    max_length: int


def save_model(
    folder: Path,
    learner: Learner,
    tokenizer: Tokenizer,
    *,
    labelling: Labelling | None = None,
    max_length: int | None = None,
) -> None:
    """Write a directory that `transformers` loads, in fp32. Each file is replaced whole or not at all.

    max_length: the longest sequence that it was trained on, where that is less than its positions.
    Errors: ConfigError where no Hugging Face class has these heads.
    """
    config = write_config(learner, tokenizer, labelling)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f".{folder.name}-*"):  # of a save that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        new = Path(temporary)
        save_file(to_huggingface(learner), new / WEIGHTS, metadata={"format": "pt"})
        _write_json(new / "config.json", config)
        if generation := generation_settings(learner, config):
            _write_json(new / "generation_config.json", generation)
        (new / "README.md").write_text(_card(learner, labelling), encoding="utf-8")
        _framed(tokenizer, learner).save(
            new,
            model_max_length=max_length or learner.backbone.config.max_positions,
            token_types=learner.backbone.family == "encoder",
        )
        for path in sorted(new.iterdir()):
            path.replace(folder / path.name)


def _framed(tokenizer: Tokenizer, learner: Learner) -> Tokenizer:
    """A decoder's tokenizer adds the tokens that its texts began and ended with in training."""
    if learner.backbone.family == "encoder" or tokenizer.bos_id is None or tokenizer.eos_id is None:
        return tokenizer
    return tokenizer.framed(end=not learner.heads.keys().isdisjoint({"class", "tag"}))


def load_model(
    source: str | Path, *, heads: Mapping[str, int | None] | None = None, seed: int = 0
) -> LoadedModel:
    """Read a Hugging Face directory or hub id of type bert or gpt2; only safetensors, never a pickle.

    heads: None for those of the stored class, else loss term -> number of classes: one that the file has in
    this size is loaded, another starts from random values (a function of `seed`) and is listed in `fresh`.
    Errors: InputError naming the file, and what in it is missing, broken or not supported.
    """
    folder = _folder(source)
    path = folder / "config.json"
    if not path.is_file():
        raise InputError("interop.no_config", folder=folder)
    tree = read_json(path)
    model, config = read_config(tree, path)
    terms = read_terms(tree, model)
    labelling = read_labelling(tree) if terms is not None and terms & {"class", "tag"} else None
    if heads is None:
        if terms is None:
            known = ", ".join(model.huggingface.classes.values())
            raise InputError("interop.unsupported_class", path=path, given=tree["architectures"], known=known)
        heads = {term: len(labelling.labels) if labelling else None for term in sorted(terms)}
    tensors = _read_tensors(folder)
    if untied(model.huggingface, tensors):
        raise InputError(
            "interop.unsupported_option", path=path, key="tie_word_embeddings", given=False, needed=True
        )
    if (name := not_zero(model.huggingface, tensors)) is not None:
        raise InputError("interop.unsupported_option", path=path, key=name, given="...", needed=0)
    tokenizer = Tokenizer.load(folder)
    if tokenizer.vocab_size > config.vocab_size:
        raise InputError(
            "interop.tokenizer_too_big", folder=folder, given=tokenizer.vocab_size, rows=config.vocab_size
        )
    learner = Learner.build(model, config, heads, seed=seed)
    loaded = fill(learner, tensors, terms or frozenset())
    return LoadedModel(
        learner=learner,
        tokenizer=tokenizer,
        labelling=labelling,
        fresh=loaded.fresh,
        unused=loaded.unused,
        config=config,
        max_length=_max_length(folder, config.max_positions),
    )


def _max_length(folder: Path, positions: int) -> int:
    path = folder / "tokenizer_config.json"
    given = read_json(path).get("model_max_length") if path.is_file() else None
    return min(int(given), positions) if isinstance(given, int | float) and given > 0 else positions


def _folder(source: str | Path) -> Path:
    """The directory itself, or the files of a hub id in the local cache."""
    folder = Path(source)
    if folder.is_dir():
        return folder
    if folder.exists() or not re.fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", str(source)):
        raise InputError("interop.no_model", source=source, reason=text("interop.no_such_folder"))
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(str(source), allow_patterns=_DOWNLOADED))
    except (HfHubHTTPError, LocalEntryNotFoundError, HFValidationError, OSError) as error:
        raise InputError("interop.no_model", source=source, reason=str(error).splitlines()[0]) from None


def _read_tensors(folder: Path) -> dict[str, Tensor]:
    """All tensors of model.safetensors or of the shards that its index names."""
    if (folder / WEIGHTS).is_file():
        files = {WEIGHTS}
    elif (folder / SHARDS).is_file():
        table = read_json(folder / SHARDS).get("weight_map")
        files = {str(name) for name in table.values()} if isinstance(table, dict) else set()
    else:
        pickled = any(folder.glob("*.bin"))
        raise InputError("interop.only_pickle" if pickled else "interop.no_weights", folder=folder)
    tensors: dict[str, Tensor] = {}
    for name in sorted(files):
        if Path(name).name != name:
            raise InputError("interop.broken_file", path=folder / SHARDS, reason=name)
        try:
            tensors |= load_file(folder / name)
        except (SafetensorError, OSError) as error:
            raise InputError("interop.broken_file", path=folder / name, reason=error) from None
    return tensors


def _write_json(path: Path, tree: Tree) -> None:
    path.write_text(json.dumps(tree, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _card(learner: Learner, labelling: Labelling | None) -> str:
    """README.md, as the hub shows it."""
    config = learner.backbone.config
    term = next((term for term in _PIPELINES if term in learner.heads), None)
    front = ["---", "library_name: transformers"]
    front += [f"pipeline_tag: {_PIPELINES[term]}"] if term else []
    body = text(
        "interop.card",
        name=class_name(learner),
        layers=config.num_layers,
        hidden_size=config.hidden_size,
        parameters=f"{sum(parameter.numel() for parameter in learner.parameters()):,}",
        labels=", ".join(labelling.labels) if labelling else "-",
    )
    return "\n".join([*front, "---", "", body, ""])
