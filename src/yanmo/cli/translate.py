"""`yanmo translate`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from yanmo.cli.model import load_model
from yanmo.cli.options import File, Json, Precision
from yanmo.cli.screen import print_json, print_line
from yanmo.corpus.files import user_path
from yanmo.errors import ConfigError, InputError, no_file, reason_of
from yanmo.messages import text

if TYPE_CHECKING:
    from pathlib import Path

    from yanmo.api.predict import Model
    from yanmo.corpus.document import Record
    from yanmo.tasks.translation import TranslationPrediction

AT_ONCE = 2048  # lines of a file: enough to put those of like length together; memory stays flat


def translate(
    model: str,
    /,
    *words: Annotated[str, Parameter(name="text", allow_leading_hyphen=True)],
    out: File = None,
    beams: int | None = None,
    length_penalty: float | None = None,
    encoding: str = "auto",
    precision: Precision = "fp32",
    json: Json = False,
) -> None:
    if not words:
        raise ConfigError("cli.no_text")
    if beams is not None and beams < 1:
        raise ConfigError("cli.below_one", name="--beams", value=beams)
    file = _file(words, needed=out is not None)
    target = None if out is None else _target(out, file)
    loaded = load_model(model, precision)
    field = loaded.settings.text_field
    texts: Iterator[str | Record] = iter(words) if file is None else _lines(file, encoding, field)
    found = _translated(loaded, texts, beams, length_penalty)
    if target is not None:
        count = _write(target, found)
        if json:
            print_json({"out": str(target), "count": count})
        else:
            print_line(text("cli.translated", path=target, count=f"{count:,}"))
    elif json:
        print_json({"translations": [one.to_json() for one in found]})
    else:
        for one in found:
            print_line(_one_line(one))


def _file(words: tuple[str, ...], *, needed: bool) -> Path | None:
    """The file that the only word names, or None. Errors: InputError where it names one that is not there."""
    from yanmo.corpus.files import source_file

    path = user_path(words[0])
    try:
        if len(words) == 1 and path.is_file():
            return path
    except OSError:  # a text that is too long to be a name
        return None
    if needed or (source_file(path).format is not None and " " not in words[0]):
        raise no_file(words[0])
    return None


def _target(out: str, source: Path | None) -> Path:
    """Where the translations go. Errors: InputError for what cannot be written, before anything is translated."""
    target = user_path(out)
    if not target.parent.is_dir():
        raise InputError("cli.no_folder", path=target, folder=target.parent)
    if target.is_dir():
        raise InputError("run.cannot_write", path=target, reason=text("errors.reason_folder"))
    if source is not None and target.exists() and target.samefile(source):
        raise InputError("cli.out_is_source", path=target)
    return target


def _translated(
    loaded: Model, texts: Iterator[str | Record], beams: int | None, length_penalty: float | None
) -> Iterator[TranslationPrediction]:
    from yanmo.cli.progress import ProgressBar

    cut = 0
    while group := list(islice(texts, AT_ONCE)):
        found = loaded.translate(group, beams=beams, length_penalty=length_penalty)
        cut += sum(one.cut for one in found)
        yield from found
    if cut:
        ProgressBar().warn(text("cli.warn_cut", count=f"{cut:,}", room=loaded.encoder.room))


def _lines(path: Path, encoding: str, field: str) -> Iterator[Record]:
    """The lines of a text, blank ones too, so that both files stay line by line; or records."""
    from yanmo.cli.lines import is_plain, lines_of
    from yanmo.corpus.encoding import known_encoding
    from yanmo.corpus.read import read_records

    encoding = known_encoding(encoding)
    if not is_plain(path):
        yield from read_records(path, encoding=encoding)
    else:
        yield from lines_of(path, field, encoding=encoding)


def _write(target: Path, found: Iterator[TranslationPrediction]) -> int:
    """One translation a line; the file is there when it is whole."""
    from yanmo.training.durable import replacing

    count = 0
    try:
        with replacing(target) as file:
            for one in found:
                file.write(f"{_one_line(one)}\n".encode())
                count += 1
    except OSError as error:
        raise InputError("run.cannot_write", path=target, reason=reason_of(error)) from None
    return count


def _one_line(one: TranslationPrediction) -> str:
    return " ".join(one.translation.splitlines())
