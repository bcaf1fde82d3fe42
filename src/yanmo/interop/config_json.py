"""config.json <-> the configuration of a model, and what its labels mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from yanmo import models
from yanmo.config import build
from yanmo.errors import ConfigError, InputError, kind_of, reason_of
from yanmo.messages import text
from yanmo.models.backbone import Backbone, ModelConfig
from yanmo.models.learner import Learner
from yanmo.registry import find, names
from yanmo.tokenizers import Tokenizer

Tree = dict[str, JsonValue]
LABELLED = frozenset({"class", "tag", "span"})  # heads whose outputs have names
_MULTI_LABEL = "multi_label_classification"
_SINGLE_LABEL = "single_label_classification"
_REGRESSION = "regression"


@dataclass(frozen=True, kw_only=True)
class Labelling:
    """What the outputs of a "class", "tag" or "span" head mean, in order. task: the name of the task, if known.

    values: what the task must know besides, as a threshold. several_numbers: it is a regression of more than one.
    """

    task: str | None
    labels: tuple[str, ...]
    multi_label: bool = False
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    several_numbers: bool = False

    @property
    def numbers(self) -> bool:
        """Whether the outputs are numbers, not scores of classes: one class alone is always the likeliest."""
        return self.several_numbers or (len(self.labels) == 1 and not self.multi_label)


def write_config(learner: Learner, tokenizer: Tokenizer, labelling: Labelling | None) -> Tree:
    """What `transformers` itself writes for this class."""
    backbone, theirs = learner.backbone, learner.backbone.huggingface
    values = backbone.config.model_dump(mode="json")
    generates = backbone.family != "encoder"
    tree: Tree = {
        **theirs.constant,
        **{name: values[ours] for ours, name in theirs.options},
        "architectures": [class_name(learner, labelling)],
        "model_type": theirs.model_type,
        "dtype": "float32",
        "pad_token_id": _padding(learner, tokenizer),
        "bos_token_id": tokenizer.bos_id if backbone.family == "decoder" else None,
        "eos_token_id": tokenizer.eos_id if generates else None,
    }
    if backbone.family == "encoder_decoder":
        tree["decoder_start_token_id"] = tokenizer.pad_id
    if labelling is not None:
        if labelling.labels:
            tree["id2label"] = {str(number): label for number, label in enumerate(labelling.labels)}
            tree["label2id"] = {label: number for number, label in enumerate(labelling.labels)}
        tree["finetuning_task"] = labelling.task
        if labelling.values:
            tree["task_specific_params"] = {str(labelling.task): dict(labelling.values)}
        if "class" in learner.heads:
            single = _REGRESSION if len(labelling.labels) == 1 else _SINGLE_LABEL
            tree["problem_type"] = _MULTI_LABEL if labelling.multi_label else single
    return tree


def _padding(learner: Learner, tokenizer: Tokenizer) -> int | None:
    """The padding; none where a decoder's class would be read before it, though it also ends the text."""
    classifies = learner.backbone.family == "decoder" and "class" in learner.heads
    return None if classifies and tokenizer.pad_id == tokenizer.eos_id else tokenizer.pad_id


def generation_settings(learner: Learner, config: Tree, tokenizer: Tokenizer) -> Tree:
    """What generation_config.json says: the special tokens; nothing for a model that generates no text.

    None generates a special token but the end token; of an encoder-decoder, whose only one that is the padding, what
    is left of the probabilities adds up to one.
    """
    ids: Tree = {key: config[key] for key in ("bos_token_id", "eos_token_id", "pad_token_id")}
    if "clm" in learner.heads:
        never: list[JsonValue] = [
            *sorted(id for id in tokenizer.special_ids if id is not None and id != ids["eos_token_id"])
        ]
        if never:
            ids["suppress_tokens"] = never
        return {"_from_model_config": True, **ids}
    if "seq2seq" not in learner.heads:
        return {}
    pad, positions = config["pad_token_id"], learner.backbone.config.max_positions
    more: Tree = {"decoder_start_token_id": pad, "bad_words_ids": [[pad]], "renormalize_logits": True}
    return {**ids, **more, "max_length": positions, "num_beams": 4}


def class_name(learner: Learner, labelling: Labelling | None) -> str:
    """The Hugging Face class with the heads that are stored under its names."""
    return learner.backbone.huggingface.classes[stored_terms(learner, labelling)]


