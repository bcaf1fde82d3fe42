"""The two things that a corpus is made of: a text, and a labelled example. Both say where they come from."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from yanmo.corpus.files import source_file
from yanmo.errors import InputError, kind_of

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
_LONGEST_NAME = 64  # of a column
_SENTENCE = re.compile(r"[。！？；，]|[.!?;,]\s|\s.*[.!?;]$")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")


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

        In JSON, or as Python writes it. For fields that may hold such a one. A text that is meant as a text is asked
        for by `text`.
        """
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
            return value
        try:
            found: JsonValue = json.loads(value)
        except (ValueError, RecursionError):
            return _of_python(value)
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
        key = "corpus.no_header" if lacks_header(fields, source) else "corpus.no_field"
        raise InputError(key, source=source, field=name, known=known)
    raise InputError("corpus.field_no_text", source=source, field=name, kind=kind_of(value), known=known)


def is_blank(value: JsonValue) -> bool:
    """Whether a cell is null, or a text without a character that can be seen."""
    return value is None or (isinstance(value, str) and not value.strip())


def _of_python(value: str) -> JsonValue:
    """The list or dict that Python wrote as `value`, as pandas does in a table; else `value` itself."""
    if not value.rstrip().endswith(("]", "}")):
        return value
    try:
        with warnings.catch_warnings(action="ignore"):  # of backslashes in what is no Python at all
            found = ast.literal_eval(value.strip())
        as_json: JsonValue = json.loads(json.dumps(found))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return value
    # NumPy writes no commas, and Python would join what it reads: ['EU' 'rejects'].
    same = "".join(repr(found).split()) == "".join(value.split())
    return as_json if same and isinstance(as_json, list | dict) else value


def lacks_header(fields: Mapping[str, JsonValue], source: str) -> bool:
    """Whether the names of a table look like its first row: numbers, sentences, or what stands in this row too."""
    if source_file(Path(source.rpartition(":")[0])).format not in ("csv", "tsv"):
        return False
    return any(
        len(name) > _LONGEST_NAME
        or _NUMBER.fullmatch(name)
        or _SENTENCE.search(name)
        or name in fields.values()
        for name in fields
        if name
    )
