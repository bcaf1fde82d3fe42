"""`yanmo doctor`."""

from __future__ import annotations

from yanmo.cli.options import Json, Paths
from yanmo.cli.screen import print_json, print_pairs
from yanmo.errors import ConfigError


def doctor(
    path: str | None = None,
    /,
    *,
    corpus: Paths = None,
    model: str | None = None,
    preset: str | None = None,
    unit: str | None = None,
    text_field: str | None = None,
    encoding: str | None = None,
    json: Json = False,
) -> None:
    from yanmo.api.corpus_check import CorpusCheck, check_corpus
    from yanmo.api.doctor import MachineCheck, ModelCheck, check_machine, check_model
    from yanmo.cli.progress import ProgressBar

    flags = {
        "corpus": corpus,
        "model": model,
        "preset": preset,
        "unit": unit,
        "text_field": text_field,
        "encoding": encoding,
    }
    if path is not None and any(flags.values()):
        raise ConfigError("cli.doctor_one_thing")
    with ProgressBar() as reporter:
        if corpus:
            found: CorpusCheck | ModelCheck | MachineCheck = check_corpus(flags, reporter=reporter)
        elif path is not None:
            found = check_model(path)
        elif any(flags.values()):
            raise ConfigError("recipes.missing", key="corpus.paths", flag="--corpus")
        else:
            found = check_machine()
        for warning in found.warnings():
            reporter.warn(warning)
    if json:
        print_json(found.to_json())
    else:
        print_pairs(found.rows())
