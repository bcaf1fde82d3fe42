"""`yanmo encode`, `yanmo similar`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from yanmo.cli.model import load_model
from yanmo.cli.options import Flag, Json, Precision
from yanmo.cli.screen import print_json, print_line, print_pairs
from yanmo.corpus.files import user_path
from yanmo.errors import ConfigError, InputError, no_file
from yanmo.messages import text

if TYPE_CHECKING:
    from yanmo.tasks.config import TaskConfig

Texts = Annotated[str, Parameter(name="--in", metavar="FILE")]


def encode(
    model: str,
    file: str,
    /,
    *,
    out: Annotated[str, Parameter(metavar="FILE")],
    text_field: str | None = None,
    encoding: str = "auto",
    normalize: Flag = False,
    precision: Precision = "auto",
    json: Json = False,
) -> None:
    from yanmo.api.encode import encode_to
    from yanmo.cli.progress import ProgressBar
    from yanmo.evaluation.metric_text import number

    _check(file)
    loaded = load_model(model, precision)
    texts = _texts(file, loaded.settings, text_field, encoding)
    cut = encode_to(loaded, texts, user_path(out), normalize=normalize)
    if cut:
        room = loaded.encoder.room
        warning = text("run.warn_cut", count=number(cut), total=number(len(texts)), room=room, rule="head")
        ProgressBar().warn(warning)
    width = loaded.learner.backbone.config.hidden_size
    if json:
        print_json({"vectors": out, "count": len(texts), "width": width, "normalized": normalize, "cut": cut})
        return
    pairs = [
        (text("cli.texts"), number(len(texts))),
        (text("cli.width"), number(width)),
        (text("cli.vectors"), out),
    ]
    print_pairs(pairs, title=text("cli.encoded"))


def similar(
    model: str,
    query: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    texts: Texts,
    top: int = 5,
    text_field: str | None = None,
    encoding: str = "auto",
    precision: Precision = "auto",
    json: Json = False,
) -> None:
    if top < 1:
        raise ConfigError("cli.below_one", name="--top", value=top)
    _check(texts)
    loaded = load_model(model, precision)
    found = loaded.similar(query, _texts(texts, loaded.settings, text_field, encoding), top=top)
    if json:
        print_json({"query": query, "results": [near.to_json() for near in found]})
        return
    for near in found:
        print_line((f"{near.similarity:7.4f}", "cyan"), "  ", near.text)


def _check(path: str) -> None:
    if not user_path(path).is_file():
        raise no_file(path)


def _texts(path: str, settings: TaskConfig, field: str | None, encoding: str) -> list[str]:
    """One text for each line of a text file, or for each record of the other formats; blank lines are passed over.

    A text stands in the named field, else where the model was fine-tuned on it, else under one of its usual names.
    """
    from yanmo.cli.lines import is_plain, lines_of
    from yanmo.corpus.encoding import known_encoding
    from yanmo.corpus.read import read_records
    from yanmo.tasks.config import TEXT, text_name

    file = user_path(path)
    encoding = known_encoding(encoding)
    if is_plain(file):
        lines = (line.text("text") for line in lines_of(file, encoding=encoding))
        texts = [line for line in lines if line.strip()]
    else:
        records = read_records(path, encoding=encoding)
        if field is None:
            usual = settings.model_copy(update={"text_field": TEXT})
            texts = [
                record.text(
                    settings.text_field if settings.text_field in record.fields else text_name(record, usual)
                )
                for record in (record.renamed(settings.columns) for record in records)
            ]
        else:
            texts = [record.text(field) for record in records]
    if not texts:
        raise InputError("pairs.no_texts", path=path)
    return texts
