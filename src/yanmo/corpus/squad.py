"""SQuAD's own file: one JSON object of articles, their paragraphs and the questions about each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from yanmo.corpus.document import JsonValue
from yanmo.errors import InputError, kind_of, reason_of
from yanmo.messages import text


def squad_records(content: str, *, name: str) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
    """(id, fields) of each question: id, title, context and what stands beside the question.

    CMRC 2018 and XQuAD are published in the same form. Errors: InputError for any other one.
    """
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError("corpus.bad_squad", path=name, reason=reason_of(error)) from None
    for number, article in enumerate(_objects(tree, "data", name), 1):
        for paragraph in _objects(article, "paragraphs", name):
            for place, question in enumerate(_objects(paragraph, "qas", name), 1):
                found = {
                    "title": article.get("title"),
                    "context": paragraph.get("context"),
                    **question,
                }
                yield str(question.get("id", f"{number}.{place}")), found


def _objects(tree: JsonValue, key: str, name: str) -> list[dict[str, JsonValue]]:
    """The list of objects under `key`."""
    found = tree.get(key) if isinstance(tree, dict) else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise InputError(
            "corpus.bad_squad", path=name, reason=text("corpus.reason_key", key=key, kind=kind_of(found))
        )
    return found
