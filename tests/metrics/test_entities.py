import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator

from yanmo.metrics.entities import Entity, entity_scores, spans_from_tags

KINDS = ("PER", "LOC")
TAGS = ("O", *(f"{prefix}-{kind}" for kind in KINDS for prefix in "BI"))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("O O", []),
        ("B-PER I-PER O B-LOC", [("PER", 0, 2), ("LOC", 3, 4)]),
        ("B-PER B-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("I-PER I-PER O I-PER", [("PER", 0, 2), ("PER", 3, 4)]),  # I- without B- begins an entity
        ("B-PER I-LOC I-LOC", [("PER", 0, 1), ("LOC", 1, 3)]),  # another kind begins an entity
        ("B-PER I-PER", [("PER", 0, 2)]),
        ("B-A-B I-A-B", [("A-B", 0, 2)]),
        ("B-PER I-PER E-PER S-PER O", [("PER", 0, 3), ("PER", 3, 4)]),  # BIOES
        ("B-PER M-PER E-PER B-PER E-PER", [("PER", 0, 3), ("PER", 3, 5)]),  # BMES
        ("U-PER B-LOC L-LOC", [("PER", 0, 1), ("LOC", 1, 3)]),  # BILOU
        ("E-PER I-PER E-LOC", [("PER", 0, 1), ("PER", 1, 2), ("LOC", 2, 3)]),  # an end without a beginning
    ],
)
def test_spans_of_every_scheme(tags: str, expected: list[tuple[str, int, int]]) -> None:
    spans = [(entity.kind, entity.start, entity.end) for entity in spans_from_tags(tags.split())]
    assert spans == expected


@pytest.mark.parametrize("tag", ["PER", "B-", "Q-PER", "B", ""])
def test_other_tags_are_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="a tag of no scheme"):
        spans_from_tags([tag])


def bio(entities: list[Entity], length: int) -> list[str]:
    tags = ["O"] * length
    for entity in entities:
        tags[entity.start : entity.end] = [f"I-{entity.kind}"] * (entity.end - entity.start)
        tags[entity.start] = f"B-{entity.kind}"
    return tags


@given(st.lists(st.sampled_from(TAGS), max_size=12))
def test_spans_written_as_bio_are_read_back(tags: list[str]) -> None:
    spans = spans_from_tags(tags)
    assert spans_from_tags(bio(spans, len(tags))) == spans
    assert all(tag != "O" for span in spans for tag in tags[span.start : span.end])
    assert sum(span.end - span.start for span in spans) == sum(tag != "O" for tag in tags)


@given(
    st.lists(
        st.lists(st.tuples(*[st.sampled_from(TAGS)] * 2), min_size=1, max_size=10), min_size=1, max_size=6
    )
)
def test_equals_nervaluate_strict(texts: list[list[tuple[str, str]]]) -> None:
    gold = [spans_from_tags([right for right, _ in tags]) for tags in texts]
    predicted = [spans_from_tags([found for _, found in tags]) for tags in texts]
    ours = entity_scores(gold, predicted)
    # Well-formed tags on both sides: nervaluate reads an I- of another kind in its own way.
    lengths = [len(tags) for tags in texts]
    theirs = Evaluator(
        [bio(spans, length) for spans, length in zip(gold, lengths, strict=True)],
        [bio(spans, length) for spans, length in zip(predicted, lengths, strict=True)],
        tags=list(KINDS),
        loader="list",
    ).evaluate()
    strict = theirs["overall"]["strict"]
    assert (ours.precision, ours.recall) == pytest.approx((strict.precision, strict.recall))
    assert ours.f1 == pytest.approx(strict.f1)
    for kind, scores in ours.per_kind.items():
        assert scores.f1 == pytest.approx(theirs["entities"][kind]["strict"].f1)


@pytest.mark.parametrize(
    ("gold", "found", "counts"),  # right, found, in gold: by hand, as seqeval's default mode counts
    [
        ("O B-PER I-LOC O", "I-PER I-PER I-LOC O", (1, 2, 2)),  # PER is one longer, LOC is found
        ("B-PER I-PER O I-LOC", "I-PER I-PER O B-LOC", (2, 2, 2)),  # I- begins an entity as B- does
        ("B-PER I-LOC I-PER", "B-PER I-PER I-PER", (0, 1, 3)),  # each change of kind begins one
    ],
)
def test_malformed_tags_are_counted_leniently(gold: str, found: str, counts: tuple[int, int, int]) -> None:
    scores = entity_scores([spans_from_tags(gold.split())], [spans_from_tags(found.split())])
    assert (scores.correct, scores.predicted, scores.gold) == counts


def test_a_wrong_border_or_kind_counts_on_neither_side() -> None:
    gold = [[Entity(kind="PER", start=0, end=2), Entity(kind="LOC", start=5, end=7)]]
    found = [[Entity(kind="PER", start=0, end=3), Entity(kind="PER", start=5, end=7)]]
    scores = entity_scores(gold, found)
    assert (scores.correct, scores.predicted, scores.gold, scores.f1) == (0, 2, 2, 0.0)
    assert entity_scores(gold, gold).f1 == 1.0
    assert entity_scores([[]], [[]]).f1 == 0.0
    with pytest.raises(ValueError, match="shorter"):
        entity_scores(gold, [])
