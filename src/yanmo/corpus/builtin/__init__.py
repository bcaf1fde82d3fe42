"""Corpora that come with Yanmo, to try everything without a file: storyworld and python_docs."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from yanmo.corpus.builtin.python_docs import python_docs
from yanmo.corpus.builtin.storyworld import VERSION, documents
from yanmo.corpus.document import Document
from yanmo.errors import InputError

BUILTIN_NAMES = ("storyworld", "storyworld:zh", "storyworld:en", "python_docs")
STORIES = 20_000  # where the name gives no size


def builtin_documents(name: str) -> Iterator[Document]:
    """The documents of "storyworld", "storyworld:zh", "storyworld:en" or "python_docs".

    "storyworld" gives each story in Chinese and then in English. A number at the end is how many stories:
    "storyworld:5000", "storyworld:zh:5000". Errors: InputError for another name.
    """
    base, size = _parse(name)
    if base == "python_docs":
        return python_docs()
    if base == "storyworld":
        return documents("both", size)
    return documents("zh" if base.endswith(":zh") else "en", size)


def builtin_version(name: str) -> str:
    """What the documents of `name` depend on: equal versions, equal documents. Errors: as above."""
    base, size = _parse(name)
    if base == "python_docs":
        return f"python_docs@python-{platform.python_version()}"
    return f"{base}:{size}@{VERSION}"


def _parse(name: str) -> tuple[str, int]:
    """The name without its size, and the number of stories."""
    base, colon, size = name.rpartition(":")
    if colon and size.isascii() and size.isdigit() and int(size) > 0 and base in BUILTIN_NAMES[:3]:
        return base, int(size)
    if name not in BUILTIN_NAMES:
        raise InputError("builtin.unknown_name", name=name, known=BUILTIN_NAMES)
    return name, STORIES
