"""`yanmo tokenizer train` and `report`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from yanmo import tokenizers
from yanmo.api import model_source
from yanmo.api.reporter import Advance, Reporter
from yanmo.corpus.files import user_path
from yanmo.corpus.read import CorpusConfig, read_corpus
from yanmo.corpus.statistics import CorpusReport
from yanmo.errors import InputError, RunError, reason_of
from yanmo.messages import text
from yanmo.tokenizers import Tokenizer, TokenizerConfig, TokenizerReport
from yanmo.tokenizers.report import longest_pieces

HALF = ".half"  # in the folder: the files while they are written


@dataclass(frozen=True, kw_only=True)
class TrainedTokenizer:
    """Where it is and what it became."""

    path: Path
    kind: str
    vocab_size: int
    longest_pieces: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "path": str(self.path)}


def train_tokenizer(
    corpus: CorpusConfig, settings: TokenizerConfig, out: str | Path, *, reporter: Reporter | None = None
) -> TrainedTokenizer:
    """Trains a tokenizer into the new folder `out`, as `transformers` loads it.

    Errors: RunError when `out` holds files or cannot be written; those of the corpus and of the tokenizer.
    """
    reporter = reporter or Reporter()
    path = user_path(out)
    if path.is_file():
        raise RunError("recipes.cannot_write", path=path, reason=text("errors.reason_file"))
    if path.exists() and (not path.is_dir() or any(file.name != HALF for file in path.iterdir())):
        raise RunError("recipes.folder_in_use", path=path)
    ours = not path.exists()
    try:
        with _writing(path):
            path.mkdir(parents=True, exist_ok=True)
        with reporter.stage(text("run.stage_tokenizer")) as advance:
            tokenizer = tokenizers.train(_texts(corpus, advance, reporter), settings)
        with _writing(path):
            _save(tokenizer, path)
    finally:
        if ours:
            with suppress(OSError):
                path.rmdir()  # empty where there is no tokenizer
    return TrainedTokenizer(
        path=path,
        kind=tokenizer.kind,
        vocab_size=tokenizer.vocab_size,
        longest_pieces=longest_pieces(tokenizer),
    )


def tokenizer_report(
    source: str, corpus: CorpusConfig, *, reporter: Reporter | None = None
) -> TokenizerReport:
    """How well the tokenizer of a run, a model or a tokenizer folder fits the texts. Errors: InputError, RunError."""
    reporter = reporter or Reporter()
    tokenizer = load_tokenizer(source)
    with reporter.stage(text("recipes.stage_corpus")) as advance:
        return tokenizers.report(tokenizer, _texts(corpus, advance, reporter))


def load_tokenizer(source: str) -> Tokenizer:
    """The tokenizer of a tokenizer folder, a run (also an unfinished one) or a model directory. Errors: InputError."""
    folder = user_path(source)
    if not folder.is_dir():
        raise InputError("tokenizers.no_files", folder=folder)
    if (folder / "tokenizer" / "tokenizer.json").is_file():
        return Tokenizer.load(folder / "tokenizer")
    return Tokenizer.load(Path(model_source.model_folder(str(folder))))


def _save(tokenizer: Tokenizer, path: Path) -> None:
    """A save that is killed leaves no tokenizer that lacks a file, and no folder that the same command refuses."""
    shutil.rmtree(path / HALF, ignore_errors=True)
    tokenizer.save(path / HALF)
    for file in sorted((path / HALF).iterdir(), key=lambda file: (file.name == "tokenizer.json", file.name)):
        file.replace(path / file.name)
    (path / HALF).rmdir()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Leaves the folder as empty as it was. Errors: RunError where it cannot be written."""
    try:
        yield
    except OSError as error:
        shutil.rmtree(path / HALF, ignore_errors=True)
        for half in path.glob("*"):
            half.unlink(missing_ok=True)
        raise RunError("recipes.cannot_write", path=path, reason=reason_of(error)) from None


def _texts(config: CorpusConfig, advance: Advance, reporter: Reporter) -> Iterator[str]:
    found = CorpusReport()
    characters = 0
    for document in read_corpus(config, found):
        characters += len(document.text)
        advance(characters, 0)
        yield document.text
    for warning in found.warnings():
        reporter.warn(warning)
