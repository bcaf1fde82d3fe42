"""Errors as sections of a report."""

from __future__ import annotations

from collections.abc import Iterator

from yanmo.evaluation.errors import WIDEST, Errors
from yanmo.evaluation.report import Cell, Example, Examples, Section, Table
from yanmo.messages import text
from yanmo.metrics.scores import Scores


def error_sections(errors: Errors) -> Iterator[Section]:
    """The confusion matrix, a table by class or kind of entity, and the errors themselves."""
    if errors.matrix and len(errors.labels) <= WIDEST:
        yield _matrix(errors)
    if errors.confusions:
        yield _confusions(errors)
    if errors.kinds:
        yield _kinds(errors)
    if errors.examples:
        yield _examples(errors)


def _matrix(errors: Errors) -> Table:
    return Table(
        title=text("report.matrix_title"),
        columns=(text("report.matrix_corner"), *errors.labels),
        rows=tuple((label, *row) for label, row in zip(errors.labels, errors.matrix, strict=True)),
        note=text("report.matrix_note", count=errors.count),
    )


def _confusions(errors: Errors) -> Table:
    return Table(
        title=text("report.matrix_title"),
        columns=(text("report.column_gold"), text("report.column_predicted"), text("report.column_count")),
        rows=tuple((one.gold, one.predicted, one.count) for one in errors.confusions),
        note=text("report.confusions_note", count=errors.count),
    )


def _kinds(errors: Errors) -> Table:
    more = ("border", "confused", "missed", "extra") if errors.entities else ()
    rows: list[tuple[Cell, ...]] = []
    for kind in errors.kinds:
        scores = Scores(correct=kind.correct, predicted=kind.predicted, gold=kind.gold)
        shares = [f"{100 * value:.2f} %" for value in (scores.precision, scores.recall, scores.f1)]
        extra = [kind.border, kind.confused, kind.missed, kind.extra] if errors.entities else []
        rows.append((kind.kind, kind.gold, kind.predicted, kind.correct, *shares, *extra))
    names = ("kind", "gold", "predicted", "correct", "precision", "recall", "f1", *more)
    return Table(
        title=text("report.kinds_title" if errors.entities else "report.classes_title"),
        columns=tuple(text(f"report.column_{name}") for name in names),
        rows=tuple(rows),
        note=_note(errors),
    )


def _note(errors: Errors) -> str:
    """What the columns say; and where there is no error to show, that there is none."""
    if not errors.examples:
        return text("report.no_errors", count=errors.count)
    return text("report.kinds_note") if errors.entities else ""


def _examples(errors: Errors) -> Examples:
    items = [
        Example(
            given=one.text,
            result=text("report.error", predicted=one.predicted, gold=one.gold),
            note="" if one.confidence is None else f"{100 * one.confidence:.2f} %",
        )
        for one in errors.examples
    ]
    note = text("report.entity_errors_note" if errors.entities else "report.errors_note")
    if errors.scored:
        note = text("report.lowest_note", scored=errors.scored, count=errors.count)
    return Examples(title=text("report.errors_title"), items=tuple(items), note=note)
