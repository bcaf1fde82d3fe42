"""What pairs are labelled with: scores, classes, or nothing; never a mixture."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from yanmo.corpus.document import Record, is_blank
from yanmo.errors import ConfigError, InputError, as_json
from yanmo.messages import text
from yanmo.registry import suggestion
from yanmo.tasks.config import TaskConfig, label_field

SCORE_FIELDS = ("score", "similarity", "similarity_score")
LABEL_FIELDS = ("label", "labels", "category", "class", "gold_label", "is_duplicate")
LABELLED = (*SCORE_FIELDS, *LABEL_FIELDS)
POSITIVE = frozenset(
    {"1", "true", "yes", "entailment", "equivalent", "paraphrase", "duplicate", "similar", "same", "match"}
    | {"是", "相似", "相同", "蕴含", "匹配"}
)
NO_LABEL = "-1"  # as Hugging Face's copies of SNLI and of unlabelled tests have it
NO_AGREEMENT = "-"  # as SNLI, MNLI and OCNLI themselves write it
CODES = frozenset({0, 1, 2})  # classes that may be written 0.0, 1.0, 2.0; other such values are a scale
_WHOLE = re.compile(r"^([+-]?\d+)\.0+$")
Target: TypeAlias = float | int | str


@dataclass(frozen=True, kw_only=True)
class Targets:
    """kind: of all values. values: scores as floats, or labels as strings; empty where there are none."""

    kind: Literal["score", "label", "none"]
    values: tuple[float | str, ...] = ()

    @property
    def scores(self) -> list[float]:
        return [float(value) for value in self.values]

    @property
    def labels(self) -> list[str]:
        return [str(value) for value in self.values]


def read_target(record: Record, config: TaskConfig) -> Target | None:
    """The score or label of a record, None where no field has one. Errors: InputError with file and line."""
    name = _target_field(record, config)
    if name is None:
        return None
    value = record.fields[name]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and name in SCORE_FIELDS:
        try:
            value = float(value)
        except ValueError:
            raise _bad("pairs.bad_score", record, name) from None
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise _bad("pairs.bad_score", record, name)
        return float(value) if name in SCORE_FIELDS else value
    if isinstance(value, str) and value.strip():
        return value
    raise _bad("tasks.bad_label", record, name)


def read_targets(records: Sequence[Record], config: TaskConfig) -> Targets:
    """Those of all records. Whole numbers alone, as 0 and 1, are labels, unless the field is called a score; so are
    0.0, 1.0 and 2.0 alone, as pandas writes classes beside an empty cell.

    Errors: InputError naming the record whose label is missing, or of another type than those before it.
    """
    found = [read_target(record, config) for record in records]
    if all(value is None for value in found):
        return Targets(kind="none")
    values: list[Target] = []
    given: list[object] = []
    for record, value in zip(records, found, strict=True):
        name = label_field(record, config, LABELLED)  # refused where a record has none
        assert value is not None, "a field of that name has a value, or was refused"
        values.append(value)
        given.append(record.fields[name] if isinstance(record.fields[name], bool) else value)
    refuse_mixture(records, given)
    # a CSV has strings alone
    numbers = [float(value) for value in values if not isinstance(value, str) or is_number(value)]
    decimal = any(isinstance(value, float) or (isinstance(value, str) and "." in value) for value in values)
    if len(numbers) == len(values) and decimal and not _are_codes(numbers, records, config):
        return Targets(kind="score", values=tuple(numbers))
    return Targets(kind="label", values=tuple(class_name(value) for value in values))


def named_class(record: Record, config: TaskConfig) -> list[str]:
    """The class that a record names; none where it has a score or no label."""
    target = read_target(record, config)
    return [] if target is None or is_score(target, record, config) else [class_name(target)]


def is_score(target: Target, record: Record, config: TaskConfig) -> bool:
    """Whether a number is no class: in a field of scores any, in one of labels those with a fraction."""
    if not is_number(str(target)):
        return False
    return _target_field(record, config) in SCORE_FIELDS or not float(target).is_integer()


def are_labelled(
    records: Sequence[Record], config: TaskConfig, usual: Sequence[str], known: Collection[str] = ()
) -> list[bool]:
    """Of each record whether it has a gold label: null and an empty cell are none.

    Nor is "-" where several others have letters. -1 is none beside classes that count 0, 1, 2 ...; beside 0 and 1 alone
    it is the third class of a scale, as in negative, neutral, positive. usual: the fields of labels. known: the classes
    of a model, where one is measured.
    """
    fields = [config.label_field] if config.label_field else config.preferred(usual)
    names = [next((name for name in fields if name in record.fields), None) for record in records]
    values = [
        "" if name is None else record.fields[name] for record, name in zip(records, names, strict=True)
    ]
    found = [class_name(value) if is_class(value) else None for value in values]
    classes = {*known, *(label for label in found if label is not None)} - {NO_LABEL}
    counted = all(map(str.isdecimal, classes)) and max(map(int, classes), default=0) > 1
    words = [any(map(str.isalpha, name)) for name in classes - {NO_AGREEMENT}]
    disputed = {NO_AGREEMENT} - {*known} if len(words) > 1 and all(words) else set()
    stands_for_none = counted and NO_LABEL not in known and set(SCORE_FIELDS).isdisjoint(filter(None, names))
    blank = map(is_blank, values)
    return [
        name is None or not (empty or label in disputed or (stands_for_none and label == NO_LABEL))
        for name, empty, label in zip(names, blank, found, strict=True)
    ]


def refuse_mixture(records: Sequence[Record], values: Sequence[object]) -> None:
    """One value per record: numbers, words, or true and false.

    Where all are texts, as the cells of a table are, numerals may be names of classes as words are: 1, 2, other. They
    are numbers where some are scores (0.5), and where they count classes from 0 on (0, 1 ...), for then a word beside
    them is none of the classes that are counted. A part of what is accepted is always accepted.
    Errors: InputError naming the first that is of another type than the one before all.
    """
    kinds = _kinds(values)
    for record, value, kind in zip(records, values, kinds, strict=True):
        if kind != kinds[0]:
            raise InputError(
                "pairs.mixed_labels",
                source=record.source,
                value=repr(value),
                kind=text(f"pairs.a_{kind}"),
                other=records[0].source,
                other_kind=text(f"pairs.a_{kinds[0]}"),
            )


def _kinds(values: Sequence[object]) -> list[Literal["number", "word", "truth"]]:
    written = {value for value in values if isinstance(value, str)}
    numerals = {value for value in written if is_number(value)}
    codes = {class_name(value) for value in numerals}
    counted = {"0", "1"} <= codes or any(not float(code).is_integer() for code in codes)
    if not counted or not all(isinstance(value, str) for value in values):
        numerals = set()
    return [
        "truth" if isinstance(value, bool)
        else "number" if isinstance(value, int | float) or (isinstance(value, str) and value in numerals)
        else "word"
        for value in values
    ]  # fmt: skip


def is_class(value: object) -> bool:
    """Whether a value names a class: a word, a number, true or false."""
    if isinstance(value, str):
        return bool(value.strip())
    return isinstance(value, int | float) and math.isfinite(value)


def class_name(value: object) -> str:
    """A class as it is called everywhere: 0, 0.0 and "0.0" are one, for pandas mixes them; no space around."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _WHOLE.sub(r"\1", str(value).strip())


