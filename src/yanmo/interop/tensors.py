"""State of a Learner <-> tensors under Hugging Face's names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from yanmo.errors import InputError
from yanmo.models.learner import Learner
from yanmo.models.names import HuggingFaceNames

_PARTS = ("query", "key", "value")
# TensorFlow's names of a norm's scale and shift, in conversions of the first BERT models
_OLD_NORM = ((".LayerNorm.gamma", ".LayerNorm.weight"), (".LayerNorm.beta", ".LayerNorm.bias"))


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What `fill` did. fresh: parameters of heads without a tensor. unused: their tensors without a parameter."""

    fresh: tuple[str, ...]
    unused: tuple[str, ...]


def to_huggingface(learner: Learner, stored_terms: frozenset[str]) -> dict[str, Tensor]:
    """Every parameter but those of other heads as fp32 on the CPU under its Hugging Face name or names."""
    names = learner.backbone.huggingface
    prefix = names.prefix if stored_terms else ""
    tensors: dict[str, Tensor] = {}
    for key, parameter in learner.named_parameters():
        if key.startswith("heads.") and key.split(".")[1] not in stored_terms:
            continue
        theirs = _their_names(names, key, prefix)
        tensor = parameter.detach().to("cpu", torch.float32)
        if _is_transposed(names, theirs[0]):
            tensor = tensor.T
        for name, part in zip(theirs, tensor.chunk(len(theirs)), strict=True):
            tensors[name] = part.contiguous()
    return tensors


@torch.no_grad()
def fill(
    learner: Learner, tensors: Mapping[str, Tensor], stored_terms: frozenset[str], *, exact: bool = False
) -> Loaded:
    """Copy each tensor into the parameter of its name; stored_terms: the heads that the file is about.

    A head keeps its random values where the file has none, or one of another size or another kind.
    Errors: InputError for a tensor of the backbone, or of any head if `exact`, that has another shape, and where the
    file lacks one of the backbone.
    """
    names = learner.backbone.huggingface
    stored = _canonical(names, tensors)
    fresh, used = [], set[str]()
    for key, parameter in learner.named_parameters():
        if _is_own(names, key):
            fresh.append(key)
            continue
        theirs = _their_names(names, key, names.prefix)
        if not all(name in stored for name in theirs) or not _fits(names, key, theirs[0], stored_terms):
            fresh.append(key)
            continue
        tensor = torch.cat([stored[name] for name in theirs]) if len(theirs) > 1 else stored[theirs[0]]
        if _is_transposed(names, theirs[0]):
            tensor = tensor.T
        if tensor.shape == parameter.shape:
            parameter.copy_(tensor)
            used.update(theirs)
        elif key.startswith("heads.") and not exact:
            fresh.append(key)
        else:
            raise InputError(
                "interop.wrong_shape", name=theirs[0], given=list(tensor.shape), needed=list(parameter.shape)
            )
    wanted = (_their_names(names, key, names.prefix) for key in fresh if not key.startswith("heads."))
    missing = [name for theirs in wanted for name in theirs if name not in stored]
    if missing:
        raise InputError("interop.missing_tensors", count=len(missing), names=missing[:4])
    unused = (name for name in stored if name not in used and not name.endswith(names.ignored))
    return Loaded(fresh=tuple(fresh), unused=tuple(sorted(unused)))


def untied(names: HuggingFaceNames, tensors: Mapping[str, Tensor]) -> bool:
    """True where the file has a vocabulary projection that is not the word vectors, against its config."""
    stored = _canonical(names, tensors)
    word = next(theirs for ours, theirs in names.backbone if ours == "embedding.word")
    table = stored.get(f"{names.prefix}{word}.weight")
    copies = [stored[name] for name in ("lm_head.weight", "cls.predictions.decoder.weight") if name in stored]
    return table is not None and any(not torch.equal(copy, table) for copy in copies)


def not_zero(names: HuggingFaceNames, tensors: Mapping[str, Tensor]) -> str | None:
    """The first tensor that holds something where the network here has nothing of the kind."""
    return next((name for name in names.zero if name in tensors and tensors[name].any()), None)


def _canonical(names: HuggingFaceNames, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under the names of today's classes with heads."""
    bare = not any(name.startswith(names.prefix) for name in tensors)
    result = {}
    for name, tensor in tensors.items():
        for old, new in _OLD_NORM:
            name = name.removesuffix(old) + new if name.endswith(old) else name
        result[names.prefix + name if bare and not _is_copy(name) else name] = tensor
    return result


def _is_copy(name: str) -> bool:
    return name.startswith(("lm_head.", "cls."))


def _is_own(names: HuggingFaceNames, key: str) -> bool:
    """Whether it belongs to a head that no Hugging Face class has."""
    return key.startswith("heads.") and key.split(".")[1] not in names.heads


def _their_names(names: HuggingFaceNames, key: str, prefix: str) -> tuple[str, ...]:
    """Their name of our parameter; three where theirs keep query, key and value apart."""
    family, _, path = key.partition(".")
    if family == "backbone":
        pairs = names.backbone
    else:
        term, _, path = path.partition(".")
        pairs, prefix = names.heads[term], ""
    module, _, leaf = path.rpartition(".")
    number = re.search(r"\.(\d+)\.", path)
    ours = module if number is None else module.replace(number[0], ".{n}.")
    template = f"{prefix}{dict(pairs)[ours]}.{leaf}".replace("{n}", number[1] if number else "")
    if "{part}" not in template and "{p}" not in template:
        return (template,)
    return tuple(template.replace("{part}", part).replace("{p}", part[0]) for part in _PARTS)


def _is_transposed(names: HuggingFaceNames, name: str) -> bool:
    return name.endswith(tuple(f"{module}.weight" for module in names.transposed))


def _fits(names: HuggingFaceNames, key: str, name: str, stored_terms: frozenset[str]) -> bool:
    """Do `name` and our `key` mean the same thing? Two kinds of heads may share a name ("classifier")."""
    if not key.startswith("heads.") or name.startswith(names.prefix):
        return True
    claims = [term for term, pairs in names.heads.items() if name.rpartition(".")[0] in dict(pairs).values()]
    return len(claims) == 1 or key.split(".")[1] in stored_terms
