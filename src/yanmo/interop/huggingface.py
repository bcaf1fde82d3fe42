"""A Learner <-> a Hugging Face directory: config.json, model.safetensors, the tokenizer's files, a card."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from yanmo.errors import InputError, reason_of
from yanmo.interop.config_json import (
    LABELLED,
    Labelling,
    Tree,
    class_name,
    generation_settings,
    read_config,
    read_json,
    read_labelling,
    read_terms,
    stored_terms,
    write_config,
)
from yanmo.interop.sentence_transformers import FILES, read_max_length
from yanmo.interop.tensors import fill, not_zero, to_huggingface, untied
from yanmo.messages import text
from yanmo.models.backbone import SIZED, ModelConfig
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer
from yanmo.training.durable import write_file

__all__ = ["Labelling", "LoadedModel", "load_model", "save_model"]

WEIGHTS = "model.safetensors"
SHARDS = "model.safetensors.index.json"
OWN_HEADS = "heads.safetensors"  # those that the Hugging Face class has not, as `term.parameter`
# what a model needs and nothing else: no pickles, no copies for other frameworks
_DOWNLOADED = [
    "config.json", "generation_config.json", "model*.safetensors", SHARDS, "tokenizer*", "vocab.txt",
    "vocab.json", "merges.txt", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "*.model",
    OWN_HEADS, *FILES,
]  # fmt: skip
_PIPELINES = {"mlm": "fill-mask", "clm": "text-generation", "class": "text-classification",
              "tag": "token-classification", "span": "question-answering", "seq2seq": "translation"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model that was read.

    labelling: what its classes mean, None where the stored class has none.
    fresh: state keys that the file did not hold, with random values: a head named here must not predict.
    unused: tensors of the file that this model has no use for.
    max_length: the longest sequence to give it: what its tokenizer says, at most its positions.
    folder: where its files are, also those of a hub id.
    """

    learner: Learner
    tokenizer: Tokenizer
    labelling: Labelling | None
    fresh: tuple[str, ...]
    unused: tuple[str, ...]
    config: ModelConfig
    max_length: int
    folder: Path | None = None


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
    Heads that no Hugging Face class holds together with the others are kept beside it, where `load_model` finds them.
    """
    config = write_config(learner, tokenizer, labelling)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f".{folder.name}-*"):  # of a save that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        new = Path(temporary)
        stored = stored_terms(learner, labelling)
        # not save_file: what it raises on a full disk is no OSError
        write_file(new / WEIGHTS, safetensors.torch.save(to_huggingface(learner, stored), {"format": "pt"}))
        _write_json(new / "config.json", config)
        own = _own_tensors(learner, stored)
        if own:
            write_file(new / OWN_HEADS, safetensors.torch.save(own))
        if generation := generation_settings(learner, config, tokenizer):
            _write_json(new / "generation_config.json", generation)
        (new / "README.md").write_text(_card(learner, labelling), encoding="utf-8")
        _framed(tokenizer, learner, end=labelling is not None).save(
            new,
            model_max_length=max_length or learner.backbone.config.max_positions,
            token_types=learner.backbone.family == "encoder",
        )
        if not own:
            (folder / OWN_HEADS).unlink(missing_ok=True)  # of the model that stood here before
        usual = (new / "config.json").stat().st_mode
        # config.json last: where it stands, the rest does too
        for path in sorted(new.iterdir(), key=lambda path: (path.name == "config.json", path.name)):
            path.chmod(usual)  # safetensors writes files that nobody else may read
            path.replace(folder / path.name)


def _framed(tokenizer: Tokenizer, learner: Learner, *, end: bool) -> Tokenizer:
    """A decoder's tokenizer adds the tokens that its texts began and ended with in training."""
    if learner.backbone.family == "encoder" or tokenizer.bos_id is None or tokenizer.eos_id is None:
        return tokenizer
    return tokenizer.framed(end=end and "clm" not in learner.heads)


