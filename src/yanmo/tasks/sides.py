"""The two sides of a record, source and target: in columns of these names, or of those in a direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from yanmo.corpus.document import JsonValue, Record
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig

SOURCE_FIELDS = ("source", "src")
TARGET_FIELDS = ("target", "tgt")
NESTED = "translation"  # a field that holds both: {"en": ..., "zh": ...}


def source_of(record: Record, config: TaskConfig, *, empty: bool = False) -> str:
    """The text that is given. empty: it may be. Errors: InputError naming the row, as for the target."""
    return _side(record, config, 0, (config.text_field, *SOURCE_FIELDS), empty=empty)


def target_of(record: Record, config: TaskConfig) -> str:
    """The text that is wanted."""
    named = (config.label_field,) if config.label_field else TARGET_FIELDS
    return _side(record, config, 1, named, empty=False)


def _side(record: Record, config: TaskConfig, side: int, usual: Sequence[str], *, empty: bool) -> str:
    """One of the two texts. Errors: InputError naming the row where it is missing, empty or no text."""
    fields: Mapping[str, JsonValue] = record.fields
    nested = record.unpacked(NESTED)
    if config.languages is not None:
        language = config.languages[side]
        if isinstance(nested, Mapping) and language in nested:
            fields, usual = nested, (language,)
        elif language in fields or isinstance(nested, Mapping):
            usual = (language,)
    elif isinstance(nested, Mapping) and not any(name in fields for name in usual):
        known = list(nested)
        example = "-".join([*nested, "en", "zh"][:2])
        raise InputError("tasks.no_direction", source=record.source, known=known, example=example)
    name = next((name for name in usual if name in fields), None)
    if name is None:
        known = [*fields, *(nested if isinstance(nested, Mapping) else ())]
        raise InputError("tasks.side_missing", source=record.source, usual=usual, known=known)
    value = fields[name]
    if not isinstance(value, str):
        raise InputError("tasks.side_no_text", source=record.source, field=name, value=repr(value)[:80])
    if not value.strip() and not empty:
        raise InputError("tasks.side_empty", source=record.source, field=name)
    return value
