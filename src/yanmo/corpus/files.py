"""Names, folders and patterns -> files, and the bytes of a file, unpacked if it is compressed."""

from __future__ import annotations

import glob
import gzip
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias, cast

from yanmo.corpus.encoding import BLOCK_BYTES, BYTE_ORDER_MARKS, detect
from yanmo.errors import InputError, reason_of

Format: TypeAlias = Literal["text", "markdown", "jsonl", "json", "csv", "tsv", "parquet", "conll"]
FORMATS: dict[str, Format] = {
    ".txt": "text",
    ".md": "markdown",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".conll": "conll",
    ".bio": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".bmes": "conll",
}
_ONLY_NAMED = (None, "json", "conll")  # .json is mostly settings in a folder; words with tags are no text
IN_FOLDERS = [ending for ending, format in FORMATS.items() if format not in _ONLY_NAMED]
BUILTIN = ("storyworld", "storyworld:zh", "storyworld:en", "python_docs")
_BUILTIN_FORM = re.compile(r"storyworld(:zh|:en)?(:[1-9][0-9]*)?|python_docs")
_HEAD_BYTES = 8192
_MAGIC = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"PK\x03\x04", b"\x7fELF", b"\x1f\x8b", b"BZh",
    b"7z\xbc\xaf", b"\xfd7zXZ", b"Rar!", b"SQLite format 3", b"PAR1", b"OggS", b"ID3\x03", b"ID3\x04",
    b"\xd0\xcf\x11\xe0",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceFile:
    """A file of a corpus. `named`: the user wrote its name or a pattern for it, rather than a folder."""

    path: Path
    format: Format | None  # None where the ending is not known
    named: bool

    @property
    def name(self) -> str:
        """How messages and sources call it."""
        return self.path.as_posix()

    @property
    def is_read(self) -> bool:
        """Whether it is part of a corpus: a file that is named, and in a folder one with an ending of texts."""
        return self.named or self.format not in _ONLY_NAMED

    def blocks(self) -> Iterator[bytes]:
        """The bytes, uncompressed, in blocks. Errors: InputError when the file cannot be read to its end."""
        with self.readable(), self.open() as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block

    @contextmanager
    def readable(self) -> Iterator[None]:
        """Where its bytes are read. Errors: InputError when they cannot be, or when a .gz file is broken."""
        try:
            yield
        except (OSError, EOFError, zlib.error) as error:
            raise InputError("corpus.unreadable", path=self.name, reason=reason_of(error)) from None

    def open(self) -> BinaryIO:
        """The bytes, uncompressed, as a stream."""
        if self.path.suffix.lower() == ".gz":
            return cast(BinaryIO, gzip.open(self.path, "rb"))
        return self.path.open("rb")

    def head(self) -> bytes:
        """The first 8 KB. Errors: InputError when the file cannot be read."""
        return next(self.blocks(), b"")[:_HEAD_BYTES]


def source_file(path: Path, *, named: bool = True) -> SourceFile:
    """A file with its format by its ending, in upper or lower case, before a final .gz."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    ending = suffixes[-2] if len(suffixes) > 1 and suffixes[-1] == ".gz" else "".join(suffixes[-1:])
    return SourceFile(path=path, format=FORMATS.get(ending), named=named)


def is_builtin(path: str) -> bool:
    """Whether the path names a built-in corpus; a number at the end of storyworld is how many stories."""
    return _BUILTIN_FORM.fullmatch(path) is not None and not Path(path).exists()


def user_path(given: str | Path) -> Path:
    """`~` is the home folder; what has none, as `~nobody`, stays as it is."""
    return Path(os.path.expanduser(given))  # noqa: PTH111  Path's own raises where there is no home


def find_files(given: str) -> list[SourceFile]:
    """The files that a path or pattern stands for, sorted.

    Errors: InputError for a path that is not there, or a folder that cannot be read.

    Folders are walked whole, also behind links; names that begin with a dot are left out.
    """
    path = user_path(given)
    matches = [path]
    if not path.exists():
        matches = [Path(found) for found in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
    if not matches:
        raise InputError("corpus.no_path", path=given, builtin=BUILTIN, cwd=Path.cwd())
    found: dict[Path, SourceFile] = {}
    for match in matches:
        for file in _walk(match) if match.is_dir() else (match,):
            found.setdefault(file, source_file(file, named=file == match))
    return list(found.values())


def stored_bytes(paths: Sequence[str]) -> int:
    """Size of the files of a corpus as they are stored, compressed or not; a built-in one has none.

    Errors: InputError when there is no such path.
    """
    files = {file.path for path in paths if not is_builtin(path) for file in find_files(path)}
    return sum(file.stat().st_size for file in files)


def _walk(folder: Path) -> Iterator[Path]:
    seen: set[str] = set()  # a link may lead back to a folder above it
    for parent, folders, names in os.walk(folder, followlinks=True, onerror=_refuse):
        there = os.path.realpath(parent)
        if there in seen:
            folders.clear()
            continue
        seen.add(there)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def _refuse(error: OSError) -> None:
    raise InputError("corpus.unreadable", path=error.filename, reason=reason_of(error)) from None


def is_binary(file: SourceFile, *, encoding: str = "auto") -> bool:
    """Whether the beginning of the file is no text. A few NULs in a text do not make it binary."""
    if file.format == "parquet":
        return False
    head = file.head()
    if head.startswith(_MAGIC):
        return True
    if encoding != "auto" or any(head.startswith(mark) for mark, _, _ in BYTE_ORDER_MARKS):
        return False
    control = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\x0b\x0c\r\x1b")
    if control > 0.3 * len(head):
        return True
    return control > 0.01 * len(head) and detect(head) is None
