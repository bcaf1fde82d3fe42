"""Sequences of many lengths into rows of few: best fit, longest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

ENOUGH = 512  # places of a group from which on its rows are to be of nearly one length
ROW_STEP = 128  # row lengths are powers of two of this; attention costs little there and shapes stay few


def row_length(longest: int, limit: int) -> int:
    """The shortest row that holds `longest` tokens: 128, 256, 512 ... and never more than `limit`."""
    length = ROW_STEP
    while length < longest:
        length *= 2
    return min(length, limit)


def pack(lengths: Sequence[int], limit: int) -> dict[int, list[list[int]]]:
    """Row length -> rows, each a list of indices into `lengths`; every index once.

    The longest go first; each goes where the least room is left, else opens a row of its own class. Rows of one
    batch have one length, so a few long texts do not stretch the rows of the short ones.
    """
    rows: list[list[int]] = []
    classes: list[int] = []
    by_room: dict[int, list[int]] = {}  # room left -> numbers of rows
    rooms = 0  # bit n set: some row has room n
    for index in sorted(range(len(lengths)), key=lambda index: (-lengths[index], index)):
        length = lengths[index]
        assert 0 < length <= limit, f"a sequence of {length} tokens does not fit a row of {limit}"
        fitting = rooms >> length
        if fitting:
            room = length + (fitting & -fitting).bit_length() - 1
            row = by_room[room].pop()
            if not by_room[room]:
                rooms &= ~(1 << room)
        else:
            room = row_length(length, limit)
            row = len(rows)
            rows.append([])
            classes.append(room)
        rows[row].append(index)
        left = room - length
        by_room.setdefault(left, []).append(row)
        rooms |= 1 << left
    result: dict[int, list[list[int]]] = {}
    for members, size in zip(rows, classes, strict=True):
        result.setdefault(size, []).append(members)
    return result


def by_length(lengths: Sequence[int], places: int) -> Iterator[list[int]]:
    """Indices in groups of like length, the longest first; each fits `places` when padded to its longest.

    A group of some size takes none that would be a tenth padding.
    For what is read once: a text alone in its row is compared with itself only, not with neighbours that it must not
    see, and where all of a group are equally long nothing is padded and nothing masked.
    """
    order = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))
    start = 0
    while start < len(order):
        longest = max(1, lengths[order[start]])
        end = min(len(order), start + max(1, places // longest))
        least = start + max(1, ENOUGH // longest)
        while end > least and lengths[order[end - 1]] < 0.9 * longest:
            end -= 1
        yield order[start:end]
        start = end
