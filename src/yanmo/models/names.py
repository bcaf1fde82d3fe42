"""How Hugging Face writes an architecture down: names of options, tensors and classes, as plain pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Pairs = tuple[tuple[str, str], ...]
Option = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class HuggingFaceNames:
    """One architecture's names; in every pair ours stands first, theirs second.

    options: fields of the configuration. required: options that must have this value where they are given,
        because the network computes nothing else. defaults: what `transformers` takes where config.json is silent, and
        we would not. constant: keys of config.json that never change.
    backbone, heads: modules. `{n}` is the number of a layer; `{part}` in theirs is query, key, value (`{p}`: q, k,
        v), which are one stacked matrix here. Names of heads are whole, those of the backbone lack `prefix`.
    transposed: modules whose matrices are [in, out] there. ignored: endings of tensors that hold nothing of
        their own (buffers, copies of the tied vocabulary weight). zero: those of them that must hold zeros, because the
        network here has nothing of the kind. equal: pairs of their options that must agree, being one here.
    classes: which set of loss terms makes which class.
    """

    model_type: str
    prefix: str
    options: Pairs
    required: Mapping[str, Option]
    constant: Mapping[str, Option]
    backbone: Pairs
    heads: Mapping[str, Pairs]
    classes: Mapping[frozenset[str], str]
    transposed: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    zero: tuple[str, ...] = ()
    equal: Pairs = ()
    defaults: Mapping[str, Option] = field(default_factory=dict)
