"""What a corpus holds and what became of it, in counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from yanmo.corpus.document import Document, JsonValue
from yanmo.corpus.filter import count_scripts
from yanmo.corpus.plain_text import MAX_DOCUMENT_CHARACTERS
from yanmo.corpus.sentences import split_sentences
from yanmo.messages import listed, percent, text


@dataclass(kw_only=True, slots=True)
class CorpusReport:
    """Counts that fill up while a corpus is read; `sentences` and `scripts` only by `measure`."""

    files: int = 0
    bytes: int = 0  # of text, uncompressed
    skipped: dict[str, str] = field(default_factory=dict)  # path -> binary, format or empty
    split: list[str] = field(default_factory=list)  # files that were too long for one document
    encodings: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    documents_read: int = 0
    documents: int = 0
    characters: int = 0
    dropped: Counter[str] = field(default_factory=Counter)  # reason -> documents
    sentences: int = 0
    scripts: Counter[str] = field(default_factory=Counter)  # `filter.SCRIPTS` -> characters
    longest: int = 0  # characters
    longest_source: str = ""

    def keep(self, document: Document) -> None:
        """Counts a document that passed."""
        self.documents += 1
        self.characters += len(document.text)
        if len(document.text) > self.longest:
            self.longest, self.longest_source = len(document.text), document.source

    def measure(self, document: Document) -> None:
        """Counts the sentences and scripts of a document that passed (slower than reading it)."""
        self.sentences += len(split_sentences(document.text))
        self.scripts.update(count_scripts(document.text))

    def to_json(self) -> dict[str, JsonValue]:
        """The counts as plain values, keys in a fixed order."""
        return {
            "files": self.files,
            "bytes": self.bytes,
            "skipped": dict(sorted(self.skipped.items())),
            "split": list(self.split),
            "encodings": dict(self.encodings.most_common()),
            "units": dict(self.units.most_common()),
            "documents_read": self.documents_read,
            "documents": self.documents,
            "characters": self.characters,
            "dropped": dict(self.dropped.most_common()),
            "sentences": self.sentences,
            "scripts": dict(self.scripts.most_common()),
            "longest": {"characters": self.longest, "source": self.longest_source},
        }

    def rows(self) -> list[tuple[str, str]]:
        """Head and value of each line of a table, in the user's language; empty counts are left out."""
        dropped = Counter({text(f"corpus.dropped_{name}"): count for name, count in self.dropped.items()})
        rows = [
            ("files", f"{self.files:,}"),
            ("bytes", f"{self.bytes:,}"),
            ("skipped", f"{len(self.skipped):,}" if self.skipped else ""),
            ("encodings", _listed(self.encodings)),
            ("units", _listed(self._named_units())),
            ("documents_read", f"{self.documents_read:,}"),
            ("dropped", _listed(dropped)),
            ("documents", f"{self.documents:,}"),
            ("characters", f"{self.characters:,}"),
            ("sentences", f"{self.sentences:,}" if self.sentences else ""),
            ("scripts", self._shares()),
            (
                "longest",
                text("corpus.longest_value", characters=f"{self.longest:,}", source=self.longest_source),
            ),
        ]
        return [(text(f"corpus.{head}"), value) for head, value in rows if value]

    def how_read(self) -> str:
        """What a document was, in how many files, and their encodings."""
        counts = {"units": self._named_units(), "encodings": self.encodings}
        return listed(f"{text(f'corpus.{head}')}: {_listed(each)}" for head, each in counts.items() if each)

    def warnings(self) -> list[str]:
        """What the user should know of files that were skipped or split, a sentence each."""
        skipped = [
            text(f"corpus.skipped_{reason}", path=path) for path, reason in sorted(self.skipped.items())
        ]
        limit = f"{MAX_DOCUMENT_CHARACTERS:,}"
        return skipped + [text("corpus.split_file", path=path, limit=limit) for path in self.split]

    def _named_units(self) -> Counter[str]:
        return Counter({text(f"corpus.unit_{name}"): count for name, count in self.units.items()})

    def _shares(self) -> str:
        total = self.scripts.total()
        shares = ((name, count / total) for name, count in self.scripts.most_common() if count)
        return (
            listed(f"{text(f'corpus.script_{name}')} {percent(share)}" for name, share in shares)
            if total
            else ""
        )


def _listed(counts: Counter[str]) -> str:
    return listed(f"{name} {count:,}" for name, count in counts.most_common()) if counts else ""
