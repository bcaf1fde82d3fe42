"""SQuAD's own file: articles, their paragraphs and the questions about each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from yanmo.corpus.document import JsonValue
from yanmo.errors import InputError, kind_of
from yanmo.messages import text

_Object = Mapping[str, JsonValue]


def squad_records(articles: Sequence[_Object], *, name: str) -> Iterator[tuple[str, _Object]]:
    """(id, fields) of each question: id, title, context and what stands beside the question.

    CMRC 2018 and XQuAD are published in the same form. Errors: InputError for any other one.
    """
    for number, article in enumerate(articles, 1):
        for paragraph in _objects(article, "paragraphs", name):
            for place, question in enumerate(_objects(paragraph, "qas", name), 1):
                found = {
                    "title": article.get("title"),
                    "context": paragraph.get("context"),
                    **question,
                }
                yield str(question.get("id", f"{number}.{place}")), found


def _objects(tree: _Object, key: str, name: str) -> list[dict[str, JsonValue]]:
    """The list of objects under `key`."""
    found = tree.get(key)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise InputError(
            "corpus.bad_squad", path=name, reason=text("corpus.reason_key", key=key, kind=kind_of(found))
        )
    return found
