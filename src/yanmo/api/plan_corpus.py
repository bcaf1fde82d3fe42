"""About how much there is in a corpus, and a fair sample of it, without reading all of a very large one."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from yanmo.corpus.document import Document
from yanmo.corpus.encoding import BLOCK_BYTES
from yanmo.corpus.files import SourceFile, find_files, is_binary, is_builtin
from yanmo.corpus.read import CorpusConfig, clean, read_corpus, read_raw
from yanmo.corpus.statistics import CorpusReport
from yanmo.data.encode import parts

SAMPLE_CHARACTERS = (
    8_000_000  # a tokenizer of it has the entries that one of the whole would have, but for rare ones
)
READ_CHARACTERS = 100_000_000  # a few seconds
HEAD_BLOCKS = 8  # of a compressed file, from which its unpacked size is told


@dataclass(frozen=True, kw_only=True)
class CorpusSample:
    """texts: parts of documents as training stores them, evenly from everywhere. characters: of the whole corpus.

    complete: whether all of it was read; else `characters` is an estimate, in which duplicates still count.
    """

    texts: list[str]
    characters: int
    complete: bool

    @property
    def sampled(self) -> int:
        """Characters of the sample."""
        return sum(map(len, self.texts))

    def fewer(self, characters: int) -> CorpusSample:
        """The same, with every n-th of its texts only: about so many characters, or less than twice as many."""
        every = max(1, self.sampled // characters)
        return replace(self, texts=self.texts[::every])

    @property
    def whole(self) -> bool:
        """Whether the sample is the corpus."""
        return self.complete and self.sampled == self.characters

    @property
    def han(self) -> float:
        """Share of Chinese characters, about."""
        some = "".join(text[:1000] for text in self.texts[:1000])
        return sum("\u4e00" <= character <= "\u9fff" for character in some) / max(1, len(some))


def sample_corpus(
    config: CorpusConfig, *, limit: int = SAMPLE_CHARACTERS, most: int = READ_CHARACTERS
) -> CorpusSample:
    """Reads all of a corpus of up to `most` characters; of a larger one the beginning of each file, in its measure.

    Errors: InputError, as `read_corpus`.
    """
    sample = _Thinned(limit=limit)
    characters = 0
    for document in read_corpus(config):
        characters += len(document.text)
        sample.add(document.text)
        if characters > most:
            sample = _Thinned(limit=limit)
            return CorpusSample(
                characters=_estimate(config, sample, most), texts=sample.texts, complete=False
            )
    return CorpusSample(texts=sample.texts, characters=characters, complete=True)


@dataclass(kw_only=True)
class _Thinned:
    """Every n-th part of what is added, n twice as large whenever the limit is passed."""

    limit: int
    texts: list[str] = field(default_factory=list)
    _every: int = 1
    _seen: int = 0
    _characters: int = 0

    def add(self, text: str) -> None:
        for part in parts(text):
            if self._seen % self._every == 0:
                self.texts.append(part)
                self._characters += len(part)
            self._seen += 1
            if self._characters > self.limit and len(self.texts) > 1:
                self.texts = self.texts[::2]
                self._every *= 2
                self._characters = sum(map(len, self.texts))


def _estimate(config: CorpusConfig, sample: _Thinned, most: int) -> int:
    """Characters of the corpus. A file is read where less than its share of `most` was taken so far."""
    exact = 0
    for path in filter(is_builtin, config.paths):
        for document in _cleaned(config, path, CorpusReport()):
            exact += len(document.text)
            sample.add(document.text)
    sizes = {file: _unpacked(file) for path in config.paths if not is_builtin(path) for file in _files(path)}
    whole = sum(sizes.values())
    credit, taken, consumed = 0.0, 0, 0.0
    for file, size in sizes.items():
        credit += most * size / whole
        if credit <= 0:
            continue
        characters, share = _head(config, file, credit, size, sample)
        credit -= characters
        taken += characters
        consumed += size * share
    return exact + (round(taken * whole / consumed) if consumed else 0)


def _head(
    config: CorpusConfig, file: SourceFile, wanted: float, size: int, sample: _Thinned
) -> tuple[int, float]:
    """Adds about `wanted` characters to the sample; how many it were, and which share of the file."""
    report = CorpusReport()
    characters = before = 0
    for document in _cleaned(config, file.name, report):
        if report.bytes > before:  # what came so far is what the blocks before this one held
            if before and characters >= wanted:
                return characters, min(1.0, before / size)
            before = report.bytes
        if characters < wanted or file.format != "parquet":
            sample.add(document.text)
        characters += len(document.text)
    return characters, 1.0


def _cleaned(config: CorpusConfig, path: str, report: CorpusReport) -> Iterable[Document]:
    alone = config.model_copy(update={"paths": (path,)})
    return (kept for raw in read_raw(alone, report) if (kept := clean(raw, config)) is not None)


def _files(path: str) -> Iterator[SourceFile]:
    """The files of a path that reading would not skip."""
    for file in find_files(path):
        if file.is_read and file.path.stat().st_size and not is_binary(file):
            yield file


def _unpacked(file: SourceFile) -> int:
    """Bytes of a file; of a compressed one about, from how far its first blocks unpack."""
    size = file.path.stat().st_size
    if file.path.suffix.lower() != ".gz":
        return size
    with file.readable(), file.path.open("rb") as stored, gzip.GzipFile(fileobj=stored) as stream:
        unpacked = 0
        for _ in range(HEAD_BLOCKS):
            block = stream.read(BLOCK_BYTES)
            unpacked += len(block)
            if not block:
                return unpacked
        return round(unpacked * size / max(1, stored.tell()))
