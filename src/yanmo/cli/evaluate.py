"""`yanmo evaluate`."""

from __future__ import annotations

from yanmo.cli.options import Json
from yanmo.cli.screen import metric_pairs, print_json, print_pairs
from yanmo.messages import text


def evaluate(
    model: str,
    data: str,
    /,
    *,
    text_field: str | None = None,
    label_field: str | None = None,
    direction: str | None = None,
    json: Json = False,
) -> None:
    from yanmo.api.evaluate import evaluate as run
    from yanmo.cli.progress import ProgressBar
    from yanmo.config import build
    from yanmo.evaluation.metric_text import number
    from yanmo.tasks.task import TaskConfig

    fields = {"text_field": text_field, "label_field": label_field, "direction": direction}
    given = {name: value for name, value in fields.items() if value is not None}
    settings = build(TaskConfig, given) if given else None
    with ProgressBar() as reporter:
        result = run(model, data, settings=settings, reporter=reporter)
    if json:
        print_json(result.to_json())
        return
    title = text("cli.evaluated", data=data, count=number(result.count))
    print_pairs(
        [*metric_pairs(result.metrics), *(("", signature) for signature in result.signatures.values())],
        title=title,
    )
