"""`yanmo corpus stats`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from yanmo.cli.options import Flag, Json, split_settings
from yanmo.cli.screen import print_json, print_pairs


def stats(
    *paths: Annotated[str, Parameter(name="path")],
    unit: str | None = None,
    text_field: str | None = None,
    encoding: str | None = None,
    drop_stop_words: Flag = False,
    json: Json = False,
) -> None:
    from yanmo.api.corpus import corpus_stats
    from yanmo.api.recipes import resolve_corpus
    from yanmo.cli.progress import ProgressBar

    words, overrides = split_settings(paths)
    flags = {
        "paths": words,
        "unit": unit,
        "text_field": text_field,
        "encoding": encoding,
        "drop_stop_words": drop_stop_words or None,
    }
    config = resolve_corpus(flags, overrides)
    with ProgressBar() as reporter:
        report = corpus_stats(config, reporter=reporter)
    if json:
        print_json(report.to_json())
    else:
        print_pairs(report.rows())
