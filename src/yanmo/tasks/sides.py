"""The two sides of a record, source and target: in columns of these names, or of those in a direction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from yanmo.corpus.document import JsonValue, Record, is_blank
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig

SOURCE_FIELDS = ("source", "src")
TARGET_FIELDS = ("target", "tgt")
NESTED = "translation"  # a field that holds both: {"en": ..., "zh": ...}
SPOKEN = (
    ("source_lang", "src_lang", "source_language"),
    ("target_lang", "tgt_lang", "target_language"),
)  # fields that name the language of a side
_SUBTAGS = re.compile(  # scripts and countries; lower-case ones only of a list, for `en_id` is a number
    r"(?:[-_](?:[A-Z][a-z]{3}|[A-Z]{2}|[0-9]{3}|(?i:hans|hant|latn|cyrl|arab|cn|tw|hk|sg|us|gb|uk|au|br|pt|mx|jp|kr)))+"
)


def source_of(record: Record, config: TaskConfig, *, empty: bool = False) -> str:
    """The text that is given. empty: it may be. Errors: InputError naming the row, as for the target."""
    return _side(record, config, 0, empty=empty)


def target_of(record: Record, config: TaskConfig) -> str:
    """The text that is wanted."""
    return _side(record, config, 1, empty=False)


def language_column(language: str, fields: Mapping[str, JsonValue]) -> str | None:
    """The column of a language: the one called so, else the only one of that name but for its case and hyphens (zh_cn
    for zh-CN), else the only one that adds a script or a country to it (zh_cn for zh)."""
    if language in fields:
        return language
    if any(name in fields for name in SOURCE_FIELDS):
        return None
    wanted = _plain(language)
    names = {name: _plain(name) for name, value in fields.items() if value is None or isinstance(value, str)}
    alike = [name for name, plain in names.items() if plain == wanted] or [
        name
        for name, plain in names.items()
        if plain.startswith(wanted) and _SUBTAGS.fullmatch(name.strip()[len(wanted) :])
    ]
    return alike[0] if len(alike) == 1 else None


def check_direction(record: Record, config: TaskConfig) -> None:
    """Errors: InputError where a direction is given and the columns are source and target.

    They would be learnt from source to target whatever the direction says. Fields such as `source_lang` may agree.
    """
    if config.languages is None or config.label_field is not None:
        return
    (_, first, sought), (_, second, also_sought) = (_place(record, config, side) for side in (0, 1))
    if first is None or second is None or any(one in config.languages for one in (*sought, *also_sought)):
        return
    said = [_spoken(record, side) for side in (0, 1)]
    if any(said) and all(
        one is None or f"{_plain(one)}-".startswith(f"{_plain(language)}-")
        for one, language in zip(said, config.languages, strict=True)
    ):
        return
    columns = [config.columns.get(name, name) for name in (first, second)]
    raise InputError(
        "tasks.direction_unnamed", source=record.source, direction=config.direction,
        first=columns[0], second=columns[1], one=config.languages[0], other=config.languages[1],
    )  # fmt: skip


def _place(
    record: Record, config: TaskConfig, side: int
) -> tuple[Mapping[str, JsonValue], str | None, Sequence[str]]:
    """The fields among which a side stands, its name there, None where it is missing; and the names looked for."""
    value = record.unpacked(NESTED)
    nested = value if isinstance(value, Mapping) else {}
    if config.languages is not None:
        language = config.languages[side]
        for fields in (nested, record.fields):
            name = language_column(language, fields)
            if name is not None:
                return fields, name, (language,)
        if nested:
            return nested, None, (language,)
    usual = _usual(config, side)
    return record.fields, next((name for name in usual if name in record.fields), None), usual


def _usual(config: TaskConfig, side: int) -> Sequence[str]:
    if side == 0:
        return (config.text_field, *SOURCE_FIELDS)
    return (config.label_field,) if config.label_field else TARGET_FIELDS


def _side(record: Record, config: TaskConfig, side: int, *, empty: bool) -> str:
    """One of the two texts. Errors: InputError naming the row where it is missing, empty or no text."""
    fields, name, usual = _place(record, config, side)
    if name is None:
        raise _missing(record, config, side, usual)
    value = fields[name]
    if value is None and empty:
        return ""
    if is_blank(value) and not empty:
        raise InputError("tasks.side_empty", source=record.source, field=name)
    if not isinstance(value, str):
        raise InputError("tasks.side_no_text", source=record.source, field=name, value=repr(value)[:80])
    return value


def _missing(record: Record, config: TaskConfig, side: int, usual: Sequence[str]) -> InputError:
    nested = record.unpacked(NESTED)
    inner = list(nested) if isinstance(nested, Mapping) else []
    known = [*record.fields, *inner]
    if config.languages is not None:
        language = config.languages[side]
        return InputError(
            "tasks.language_missing", source=record.source, language=language, direction=config.direction,
            known=known,
        )  # fmt: skip
    if inner:
        example = "-".join([*inner, "en", "zh"][:2])
        return InputError("tasks.no_direction", source=record.source, known=inner, example=example)
    return InputError("tasks.side_missing", source=record.source, usual=usual, known=known)


def _spoken(record: Record, side: int) -> str | None:
    """The language of a side, where a field names it."""
    values = (record.fields.get(name) for name in SPOKEN[side])
    return next((value for value in values if isinstance(value, str) and value.strip()), None)


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "-")
