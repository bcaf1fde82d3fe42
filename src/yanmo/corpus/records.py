"""JSON lines and Parquet -> records with the line (or row of a Parquet file) where each begins."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date, datetime, time
from decimal import Decimal
from typing import BinaryIO

from yanmo.corpus.class_names import features_of, named
from yanmo.corpus.document import JsonValue
from yanmo.corpus.files import SourceFile
from yanmo.corpus.plain_text import lines
from yanmo.errors import InputError, MissingExtra, kind_of, reason_of
from yanmo.messages import text

MAX_RECORD_CHARACTERS = 32_000_000
_ROWS_AT_ONCE = 256
_LONGEST_QUOTE = 60

Fields = Mapping[str, JsonValue]


def json_records(blocks: Iterable[str], *, name: str) -> Iterator[tuple[int, Fields]]:
    """One JSON object per line; blank lines are passed over. Errors: InputError naming file and line."""
    for number, line in lines(blocks, limit=MAX_RECORD_CHARACTERS):
        if not line or line.isspace():
            continue
        source = f"{name}:{number}"
        if len(line) >= MAX_RECORD_CHARACTERS:
            raise InputError("corpus.line_too_long", source=source, limit=f"{MAX_RECORD_CHARACTERS:,}")
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise bad_json(source, line, text("corpus.reason_column", column=error.colno)) from None
        except (ValueError, RecursionError) as error:
            raise bad_json(source, line, reason_of(error)) from None
        if not isinstance(value, dict):
            raise bad_json(source, line, text("errors.reason_holds", kind=kind_of(value)))
        yield number, value


def bad_json(source: str, record: str, reason: str) -> InputError:
    """The error of a record that is no JSON object."""
    start = record.strip()[:_LONGEST_QUOTE]
    return InputError("corpus.bad_json", source=source, reason=reason, start=start)


def parquet_records(file: SourceFile, *, column: str | None = None) -> Iterator[tuple[int, Fields]]:
    """Rows of a Parquet file, of one column if it is there, a few at a time; classes by their names where it has them.

    Errors: InputError for a broken file, MissingExtra without pyarrow.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("errors.missing_extra", package="pyarrow", extra="data") from None
    number = 0
    with ExitStack() as stack:
        try:
            source: BinaryIO = stack.enter_context(file.path.open("rb"))
            if file.path.suffix.lower() == ".gz":  # Parquet is read from its end, so it has to be unpacked
                unpacked = stack.enter_context(tempfile.TemporaryFile())
                shutil.copyfileobj(gzip.GzipFile(fileobj=source), unpacked)
                source = unpacked
            table = stack.enter_context(pyarrow.parquet.ParquetFile(source))
            columns = [column] if column in table.schema_arrow.names else None
            features = features_of(table.schema_arrow.metadata)
            for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE, columns=columns):
                for row in batch.to_pylist():
                    number += 1
                    yield number, {key: plain(named(value, features.get(key))) for key, value in row.items()}
        except (pyarrow.ArrowException, OSError, EOFError) as error:
            raise InputError("corpus.bad_parquet", path=file.name, reason=reason_of(error)) from None


def plain(value: object) -> JsonValue:
    """A value of a Parquet cell as JSON has it; dates and decimals become text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else repr(value)
