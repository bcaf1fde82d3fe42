"""A .json file that is one object -> the records in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from yanmo.corpus.document import JsonValue
from yanmo.corpus.squad import squad_records
from yanmo.errors import InputError, kind_of, reason_of
from yanmo.messages import listed, text

# What a list of records is called. Not any name: the list of a single record may hold its messages or entities.
PARTS = ("train", "dev", "valid", "validation", "test")
HOLDERS = ("data", *PARTS, "records", "rows", "examples", "samples")
_Tree = Mapping[str, JsonValue]


def is_tree(value: _Tree) -> bool:
    """Whether an object is no record, but holds records: in `data`, in a part of a set with no other list or object
    beside it, in lists and nothing else, or by their numbers.
    """
    if isinstance(value.get("data"), list) or _by_number(value):
        return True
    lists = _lists(value)
    if bool(value) and len(lists) == len(value):
        return True
    beside = [each for name, each in value.items() if name not in lists]
    return lists[:1] in ([name] for name in PARTS) and not any(
        isinstance(each, list | dict) for each in beside
    )


def tree_records(content: str, *, name: str) -> Iterator[tuple[int | str, _Tree]]:
    """Records with their number from 1, or under which they stand, or the id of SQuAD's questions.

    Errors: InputError for no object, and for one without a list of objects or with several.
    """
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _bad(name, reason_of(error)) from None
    if not isinstance(tree, dict):
        raise _bad(name, text("errors.reason_holds", kind=kind_of(tree)))
    lists = _lists(tree)
    if len(lists) > 1:
        raise _bad(name, text("corpus.reason_lists", lists=listed(lists)))
    if not lists and not _by_number(tree):
        raise _bad(name, text("corpus.reason_no_list"))
    if not lists:
        yield from tree.items()
    elif any("paragraphs" in each for each in tree[lists[0]]):
        yield from squad_records(tree[lists[0]], name=name)
    else:
        yield from enumerate(tree[lists[0]], 1)


def _lists(tree: _Tree) -> list[str]:
    """The names in it that hold lists of objects."""
    return [name for name in HOLDERS if _is_list_of_objects(tree.get(name))]


def _is_list_of_objects(value: JsonValue) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _by_number(tree: _Tree) -> bool:
    """Whether it holds objects under their numbers, as pandas writes them with orient="index"."""
    return bool(tree) and all(name.isdecimal() and isinstance(each, dict) for name, each in tree.items())


def _bad(name: str, reason: str) -> InputError:
    return InputError("corpus.bad_tree", path=name, reason=reason)
