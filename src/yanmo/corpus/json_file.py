"""A .json file -> records: an array of objects, one object per line, or one object of all; its content tells which."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from yanmo.corpus.json_tree import is_tree, tree_records
from yanmo.corpus.records import MAX_RECORD_CHARACTERS, Fields, bad_json, json_records
from yanmo.errors import kind_of, reason_of
from yanmo.messages import text

_BETWEEN = re.compile(r"[\s,]*")


def json_file_records(blocks: Iterable[str], *, name: str) -> Iterator[tuple[int | str, Fields]]:
    """Records with their number in an array, their line, or their number or id in one object, which is held whole.

    Errors: InputError naming the file and the record.
    """
    blocks = iter(blocks)
    head = _head(blocks)
    begun = head.lstrip()
    if begun.startswith("["):
        yield from _array_records(chain([begun.removeprefix("[")], blocks), name=name)
    elif _is_line(begun.partition("\n")[0]):
        yield from json_records(chain([head], blocks), name=name)
    else:
        yield from tree_records("".join([head, *blocks]), name=name)


def _head(blocks: Iterator[str]) -> str:
    """The beginning of a file, to the end of its first line that is not blank; of an array less is enough."""
    parts: list[str] = []
    begun = ""
    for block in blocks:
        parts.append(block)
        begun = begun[:1] + (block if begun else block.lstrip())
        if begun.startswith("[") or "\n" in begun:
            break
    return "".join(parts)


def _is_line(line: str) -> bool:
    """Whether the first line is a record of its own, and not the whole of a tree."""
    try:
        value = json.loads(line or "{}")
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and not is_tree(value)


def _array_records(blocks: Iterable[str], *, name: str) -> Iterator[tuple[int, Fields]]:
    """The objects of an array whose bracket has been read, each as soon as it is whole, with its number from 1."""
    decoder = json.JSONDecoder()
    held, number = "", 1
    reason = text("errors.reason_cut")
    for block in blocks:
        held += block
        place = 0
        while place < len(held):
            start = _end_of_gap(held, place)
            try:
                value, place = decoder.raw_decode(held, start)
            except json.JSONDecodeError as error:  # or not whole yet
                place, reason = start, text("corpus.reason_character", place=error.pos - start + 1)
                break
            except (ValueError, RecursionError) as error:
                place, reason = start, reason_of(error)
                break
            if not isinstance(value, dict):
                held_kind = text("errors.reason_holds", kind=kind_of(value))
                raise bad_json(f"{name}:{number}", held[start:place], held_kind)
            yield number, value
            number, reason = number + 1, text("errors.reason_cut")
        held = held[place:]
        if len(held) > MAX_RECORD_CHARACTERS:
            break
    if held.rstrip() != "]":
        raise bad_json(f"{name}:{number}", held, reason if held else text("errors.reason_cut"))


def _end_of_gap(held: str, place: int) -> int:
    """Where the next object begins."""
    gap = _BETWEEN.match(held, place)
    assert gap is not None
    return gap.end()
