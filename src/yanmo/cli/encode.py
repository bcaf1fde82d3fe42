"""`yanmo encode`, `yanmo similar`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from yanmo.cli.options import Flag, Json, Precision
from yanmo.cli.screen import print_json, print_line, print_pairs
from yanmo.errors import ConfigError, InputError
from yanmo.messages import text

if TYPE_CHECKING:
    from yanmo.api.predict import Model

Texts = Annotated[str, Parameter(name="--in", metavar="FILE")]


def encode(
    model: str,
    file: str,
    /,
    *,
    out: Annotated[str, Parameter(metavar="FILE")],
    text_field: str = "text",
    normalize: Flag = False,
    precision: Precision = "auto",
    json: Json = False,
) -> None:
    from pathlib import Path

    from yanmo.api.encode import encode_to
    from yanmo.evaluation.metric_text import number

    texts = _texts(file, text_field)
    loaded = _load(model, precision)
    encode_to(loaded, texts, Path(out).expanduser(), normalize=normalize)
    width = loaded.learner.backbone.config.hidden_size
    if json:
        print_json({"vectors": out, "count": len(texts), "width": width, "normalized": normalize})
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
    text_field: str = "text",
    precision: Precision = "auto",
    json: Json = False,
) -> None:
    if top < 1:
        raise ConfigError("cli.below_one", name="--top", value=top)
    known = _texts(texts, text_field)
    found = _load(model, precision).similar(query, known, top=top)
    if json:
        print_json({"query": query, "results": [near.to_json() for near in found]})
        return
    for near in found:
        print_line((f"{near.similarity:7.4f}", "cyan"), "  ", near.text)


def _load(source: str, precision: Precision) -> Model:
    from yanmo.api.predict import load, use_machine

    fastest = use_machine()
    return load(source, precision=fastest if precision == "auto" else precision)


def _texts(path: str, field: str) -> list[str]:
    """One text for each line of a text file, or for each record of the other formats; blank lines are passed over."""
    from pathlib import Path

    from yanmo.corpus.files import source_file
    from yanmo.corpus.read import CorpusConfig, read_raw, read_records
    from yanmo.corpus.statistics import CorpusReport

    file = Path(path).expanduser()
    if not file.is_file():
        raise InputError("errors.no_file", path=path, cwd=Path.cwd())
    if source_file(file).format in (None, "text", "markdown"):
        lines = read_raw(CorpusConfig(paths=(path,), unit="line"), CorpusReport())
        texts = [line.text for line in lines if line.text]
    else:
        texts = [record.text(field) for record in read_records(path)]
    if not texts:
        raise InputError("pairs.no_texts", path=path)
    return texts