def is_number(value: str) -> bool:
    """Whether a string is a finite number."""
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def positive_of(labels: Sequence[str], wanted: str | None) -> str:
    """Of two labels, the one of texts that belong together. Errors: ConfigError when `wanted` is none of them."""
    if wanted is not None:
        if wanted not in labels:
            raise ConfigError(
                "errors.unknown_name", kind=text("pairs.kind_label"), name=wanted, known=labels,
                suggestion=suggestion(wanted, labels),
            )  # fmt: skip
        return wanted
    return next((label for label in labels if label.lower() in POSITIVE), labels[-1])


def order(label: str) -> tuple[int, str]:
    """Numbers by size, before words: 2 stands before 10."""
    return (int(label), "") if label.isdecimal() else (1 << 63, label)


def _are_codes(numbers: Sequence[float], records: Sequence[Record], config: TaskConfig) -> bool:
    """Whether numbers stand for classes: 0 to 2 alone, in a field of labels."""
    return set(numbers) <= CODES and _target_field(records[0], config) in (*LABEL_FIELDS, config.label_field)


def _target_field(record: Record, config: TaskConfig) -> str | None:
    if config.label_field is not None:
        return label_field(record, config, ())
    return next((each for each in config.preferred(LABELLED) if each in record.fields), None)


def _bad(key: str, record: Record, name: str) -> InputError:
    return InputError(key, source=record.source, field=name, value=as_json(record.fields[name]))
