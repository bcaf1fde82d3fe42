"""English word forms: tenses, plurals, a or an, the capital at the start."""

from __future__ import annotations

import re
from functools import cache

from yanmo.corpus.builtin.storyworld.grammar import data_lines

_ARTICLE = re.compile(
    r"\b([Aa]) (?=[\ue000-\ue002]*(?!one\b|uni|use|uku|Euro)(?:[aeiouAEIOU]|hour|honest|8|11\b|18))"
)
_INNER = re.compile("(?:[.?!] |: (?=“))[“\ue000-\ue002]*[a-z]")
_FIRST = re.compile(r"[A-Za-z0-9à-öø-ÿ]")


@cache
def _irregular() -> dict[str, tuple[str, str]]:
    rows = (line.split() for line in data_lines("irregular.txt"))
    return {base: (past, participle) for base, past, participle in rows}


@cache
def verb(base: str, form: str, negated: bool) -> str:
    """`win` as past "won", perf "had won", would "would win", whave "would have won", each also negated."""
    past, participle = _irregular().get(base) or (_regular(base),) * 2
    no = " not" if negated else ""
    if form == "perf":
        return f"had{no} {participle}"
    if form == "would":
        return f"would{no} {base}"
    if form == "whave":
        return f"would{no} have {participle}"
    if base == "be":
        return f"was{no}"
    return f"did not {base}" if negated else past


def _regular(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeo":
        return base[:-1] + "ied"
    return base + "ed"


@cache
def plural(noun: str) -> str:
    """`box` -> `boxes`, `cup of tea` -> `cups of tea`; a word list may give its own after a slash."""
    head, of, rest = noun.partition(" of ")
    if re.search(r"(s|x|ch|sh)$", head):
        return head + "es" + of + rest
    if re.search(r"[^aeiou]y$", head):
        return head[:-1] + "ies" + of + rest
    if re.search(r"[^f]fe?$", head) and head.split()[-1] in ("knife", "calf", "wolf", "scarf"):
        return re.sub("fe?$", "ves", head) + of + rest
    return head + "s" + of + rest


def sentence(text: str) -> str:
    """`text` with the right articles and a capital at its start."""
    text = _ARTICLE.sub(r"\1n ", text)
    text = _INNER.sub(lambda match: match.group().upper(), text)
    first = _FIRST.search(text)
    assert first is not None
    at = first.start()
    return text[:at] + text[at].upper() + text[at + 1 :]