def stored_terms(learner: Learner, labelling: Labelling | None) -> frozenset[str]:
    """The most heads that one Hugging Face class has; the others are kept in a file of their own.

    So is a head whose outputs should have names and have none, as of an objective: it would look like a task's.
    """
    heads = learner.heads.keys() - (LABELLED if labelling is None else set())
    return max((terms for terms in learner.backbone.huggingface.classes if terms <= heads), key=len)


def read_json(path: Path) -> Tree:
    """The object in a JSON file. Errors: InputError."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise InputError("interop.broken_file", path=path, reason=reason_of(error)) from None
    if not isinstance(tree, dict):
        raise InputError(
            "interop.broken_file", path=path, reason=text("errors.reason_holds", kind=kind_of(tree))
        )
    return tree


def read_config(tree: Tree, path: Path) -> tuple[type[Backbone], ModelConfig]:
    """The architecture and its configuration. Errors: InputError for an unsupported type or option."""
    members = [find(models, Backbone, name) for name in names(models)]  # type: ignore[type-abstract]
    kinds = {member.huggingface.model_type: member for member in members}
    kind = tree.get("model_type")
    if kind not in kinds:
        raise InputError("interop.unknown_type", path=path, given=kind, known=sorted(kinds))
    model = kinds[str(kind)]
    if isinstance(quantized := tree.get("quantization_config"), dict):
        raise _unsupported(path, "quantization_config", quantized.get("quant_method"), None)
    tree = {**model.huggingface.defaults, **tree}
    for key, needed in model.huggingface.required.items():
        if tree.get(key, needed) != needed:
            raise _unsupported(path, key, tree[key], needed)
    for one, other in model.huggingface.equal:
        if tree.get(other) not in (None, tree.get(one)):
            raise _unsupported(path, other, tree[other], tree.get(one))
    size = tree.get("vocab_size")
    if model.family == "encoder_decoder" and isinstance(size, int) and tree.get("pad_token_id") != size - 1:
        raise _unsupported(path, "pad_token_id", tree.get("pad_token_id"), size - 1)
    values: Tree = {}
    for ours, theirs in model.huggingface.options:
        if tree.get(theirs) is not None:
            values.setdefault(ours, tree[theirs])
    if "intermediate_size" not in values and isinstance(width := values.get("hidden_size"), int):
        values["intermediate_size"] = 4 * width  # GPT-2 writes null
    try:
        return model, build(model.Config, values)
    except ConfigError as error:
        given = dict(reversed(model.huggingface.options))
        key = given.get(str(error.values["key"]), str(error.values["key"]))
        raise _unsupported(path, key, tree.get(key), error.values.get("allowed")) from None


def read_terms(tree: Tree, model: type[Backbone]) -> frozenset[str] | None:
    """The heads of the class that the file names: the empty set if it names none, None if it is unknown."""
    listed = tree.get("architectures")
    if not isinstance(listed, list) or not listed:
        return frozenset()
    by_class = {name: terms for terms, name in model.huggingface.classes.items()}
    return by_class.get(str(listed[0]))


def read_labelling(tree: Tree, path: Path, *, classes: bool = True) -> Labelling:
    """What the file says about its task and classes; two nameless ones where it is silent, as in `transformers`.

    Errors: InputError for classes that are not numbered.
    """
    task = tree.get("finetuning_task")
    labels = _labels(tree, path) if classes or isinstance(tree.get("id2label"), dict) else ()
    params = tree.get("task_specific_params")
    values = params.get(str(task)) if isinstance(params, dict) else None
    kind = tree.get("problem_type")
    return Labelling(
        task=None if task is None else str(task),
        labels=labels,
        multi_label=kind == _MULTI_LABEL,
        values=values if isinstance(values, dict) else {},
        several_numbers=kind == _REGRESSION and len(labels) > 1,
    )


def _labels(tree: Tree, path: Path) -> tuple[str, ...]:
    named, count = tree.get("id2label"), tree.get("num_labels")
    if isinstance(named, dict):
        needed = list(map(str, range(len(named))))
        if sorted(named) != sorted(needed):  # a gap would give each class the output of another
            raise _unsupported(path, "id2label", list(named), needed)
        return tuple(str(named[number]) for number in sorted(named, key=int))
    return tuple(f"LABEL_{number}" for number in range(count if isinstance(count, int) else 2))


def _unsupported(path: Path, key: str, given: object, needed: object) -> InputError:
    return InputError("interop.unsupported_option", path=path, key=key, given=given, needed=needed)
