"""CSV and TSV -> records with the line where each begins."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator, Sequence

from yanmo.corpus.plain_text import lines
from yanmo.corpus.records import MAX_RECORD_CHARACTERS, Fields
from yanmo.errors import InputError, reason_of
from yanmo.messages import text


def table_records(blocks: Iterable[str], *, name: str, format: str) -> Iterator[tuple[int, Fields]]:
    """Rows below a header line. CSV as in RFC 4180, or with the tabs or, where a comma is the decimal sign, the
    semicolons of spreadsheets: then the header has those and no comma. A TSV has no quoting, as its media type says;
    but a cell that can only have been quoted as in CSV is read so.

    Of several columns without a name nothing is kept: spreadsheets write them where there are none.
    Errors: InputError naming file and line, also for a cell in such a column.
    """
    csv.field_size_limit(MAX_RECORD_CHARACTERS)
    feed = (line + "\n" for _, line in lines(blocks, limit=MAX_RECORD_CHARACTERS))
    quoted = format == "csv"
    if quoted:
        first = list(itertools.islice(feed, 1))
        rows = csv.reader(itertools.chain(first, feed), delimiter=_delimiter("".join(first)), strict=True)
    else:
        rows = csv.reader(feed, delimiter="\t", quoting=csv.QUOTE_NONE)
    header: list[str] = []
    nameless: list[int] = []
    while True:
        number, row = rows.line_num + 1, list[str]()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            reason: str | None = reason_of(error)
        else:
            if not row:
                continue
            reason = _wrong_row(row, header, nameless) if header else _wrong_header(row)
        if reason is not None:
            raise InputError(
                "corpus.bad_table",
                source=f"{name}:{number}",
                reason=reason,
                format=f".{format}",
                known=header or row,
            )
        if not header:
            header, nameless = row, _nameless(row)
            continue
        fields = dict(zip(header, row if quoted else map(_unquoted, row), strict=True))
        if nameless:
            del fields[""]
        yield number, fields


def _delimiter(header: str) -> str:
    return next((mark for mark in "\t;" if mark in header and "," not in header), ",")


def _nameless(header: Sequence[str]) -> list[int]:
    """The places of the columns without a name; a single one is most often that of row numbers."""
    places = [place for place, column in enumerate(header) if not column]
    return places if len(places) > 1 else []


def _wrong_header(header: Sequence[str]) -> str | None:
    named = [column for column in header if column]
    return text("corpus.reason_header") if len(set(named)) < len(named) or not named else None


def _wrong_row(row: Sequence[str], header: Sequence[str], nameless: Sequence[int]) -> str | None:
    if len(row) != len(header):
        return text("corpus.reason_cells", found=len(row), wanted=len(header))
    filled = next((place for place in nameless if row[place].strip()), None)
    return None if filled is None else text("corpus.reason_nameless", column=filled + 1)


def _unquoted(cell: str) -> str:
    """A cell of a TSV as pandas meant it: in quotes, and each quote inside of it twice."""
    if not cell.startswith('"') or len(cell) < 2 or cell[-1] != '"':
        return cell
    inner = cell[1:-1]
    if '""' not in inner:
        return cell
    return cell if '"' in inner.replace('""', "") else inner.replace('""', '"')