def _own_tensors(learner: Learner, stored: frozenset[str]) -> dict[str, Tensor]:
    return {
        f"{term}.{name}": parameter.detach().to("cpu", torch.float32).contiguous()
        for term in sorted(learner.heads.keys() - stored)
        for name, parameter in learner.heads[term].named_parameters()
    }


def load_model(
    source: str | Path, *, heads: Mapping[str, int | None] | None = None, seed: int = 0
) -> LoadedModel:
    """Read a Hugging Face directory or hub id of type bert, gpt2 or marian; only safetensors, never a pickle.

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
    classes = terms is not None and bool(terms & LABELLED)
    labelling = (
        read_labelling(tree, path, classes=classes) if classes or tree.get("finetuning_task") else None
    )
    every = heads is None
    if heads is None:
        if terms is None:
            known = list(model.huggingface.classes.values())
            raise InputError("interop.unsupported_class", path=path, given=tree["architectures"], known=known)
        heads = {term: len(labelling.labels) if labelling and classes else None for term in sorted(terms)}
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
    loaded = fill(learner, tensors, terms or frozenset(), exact=every)
    fresh = _fill_own(folder, learner, loaded.fresh, every=every)
    return LoadedModel(
        learner=learner,
        tokenizer=tokenizer,
        labelling=labelling,
        fresh=fresh,
        unused=loaded.unused,
        config=config,
        max_length=_max_length(folder, config.max_positions),
        folder=folder,
    )


def _fill_own(folder: Path, learner: Learner, fresh: tuple[str, ...], *, every: bool) -> tuple[str, ...]:
    """Loads the heads that have a file of their own, all or those of the learner; returns what is still fresh."""
    path = folder / OWN_HEADS
    tensors = _read_file(path) if path.is_file() else {}
    for term in sorted({name.partition(".")[0] for name in tensors}):
        own = {
            name.partition(".")[2]: tensor for name, tensor in tensors.items() if name.startswith(f"{term}.")
        }
        if every and term in learner.backbone.head_terms() | SIZED:
            size = len(own["output.weight"]) if term in SIZED else None
            learner.heads[term] = learner.backbone.build_head(term, size)
        known = {} if term not in learner.heads else dict(learner.heads[term].named_parameters())
        if {name: value.shape for name, value in own.items()} == {n: p.shape for n, p in known.items()}:
            learner.heads[term].load_state_dict(own)
            fresh = tuple(name for name in fresh if not name.startswith(f"heads.{term}."))
    return fresh


def _max_length(folder: Path, positions: int) -> int:
    path = folder / "tokenizer_config.json"
    given = read_json(path).get("model_max_length") if path.is_file() else None
    limits = [positions, read_max_length(folder) or positions]
    return min(int(given), *limits) if isinstance(given, int | float) and given > 0 else min(limits)


def _folder(source: str | Path) -> Path:
    """The directory itself, or the files of a hub id in the local cache."""
    folder = Path(source)
    if folder.is_dir():
        return folder
    if folder.exists() or not re.fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", str(source), re.ASCII):
        raise InputError("interop.no_model", source=source, reason=text("interop.no_such_folder"))
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(str(source), allow_patterns=_DOWNLOADED))
    except LocalEntryNotFoundError:
        raise InputError("interop.no_model", source=source, reason=text("interop.no_network")) from None
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        raise InputError(
            "interop.no_model",
            source=source,
            reason=text("interop.no_hub", words=str(error).splitlines()[0].rstrip(".")),
        ) from None


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
        tensors |= _read_file(folder / name)
    return tensors


def _read_file(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except SafetensorError:
        raise InputError("interop.broken_file", path=path, reason=text("interop.reason_weights")) from None
    except OSError as error:
        raise InputError("interop.broken_file", path=path, reason=reason_of(error)) from None


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
        name=class_name(learner, labelling),
        layers=config.num_layers,
        hidden_size=config.hidden_size,
        parameters=f"{sum(parameter.numel() for parameter in learner.parameters()):,}",
        labels=labelling.labels if labelling else "-",
    )
    return "\n".join([*front, "---", "", body, ""])
