"""One text or two: where they stand, what is missing, what is cut."""

from collections.abc import Callable

import numpy as np
import pytest

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.tasks import Encoder
from yanmo.tasks.config import TEXT_FIELDS, TaskConfig
from yanmo.tasks.texts import (
    PAIRS,
    fit,
    have_negatives,
    label_like,
    longest_first,
    shorten,
    side_by_side,
    texts_of,
)

NewRecord = Callable[..., Record]
Encoders = Callable[..., Encoder]


@pytest.mark.parametrize("names", PAIRS)
def test_usual_names(record: NewRecord, names: tuple[str, str]) -> None:
    fields = {"id": "1", names[1]: "two", names[0]: "one"}
    assert texts_of(record(**fields), TaskConfig()) == ("one", "two")


@pytest.mark.parametrize("name", TEXT_FIELDS)
def test_usual_names_of_one_text(record: NewRecord, name: str) -> None:
    assert texts_of(record(id="1", **{name: "one"}), TaskConfig()) == ("one",)
    assert texts_of(record(**{name: "x", "text": "one"}), TaskConfig()) == ("one",)
    with pytest.raises(InputError):
        texts_of(record(**{name: "x"}), TaskConfig(text_field="body"))


def test_a_pair_of_mapped_columns_comes_first(record: NewRecord) -> None:
    both = record(premise="x", hypothesis="y", text_a="one", text_b="two")
    assert texts_of(both, TaskConfig()) == ("x", "y")
    assert texts_of(both, TaskConfig(columns={"text_a": "left", "text_b": "right"})) == ("one", "two")


@pytest.mark.parametrize("name", ["negative", "hard_neg"])
def test_hard_negatives_stand_everywhere_or_nowhere(record: NewRecord, name: str) -> None:
    one, other = record(query="a", positive="b"), record(query="a", positive="b", **{name: "c"})
    assert have_negatives([other, other]) and not have_negatives([one, one])
    with pytest.raises(InputError) as error:
        have_negatives([other, one])
    assert error.value.values["field"] == name


def test_named_fields(record: NewRecord) -> None:
    config = TaskConfig(text_field="left", pair_field="right")
    assert texts_of(record(left="one", right="two", text="x", text_pair="y"), config) == ("one", "two")


@pytest.mark.parametrize(
    ("fields", "config"),
    [
        ({"text": "one", "title": "t", "query": "q"}, TaskConfig()),
        ({"text": "one", "sentence1": "a", "sentence2": "b"}, TaskConfig()),
        ({"title": "one", "query": "q"}, TaskConfig(text_field="title")),
        ({"review": "one", "text_b": "b"}, TaskConfig(text_field="review")),
    ],
)
def test_other_fields_make_no_pair(record: NewRecord, fields: dict[str, str], config: TaskConfig) -> None:
    assert texts_of(record(**fields), config) == ("one",)


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"text_a": "one"}, "text_b"),
        ({"text_b": "two"}, "text_a"),
        ({"text": "one", "text_pair": ""}, "text_pair"),
        ({"text": None, "text_pair": "two"}, "text"),
        ({"text_pair": "two"}, "text"),
        ({"premise": " \t", "hypothesis": "two"}, "premise"),
    ],
)
def test_a_missing_side_names_file_and_line(record: NewRecord, fields: dict[str, str], missing: str) -> None:
    with pytest.raises(InputError) as error:
        texts_of(record(**fields), TaskConfig())
    assert error.value.key == "pairs.missing_side"
    assert error.value.values["missing"] == missing
    assert "set.jsonl:7" in str(error.value)
    assert len(str(error.value).splitlines()) == 3


def test_a_side_that_is_no_text(record: NewRecord) -> None:
    with pytest.raises(InputError) as error:
        texts_of(record(text_a="one", text_b=3), TaskConfig())
    assert error.value.key == "corpus.field_no_text"


def test_the_number_that_is_needed(record: NewRecord) -> None:
    for fields, pair, key in (
        ({"text": "one"}, True, "pairs.no_pair"),
        ({"text_a": "one", "text_b": "two"}, False, "pairs.unexpected_pair"),
    ):
        with pytest.raises(InputError) as error:
            texts_of(record(**fields), TaskConfig(), pair=pair)
        assert error.value.key == key
        assert "set.jsonl:7" in str(error.value)


def by_hand(first: int, second: int, room: int) -> tuple[int, int]:
    """BERT's own loop."""
    while first + second > room:
        if first > second:
            first -= 1
        else:
            second -= 1
    return first, second


def test_longest_first_is_berts_loop() -> None:
    for first in range(12):
        for second in range(12):
            for room in range(1, 24):
                assert longest_first(first, second, room) == by_hand(first, second, room)


@pytest.mark.parametrize(
    ("rule", "kept"),
    [("head", [0, 1, 2, 3, 4]), ("tail", [5, 6, 7, 8, 9]), ("head_tail", [0, 6, 7, 8, 9])],
)
def test_which_end_is_kept(rule: str, kept: list[int]) -> None:
    assert shorten(np.arange(10), 5, rule).tolist() == kept
    assert shorten(np.arange(5), 5, rule).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kind", ["wordpiece", "byte_bpe"])
def test_a_pair_fits_its_room_exactly(encoder_of: Encoders, kind: str) -> None:
    encoder = encoder_of(kind, room=20)
    segments, cut = fit(("今天天气很好" * 20, "北京"), encoder, "head")
    example = encoder.frame.build(segments)
    assert cut
    assert len(example.input_ids) == 20
    assert segments[1].tolist() == encoder.encode("北京").ids
    whole, cut = fit(("好", "北京"), encoder, "head")
    assert not cut
    assert [each.tolist() for each in whole] == [encoder.encode(each).ids for each in ("好", "北京")]


def test_side_by_side(encoder_of: Encoders) -> None:
    encoder = encoder_of("wordpiece", room=6)
    example, at, cut = side_by_side(("北京", "今天天气很好"), encoder)
    assert cut
    assert example.parts == (4, 6)
    assert at.tolist() == [0, 4]
    one = encoder.encode("北京").ids
    two = encoder.encode("今天天气很好").ids[:4]
    start, end = encoder.frame.start, encoder.frame.end
    assert example.input_ids.tolist() == [start, *one, end, start, *two, end]
    assert not example.token_type_ids.any()
    assert example.prefix_length == 10


def test_a_decoder_is_read_at_its_last_tokens(encoder_of: Encoders) -> None:
    example, at, _ = side_by_side(("a", "b"), encoder_of("byte_bpe"))
    first, second = example.parts
    assert at.tolist() == [first - 1, first + second - 1]
    assert example.prefix_length == 0


def test_a_column_that_may_be_the_label_of_pairs_is_found(record: NewRecord) -> None:
    pairs = [
        record(
            ID=n,
            qid1=n,
            question1=f"a{n}",
            question2=f"b{n}",
            same=n % 2,
            near=n / 7,
            source="x",
            note=f"n{n}",
        )
        for n in range(20)
    ]
    assert label_like(pairs, TaskConfig()) == ["same", "near"]
