"""Labelled records of a data set on the Hugging Face hub, through the `datasets` library."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from yanmo.corpus.class_names import named
from yanmo.corpus.document import JsonValue, Record
from yanmo.corpus.files import source_file, user_path
from yanmo.corpus.records import plain
from yanmo.errors import InputError, MissingExtra

_ID = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)(?:/(?P<part>[\w.-]+))?(?::(?P<split>[\w.+\[\]%:-]+))?")


def is_hub_id(given: str) -> bool:
    """Whether it can be meant as `owner/name`, `owner/name/part` or `owner/name:split`, and is no path that exists."""
    path = user_path(given)
    is_file = source_file(path).format is not None or path.suffix == ".gz"
    return _ID.fullmatch(given) is not None and not is_file and not path.exists() and not path.parent.exists()


def hub_records(given: str, *, split: str) -> Iterator[Record]:
    """The rows of one split, `split` unless the id names one; labels by their names, not by their numbers.

    Errors: MissingExtra without `datasets`; InputError where it cannot be had, as without a network.
    """
    try:
        import datasets
    except ImportError:
        raise MissingExtra("errors.missing_extra", package="datasets", extra="hub") from None
    match = _ID.fullmatch(given)
    assert match is not None, given
    split = match["split"] or split
    try:
        rows = datasets.load_dataset(match["name"], match["part"], split=split)
    except Exception as error:  # whatever the library, the network or the loader raises
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError("corpus.no_hub", given=given, split=split, reason=reason) from None
    features = rows.features.to_dict()
    for number, row in enumerate(rows, 1):
        fields: Mapping[str, JsonValue] = {
            name: plain(named(value, features[name])) for name, value in row.items()
        }
        yield Record(fields=fields, source=f"{given}:{number}")
