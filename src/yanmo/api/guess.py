"""Which task is meant, from the columns of the records."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from yanmo import registry, tasks
from yanmo.api.task_records import called, labelled_records, marked
from yanmo.errors import ConfigError
from yanmo.messages import text
from yanmo.registry import suggestion
from yanmo.tasks.config import TaskConfig

MOST_RECORDS = 1000  # that are looked at


def guess_task(path: str, settings: TaskConfig, encoding: str = "auto") -> tuple[str, list[str]]:
    """The one task that the records are made for, and their columns.

    Errors: ConfigError where it is none, or not one alone, with what fits; InputError for records that are broken.
    """
    records = called(
        list(islice(labelled_records(path, encoding=encoding), MOST_RECORDS)), settings.columns, path
    )
    kinds = {name: tasks.find(name) for name in registry.names(tasks)}
    fitting = [
        name
        for name, kind in kinds.items()
        if kind.fits(marked(records, kind.usable(records, settings)), settings)
    ]
    if len(fitting) == 1:
        return fitting[0], list(records[0].fields)
    known = list(records[0].fields)
    if fitting:
        meant = text("guess.or").join(fitting)
        raise ConfigError("guess.several", path=path, known=known, fits=meant, example=fitting[0])
    needs = text("guess.and").join(
        text("guess.need", task=name, forms=_forms(name))
        for name in registry.names(tasks)
        if tasks.find(name).forms
    )
    raise ConfigError("guess.none", path=path, known=known, needs=needs)


def check_columns(task: str, settings: TaskConfig) -> None:
    """Errors: ConfigError where a column is to stand for something that the task does not read."""
    kind = tasks.find(task)
    named = (name for form in kind.forms for name in form)
    known = list(dict.fromkeys([*named, *kind.optional, *(settings.languages or ())]))
    for name in settings.columns:
        if name not in known:
            raise ConfigError(
                "guess.not_read", task=task, name=name, known=known, suggestion=suggestion(name, known)
            )


def check_settings(task: str, given: Iterable[str]) -> None:
    """Errors: ConfigError where a setting is given that other tasks alone read: it would do nothing."""
    for name in given:
        readers = [each for each in registry.names(tasks) if name in tasks.find(each).settings]
        if readers and task not in readers:
            raise ConfigError("guess.setting_not_read", task=task, name=name, readers=readers)


def _forms(task: str) -> str:
    return text("guess.or").join(" + ".join(form) for form in tasks.find(task).forms)
