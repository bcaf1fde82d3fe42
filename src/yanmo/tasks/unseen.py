"""Labels that no training record has: how many, and where."""

from __future__ import annotations

from collections.abc import Sequence

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.messages import text
from yanmo.tasks.task import Task

SHOWN = 3  # places
MOST_KNOWN = 20  # labels: hundreds would push the rest of the message off the screen


def refuse_unseen(task: Task, records: Sequence[Record]) -> None:
    """Errors: InputError where records have labels that the task does not know, if it knows some."""
    known = frozenset(task.classes)
    if not known:
        return
    found = [(name, record.source) for record in records for name in task.gold(record) if name not in known]
    if found:
        raise unseen_label(found, task.classes)


def unseen_label(found: Sequence[tuple[str, str]], known: Sequence[str]) -> InputError:
    """The error of labels, each with the place where it stands."""
    places = "; ".join(f"{source} “{name}”" for name, source in found[:SHOWN])
    if len(found) > 1:
        places = text("tasks.places", places=places, count=len(found))
    label, source = found[0]
    shown = list(known[:MOST_KNOWN])
    if len(known) > MOST_KNOWN:
        shown.append(text("run.more_classes", count=len(known) - MOST_KNOWN))
    return InputError(
        "tasks.unseen_label",
        places=places,
        count=len(found),
        label=label,
        source=source,
        known=shown,
    )
