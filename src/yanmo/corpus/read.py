"""Files -> raw documents -> clean documents, as a stream: however big the corpus, memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from yanmo.config import Config
from yanmo.corpus.conll import conll_records, is_conll
from yanmo.corpus.deduplicate import ExactDuplicates, NearDuplicates
from yanmo.corpus.document import Document, JsonValue, Record, text_field
from yanmo.corpus.encoding import Decoder, known_encoding
from yanmo.corpus.files import (
    FORMATS,
    IN_FOLDERS,
    SourceFile,
    find_files,
    is_binary,
    is_builtin,
    source_file,
    user_path,
)
from yanmo.corpus.filter import Script, repetition, script_of
from yanmo.corpus.json_file import json_file_records
from yanmo.corpus.normalize import normalize
from yanmo.corpus.plain_text import detect_unit, split_text
from yanmo.corpus.records import json_records, parquet_records
from yanmo.corpus.statistics import CorpusReport
from yanmo.corpus.stop_words import drop_stop_words
from yanmo.corpus.table import table_records
from yanmo.errors import InputError, no_file
from yanmo.messages import listed, text


class CorpusConfig(Config):
    """What is read, and which of it is kept."""

    paths: tuple[str, ...] = Field(min_length=1)
    """Files, folders, patterns (texts/*.txt), or storyworld, storyworld:zh, storyworld:en, python_docs."""
    unit: Literal["auto", "file", "line", "block", "record"] = "auto"
    """One document in plain text: the file, a line, a block between blank lines, or found by itself."""
    text_field: str = "text"
    """The field or column that holds the text in .jsonl, .json, .csv, .tsv and .parquet."""
    encoding: str = "auto"
    """auto tells UTF-8, UTF-16 and UTF-32 with a byte order mark and GB18030 apart; or any encoding by name."""
    binary: Literal["skip", "refuse"] = "skip"
    """What to do about binary files in a folder; one that is named itself is always refused."""
    min_characters: int = Field(default=1, ge=1)
    """Shorter documents are dropped."""
    max_characters: int | None = Field(default=None, ge=1)
    """Longer documents are dropped."""
    script: Script = "any"
    """zh or en keeps documents of which more than half of the letters are Chinese characters or Latin."""
    max_repetition: float | None = Field(default=None, ge=0, le=1)
    """Documents with a greater share of repeated 16-character windows are dropped; prose lies under 0.1."""
    deduplicate: Literal["none", "exact", "near"] = "exact"
    """exact drops documents that were there before; near also those that are nearly the same (MinHash)."""
    drop_stop_words: bool = False
    """Takes Chinese and English stop words out, for classical baselines."""

    @field_validator("paths", mode="before")
    @classmethod
    def _one_path(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        return known_encoding(value)


def read_raw(config: CorpusConfig, report: CorpusReport) -> Iterator[Document]:
    """The documents of all paths in order, as they stand in the files.

    Errors: InputError for a path, file, line or encoding that cannot be read, and for a folder without texts.
    """
    seen: set[Path] = set()
    for path in config.paths:
        if is_builtin(path):
            documents = _builtin(path, report)
        else:
            files = (file for file in _readable(path, config, report) if not _known(file, seen))
            documents = chain.from_iterable(_documents(file, config, report) for file in files)
        for document in documents:
            report.documents_read += 1
            yield document


def clean(document: Document, config: CorpusConfig) -> Document | None:
    """The document normalized, without stop words if so set; None when a filter drops it. A pure function."""
    result = clean_or_reason(document, config)
    return result if isinstance(result, Document) else None


def clean_or_reason(document: Document, config: CorpusConfig) -> Document | str:
    """As `clean`, with the filter that drops the document: empty, short, long, script or repetition."""
    cleaned = normalize(document.text)
    if not cleaned:
        return "empty"
    if len(cleaned) < config.min_characters:
        return "short"
    if config.max_characters is not None and len(cleaned) > config.max_characters:
        return "long"
    if config.script != "any" and script_of(cleaned) != config.script:
        return "script"
    if config.max_repetition is not None and repetition(cleaned) > config.max_repetition:
        return "repetition"
    if config.drop_stop_words:
        cleaned = drop_stop_words(cleaned)
        if not cleaned:
            return "empty"
    return Document(text=cleaned, id=document.id, source=document.source)


def read_corpus(config: CorpusConfig, report: CorpusReport | None = None) -> Iterator[Document]:
    """The clean documents of a corpus, each once. Errors: as `read_raw`; InputError when none is left."""
    report = CorpusReport() if report is None else report
    read, kept = report.documents_read, report.documents
    exact = ExactDuplicates() if config.deduplicate != "none" else None
    near = NearDuplicates() if config.deduplicate == "near" else None
    for raw in read_raw(config, report):
        document = clean_or_reason(raw, config)
        if isinstance(document, str):
            report.dropped[document] += 1
        elif exact is not None and not exact.is_new(document.text):
            report.dropped["duplicate"] += 1
        elif near is not None and not near.is_new(document.text):
            report.dropped["near_duplicate"] += 1
        else:
            report.keep(document)
            yield document
    if report.documents == kept:
        raise no_documents(config, report.documents_read - read, report.dropped)


def no_documents(config: CorpusConfig, read: int, dropped: Mapping[str, int]) -> InputError:
    """The error of a corpus of which nothing is left."""
    reasons = listed(f"{text(f'corpus.dropped_{reason}')} {count:,}" for reason, count in dropped.items())
    return InputError(
        "corpus.no_documents", paths=config.paths, read=read, dropped=sum(dropped.values()),
        reasons=text("corpus.reasons_dropped", reasons=reasons) if dropped else "",
    )  # fmt: skip


def read_records(path: str | Path, *, encoding: str = "auto") -> Iterator[Record]:
    """The labelled examples of a .jsonl, .json, .csv, .tsv, .parquet or .conll file (also .gz), their values untouched.

    Of SQuAD's own .json file: its questions, named by their ids. Words with tags in columns (`conll_records`) are read
    whatever their file is called.
    Errors: InputError for another format, and naming file and line for a line that cannot be read.
    """
    file = source_file(user_path(path))
    if not file.path.is_file():
        raise no_file(path)
    if _is_conll(file, encoding):
        file = replace(file, format="conll")
    if file.format in (None, "text", "markdown"):
        formats = [ending for ending, name in FORMATS.items() if name not in ("text", "markdown")]
        raise InputError("corpus.records_from_text", path=path, formats=formats)
    if is_binary(file, encoding=encoding):
        raise InputError("corpus.binary", path=path, formats=list(FORMATS))
    for number, fields in _records(file, encoding, CorpusReport(), column=None):
        yield Record(fields=fields, source=f"{file.name}:{number}")


def _is_conll(file: SourceFile, encoding: str) -> bool:
    """Whether a file of an ending that may hold anything holds words with tags."""
    if file.format not in (None, "text", "tsv") or is_binary(file, encoding=encoding):
        return False
    return is_conll("".join(islice(_decoded(file, encoding, CorpusReport()), 2)))


def read_text(path: str | Path, *, encoding: str = "auto") -> str:
    """The whole of one plain text file, as it is. Errors: InputError when it is missing, binary or not readable."""
    file = source_file(user_path(path))
    if not file.path.is_file():
        raise no_file(path)
    if is_binary(file, encoding=encoding):
        raise InputError("corpus.binary", path=path, formats=list(FORMATS))
    return "".join(_decoded(file, encoding, CorpusReport()))


def _builtin(name: str, report: CorpusReport) -> Iterator[Document]:
    from yanmo.corpus.builtin import builtin_documents

    report.units["builtin"] += 1
    yield from builtin_documents(name)


def _known(file: SourceFile, seen: set[Path]) -> bool:
    """Whether the file was read before under another path."""
    real = file.path.resolve()
    known = real in seen
    seen.add(real)
    return known


def _readable(given: str, config: CorpusConfig, report: CorpusReport) -> Iterator[SourceFile]:
    """The files of a path that hold text in a format that is read; the others are put into the report."""
    found = skipped = 0
    for file in find_files(given):
        alone = file.named and file.name == user_path(given).as_posix()
        if is_binary(file, encoding=config.encoding):
            if alone or config.binary == "refuse":
                raise InputError("corpus.binary", path=file.name, formats=list(FORMATS))
            reason = "binary"
        elif not alone and file.path.stat().st_size == 0:
            reason = "empty"
        elif not file.is_read:
            reason = "format"
        else:
            found += 1
            yield file
            continue
        skipped += 1
        report.skipped[file.name] = reason
    if not found:
        told = text("corpus.count_skipped", count=skipped) if skipped else ""
        raise InputError("corpus.empty_folder", path=given, skipped=told, formats=IN_FOLDERS)


def _documents(file: SourceFile, config: CorpusConfig, report: CorpusReport) -> Iterator[Document]:
    report.files += 1
    if file.format in (None, "text", "markdown"):
        yield from _plain_documents(file, config, report)
        return
    report.units["record"] += 1
    for number, fields in _records(file, config.encoding, report, column=config.text_field):
        source = f"{file.name}:{number}"
        yield Document(text=text_field(fields, config.text_field, source=source), id=source, source=source)


def _plain_documents(file: SourceFile, config: CorpusConfig, report: CorpusReport) -> Iterator[Document]:
    if config.unit == "record":
        raise InputError("corpus.no_records", path=file.name)
    blocks = _decoded(file, config.encoding, report)
    if config.unit != "auto":
        unit = config.unit
    elif file.format == "markdown":
        unit = "file"
    else:
        first = "".join(islice(blocks, 2))  # of one alone, part may wait for the next to tell the encoding
        unit = detect_unit(first)
        blocks = chain([first], blocks)
    report.units[unit] += 1
    count = 0
    for number, document in split_text(blocks, unit):
        count += 1
        source = f"{file.name}:{number}"
        yield Document(text=document, id=source, source=source)
    if unit == "file" and count > 1:
        report.split.append(file.name)


def _records(
    file: SourceFile, encoding: str, report: CorpusReport, *, column: str | None
) -> Iterator[tuple[int | str, Mapping[str, JsonValue]]]:
    if file.format == "parquet":
        report.bytes += file.path.stat().st_size
        return parquet_records(file, column=column)
    blocks = _decoded(file, encoding, report)
    if file.format == "jsonl":
        return json_records(blocks, name=file.name)
    if file.format == "json":
        return json_file_records(blocks, name=file.name)
    if file.format == "conll":
        return conll_records(blocks, name=file.name)
    return table_records(blocks, name=file.name, format=str(file.format))


def _decoded(file: SourceFile, encoding: str, report: CorpusReport) -> Iterator[str]:
    """The text of a file in blocks; its bytes and encoding go into the report."""
    decoder = Decoder(file.name, encoding)
    for block in file.blocks():
        report.bytes += len(block)
        yield decoder.decode(block)
    yield decoder.finish()
    report.encodings[decoder.name] += 1
