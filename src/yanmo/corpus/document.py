"""The two things that a corpus is made of: a text, and a labelled example. Both say where they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from yanmo.errors import InputError, kind_of

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One text. `source` is "folder/file.jsonl:12": the file as it was named and the first line, from 1."""

    text: str
    id: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One labelled example, its fields untouched. `source` as in `Document`."""

    fields: Mapping[str, JsonValue]
    source: str

    def text(self, name: str) -> str:
        """The text in the field `name`. Errors: InputError with file and line if it is none."""
        return text_field(self.fields, name, source=self.source)

    def unpacked(self, name: str) -> JsonValue:
        """The value of the field `name`, None where there is none: a list or object also where a table has it as text.

        For fields that may hold such a one. A text that is meant as a text is asked for by `text`.
        """
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
            return value
        try:
            found: JsonValue = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return found

    def renamed(self, columns: Mapping[str, str]) -> Record:
        """The record with the value of each column under the name that it stands for: `{"text": "review"}`.

        A column may be missing, as that of the labels; a record that has none of the foreign names stays as it is.
        """
        foreign = [column for column in columns.values() if column not in columns]
        found = {name: self.fields[column] for name, column in columns.items() if column in self.fields}
        if not found or (foreign and self.fields.keys().isdisjoint(foreign)):
            return self  # its names are right
        gone = {*found, *(columns[name] for name in found)}
        rest = {name: value for name, value in self.fields.items() if name not in gone}
        return Record(fields={**found, **rest}, source=self.source)


def text_field(fields: Mapping[str, JsonValue], name: str, *, source: str) -> str:
    """The string in `fields[name]`. Errors: InputError naming the source and the fields that are there."""
    value = fields.get(name)
    if isinstance(value, str):
        return value
    known = list(fields)
    if name not in fields:
        raise InputError("corpus.no_field", source=source, field=name, known=known)
    raise InputError("corpus.field_no_text", source=source, field=name, kind=kind_of(value), known=known)
