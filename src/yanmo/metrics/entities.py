"""Entity-level scores: an entity counts when its kind, start and end are all right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yanmo.metrics.scores import Scores, micro

OUTSIDE = "O"
BEGINNING = frozenset("BSU")  # a token alone is S in BIOES and BMES, U in BILOU
ENDING = frozenset("ESLU")
PREFIXES = BEGINNING | ENDING | frozenset("IM")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Entity:
    """A span of characters (or tokens) [start, end) and what it names."""

    start: int
    end: int
    kind: str


def part_of_tag(tag: str) -> tuple[str, str] | None:
    """A tag (`B-PER`, `B_PER`, `b-per`) as its prefix and kind, neither where it is `O`; None for what is no tag."""
    prefix, mark, kind = tag[:1], tag[1:2], tag[2:]
    if tag.upper() == OUTSIDE:
        return "", ""
    known = prefix in PREFIXES or prefix in "bi"  # of the others a word may begin so: e-commerce
    return (prefix.upper(), kind) if mark in ("-", "_") and known and kind else None


def spans_from_tags(tags: Sequence[str]) -> list[Entity]:
    """Tags of any usual scheme (BIO, BIOES, BMES, BILOU) -> entities over token positions, in order.

    As conlleval and seqeval read them: `I-X` after `O`, at the start, or after another kind begins an entity; so does
    what follows the end of one.
    Papers: Tjong Kim Sang and De Meulder 2003, "Introduction to the CoNLL-2003 Shared Task"; Ratinov and Roth 2009,
    "Design Challenges and Misconceptions in Named Entity Recognition".
    Errors: ValueError on a tag of no scheme.
    """
    entities: list[Entity] = []
    start = 0
    open_kind: str | None = None
    for place, tag in enumerate(tags):
        parts = part_of_tag(tag)
        if parts is None:
            raise ValueError(f"a tag of no scheme: {tag!r}")
        prefix, kind = parts
        if kind != open_kind or prefix in BEGINNING:
            if open_kind is not None:
                entities.append(Entity(kind=open_kind, start=start, end=place))
            open_kind, start = kind or None, place
        if open_kind is not None and prefix in ENDING:
            entities.append(Entity(kind=open_kind, start=start, end=place + 1))
            open_kind = None
    if open_kind is not None:
        entities.append(Entity(kind=open_kind, start=start, end=len(tags)))
    return entities


def entity_scores(gold: Sequence[Iterable[Entity]], predicted: Sequence[Iterable[Entity]]) -> Scores:
    """Strict micro-averaged scores over texts, and those of each kind in gold or predicted, sorted.

    An entity given twice in one text counts once. Errors: ValueError when the numbers of texts differ.
    """
    in_gold: Counter[str] = Counter()
    in_predicted: Counter[str] = Counter()
    in_both: Counter[str] = Counter()
    for right, found in zip(gold, predicted, strict=True):
        right_set, found_set = set(right), set(found)
        in_gold.update(entity.kind for entity in right_set)
        in_predicted.update(entity.kind for entity in found_set)
        in_both.update(entity.kind for entity in right_set & found_set)
    kinds = sorted(in_gold.keys() | in_predicted.keys())
    return micro(
        {
            kind: Scores(correct=in_both[kind], predicted=in_predicted[kind], gold=in_gold[kind])
            for kind in kinds
        }
    )
