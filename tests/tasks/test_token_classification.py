"""Entities as characters of the original text: with every tokenizer, in every script, in windows."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.metrics.entities import Entity
from yanmo.tasks import Encoded, Encoder
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.entities import read_entities
from yanmo.tasks.token_classification import EntityPrediction, TokenClassification

KINDS = ("wordpiece", "unigram", "byte_bpe")
TEXTS = (
    "张三在北京大学工作。",
    "John Smith (of Paris, France) left.",
    "他在Google工作,用Python3写代码。",
    "ＡＢＣ公司，１２３号",
    "好😀吃👨‍👩‍👧了！❤️ John",
    '“北京”、《红楼梦》和"Paris"',
    "Pneumonoultramicroscopicsilicovolcanoconiosis in Llanfairpwllgwyngyll",
    "cafe\u0301 Zu\u0308rich 한국어 東京の",
    "a\u3000b  c\n\nd\te",
    "二〇二四年，佐々木来到𠮷野家。",
    "東京タワーに行く。か\u3099くせい ｶﾞｽ ไปกรุงเทพมหานคร",
    "สวัสดี ที่ लड़के को ❤\ufe0f बच्चों",
)
Encoders = Callable[..., Encoder]


def task() -> TokenClassification:
    return TokenClassification(labels=("O", "B-x", "I-x", "B-y", "I-y"), config=TaskConfig())


def record(text: str, entities: Sequence[Entity] = ()) -> Record:
    spans = [{"start": one.start, "end": one.end, "label": one.kind} for one in entities]
    return Record(fields={"text": text, "entities": spans}, source="set.jsonl:7")


def oracle(windows: Sequence[Encoded], score: float = 20.0) -> list[np.ndarray]:
    """The logits of a model that knows the labels."""
    return [np.eye(5, dtype=np.float32)[window.example.labels["tag"][1]] * score for window in windows]


def units(text: str, encoder: Encoder) -> list[tuple[int, int]]:
    windows = task().encode(record(text), encoder, labelled=True)
    return [unit for window in windows for unit in window.units]


def test_a_model_may_spell_its_tags_otherwise(encoder_of: Encoders) -> None:
    given = record(TEXTS[0], [Entity(kind="x", start=0, end=2), Entity(kind="y", start=3, end=7)])
    usual = task().encode(given, encoder_of("wordpiece"), labelled=True)
    other = TokenClassification(labels=("o", "B_x", "I_x", "b-y", "i-y"), config=TaskConfig())
    windows = other.encode(given, encoder_of("wordpiece"), labelled=True)
    for one, same in zip(windows, usual, strict=True):
        assert np.array_equal(one.example.labels["tag"][1], same.example.labels["tag"][1])
    found = other.decode(given, windows, oracle(windows))
    assert isinstance(found, EntityPrediction)
    assert found.entities == read_entities(given, TaskConfig()).entities


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", TEXTS)
def test_units_part_the_text(kind: str, text: str, encoder_of: Encoders) -> None:
    found = units(text, encoder_of(kind))
    assert found == sorted(found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))
    inside = {place for start, end in found for place in range(start, end)}
    invisible = "\u200d\ufe0f"
    assert {
        place for place, char in enumerate(text) if not char.isspace() and char not in invisible
    } <= inside
    for start, end in found:
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        assert end - start == 1 or not any("\u4e00" <= char <= "\u9fff" for char in text[start:end])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张三在北京大学工作。", ["张三", "北京大学"]),
        ("John Smith (of Paris, France) left.", ["John Smith", "Paris", "France"]),
        ("他在Google工作,用Python3写代码。", ["Google", "Python3"]),
        ("ＡＢＣ公司，１２３号", ["ＡＢＣ公司", "１２３号"]),
        ("好😀吃了！❤ John", ["😀", "John"]),
        ('“北京”、《红楼梦》和"Paris"', ["北京", "《红楼梦》", "Paris"]),
        ("Pneumonoultramicroscopicsilicovolcanoconiosis in Llanfairpwllgwyngyll", ["Llanfairpwllgwyngyll"]),
        ("cafe\u0301 Zu\u0308rich", ["cafe\u0301", "Zu\u0308rich"]),
        ("the \u201cU.S.\u201d and AT&T's C++", ["U.S.", "AT&T", "C++"]),
        ("東京タワーに行く。", ["東京タワー", "行"]),
        ("か\u3099くせいとトムは", ["か\u3099くせい", "トム"]),
        ("ไปกรุงเทพแล้ว", ["กรุงเทพ"]),
        ("二〇二四年，佐々木来到𠮷野家。", ["二〇二四年", "佐々木", "𠮷野家"]),
        ("\u200fCafe\u200e to \ufeffParis\u200b, \u202bRoma\u202c", ["Cafe", "Paris", "Roma"]),
    ],
)
def test_entities_come_back_with_their_characters(
    kind: str, text: str, names: list[str], encoder_of: Encoders
) -> None:
    entities = [
        Entity(start=text.index(name), end=text.index(name) + len(name), kind="xy"[number % 2])
        for number, name in enumerate(names)
    ]
    for room in (512, 16):
        windows = task().encode(record(text, entities), encoder_of(kind, room=room), labelled=True)
        found = task().decode(record(text), windows, oracle(windows))
        assert [text[one.start : one.end] for one in found.entities] == names
        assert found.entities == tuple(entities)
        assert all(score > 0.99 for score in found.scores)
        assert [one["text"] for one in found.to_json()["entities"]] == names


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_entities_over_whole_units_come_back(
    kind: str, encoder_of: Encoders, data: st.DataObject
) -> None:
    """Long texts too, in windows; entities beside each other of the same kind stay two."""
    text = "".join(data.draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6)))
    encoder = encoder_of(kind, room=data.draw(st.sampled_from([16, 40, 512])))
    edges = units(text, encoder)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(edges)), max_size=12)))
    entities = [
        Entity(start=edges[first][0], end=edges[last - 1][1], kind=data.draw(st.sampled_from("xy")))
        for first, last in pairwise(cuts)
        if data.draw(st.booleans())
    ]
    windows = task().encode(record(text, entities), encoder, labelled=True)
    found = task().decode(record(text), windows, oracle(windows))
    assert list(found.entities) == entities
    assert task().score([record(text, entities)], [found])["f1"] == (1.0 if entities else 0.0)


@pytest.mark.parametrize("kind", KINDS)
@given(repeats=st.integers(1, 60), room=st.integers(16, 80), text=st.sampled_from(TEXTS))
@settings(max_examples=30, deadline=None)
def test_each_unit_is_labelled_once_with_context_on_both_sides(
    kind: str, encoder_of: Encoders, repeats: int, room: int, text: str
) -> None:
    encoder = encoder_of(kind, room=room)
    whole = encoder_of(kind, room=10**6)
    long = text * repeats
    windows = task().encode(record(long), encoder, labelled=True)
    assert [unit for window in windows for unit in window.units] == units(long, whole)
    assert all(len(window.example.input_ids) <= room for window in windows)
    margin = (room - 2) // 4 // 2
    for number, window in enumerate(windows):
        at, values = window.example.labels["tag"]
        assert len(at) == len(values) == len(window.units)
        assert at.tolist() == sorted(set(at.tolist()))
        last = len(window.example.input_ids) - 1
        if number:
            assert all(place - 1 >= margin for place in at)
        if number < len(windows) - 1:
            assert all(last - place > margin for place in at)
        ids = window.example.input_ids
        special = {encoder.frame.start, encoder.frame.end}
        assert not special & {int(ids[place]) for place in at}


@pytest.mark.parametrize("kind", ["wordpiece", "byte_bpe"])
def test_where_the_label_stands(kind: str, encoder_of: Encoders) -> None:
    """At the first piece of a word in an encoder, at the last one in a decoder."""
    encoder = encoder_of(kind)
    (window,) = task().encode(record("Llanfairpwllgwyngyll 北 x"), encoder, labelled=True)
    at = window.example.labels["tag"][0].tolist()
    length = len(window.example.input_ids)
    assert len(at) == 3
    if kind == "wordpiece":
        assert at == [1, length - 3, length - 2]
    else:
        pieces = len(encoder.encode("Llanfairpwllgwyngyll").ids)
        assert pieces > 1
        assert at[0] == pieces
        assert at[-1] == length - 2


def test_texts_shorter_than_a_window_are_one(encoder_of: Encoders) -> None:
    (window,) = task().encode(record("张三在北京"), encoder_of("wordpiece", room=16), labelled=False)
    assert (window.example.labels["tag"][1] == -100).all()
    assert len(window.units) == 5


def test_labels_of_the_training_records() -> None:
    records = [
        record("张三", [Entity(start=0, end=2, kind="person")]),
        record("北京", [Entity(start=0, end=2, kind="place")]),
    ]
    found = TokenClassification.from_records(records, TaskConfig())
    assert found.labels == ("O", "B-person", "I-person", "B-place", "I-place")
    with pytest.raises(InputError) as error:
        TokenClassification.from_records([record("张三")], TaskConfig())
    assert error.value.key == "tasks.no_entity"


def test_an_unseen_kind_names_file_and_line(encoder_of: Encoders) -> None:
    strange = record("张三", [Entity(start=0, end=2, kind="planet")])
    with pytest.raises(InputError) as error:
        task().encode(strange, encoder_of("wordpiece"), labelled=True)
    assert error.value.key == "tasks.unseen_label"
    assert error.value.values["label"] == "planet"
    assert error.value.values["known"] == ["x", "y"]
    assert "set.jsonl:7" in str(error.value)


def test_scores() -> None:
    gold = [record("张三在北京", [Entity(start=0, end=2, kind="x"), Entity(start=3, end=5, kind="y")])]
    found = EntityPrediction(
        text="张三在北京",
        entities=(
            Entity(start=0, end=2, kind="x"),
            Entity(start=3, end=4, kind="y"),
            Entity(start=2, end=3, kind="x"),
        ),
        scores=(1.0, 1.0, 1.0),
    )
    scores = task().score(gold, [found])
    assert scores == pytest.approx({"f1": 0.4, "precision": 1 / 3, "recall": 1 / 2})


@pytest.mark.parametrize("kind", KINDS)
def test_entities_that_no_unit_bounds_are_counted(kind: str, encoder_of: Encoders) -> None:
    """A label stands at a word, a Korean one at a piece: a part of one cannot be learned."""
    text = "서울에서 John Smith (東京タワー)に行く"
    names = ["서울", "John", "mith", "東京タワー", "Smith (東京"]
    for room in (512, 16):
        for name, wide in zip(names, (kind != "byte_bpe", False, True, False, False), strict=True):
            start = text.index(name)
            given = record(text, [Entity(start=start, end=start + len(name), kind="x")])
            windows = task().encode(given, encoder_of(kind, room=room), labelled=True)
            assert task().widened(given, windows) == (int(wide), 1), name
            (found,) = task().decode(given, windows, oracle(windows)).entities
            assert (text[found.start : found.end] != name) == wide


@pytest.mark.parametrize("prefixes", ["BI", "IB", "BIES", "BMES", "BILU", "I"], ids="|".join)
def test_a_model_of_any_scheme_is_read_in_its_own(prefixes: str, encoder_of: Encoders) -> None:
    """Its first class need not be O either."""
    labels = [*(f"{prefix}-{kind}" for prefix in prefixes for kind in "xy"), "O"]
    model = TokenClassification.from_labels(labels, TaskConfig())
    text = "John Smith Jr and Mary left Paris"
    entities = [
        Entity(start=0, end=13, kind="x"),
        Entity(start=18, end=22, kind="x"),
        Entity(start=28, end=33, kind="y"),
    ]
    windows = model.encode(record(text, entities), encoder_of("wordpiece"), labelled=True)
    logits = [np.eye(len(labels), dtype=np.float32)[one.example.labels["tag"][1]] for one in windows]
    assert model.decode(record(text), windows, logits).entities == tuple(entities)
    assert model.classes == ("x", "y")


def test_a_model_whose_classes_are_no_tags_is_refused(encoder_of: Encoders) -> None:
    model = TokenClassification.from_labels(["LABEL_0", "LABEL_1"], TaskConfig())
    windows = model.encode(record("John"), encoder_of("wordpiece"), labelled=False)
    with pytest.raises(InputError, match="LABEL_0"):
        model.decode(record("John"), windows, [np.zeros((1, 2), dtype=np.float32)])


def test_words_and_places_of_a_first_record_without_entities_tell_the_task() -> None:
    rows = [{"text": "a b", "label": []}, {"text": "a b", "label": [[0, 1, "X"]]}]
    records = [Record(fields=row, source="set.jsonl:1") for row in rows]
    assert TokenClassification.fits(records, TaskConfig())
    words = Record(fields={"words": ["a"], "ner_tags": ["B-X"]}, source="set.jsonl:1")
    assert TokenClassification.fits([words], TaskConfig())
    other = Record(fields={"words": ["b"], "ner_tags": ["B-X"]}, source="set.jsonl:2")
    assert TokenClassification.content(words, TaskConfig()) != TokenClassification.content(
        other, TaskConfig()
    )


TOKENS = ["Smith-Jones", "of", "the", "U.S.", "U.N.", "left", "on", "1996-08-22", "(", "北京大学", ")", "."]


def tagged(tags: Sequence[str], **more: object) -> Record:
    return Record(fields={"tokens": TOKENS, "tags": [*tags], **more}, source="set.jsonl:7")


def leading(windows: Sequence[Encoded], text: str) -> list[int]:
    """The place of the first unit of each token among those of all windows, by the characters where tokens begin."""
    starts = [start for window in windows for start, _ in window.units]
    begins, place = [], 0
    for token in TOKENS:
        place = text.index(token, place)
        begins.append(starts.index(place))
        place += len(token)
    return begins


@pytest.mark.parametrize("room", [512, 16])
@pytest.mark.parametrize("kind", KINDS)
def test_a_token_has_one_tag_whatever_its_pieces_say(kind: str, room: int, encoder_of: Encoders) -> None:
    """Random logits: what seqeval finds in the tags of the first pieces is what is found, entity by entity."""
    gold = tagged(["B-x", "O", "O", "B-y", "B-y", "O", "O", "B-x", "O", "B-y", "O", "O"])
    generator = np.random.default_rng(0)
    found_any = 0
    for _ in range(30):
        windows = task().encode(gold, encoder_of(kind, room=room), labelled=True)
        logits = [generator.normal(size=(len(one.units), 5)).astype(np.float32) for one in windows]
        found = task().decode(gold, windows, logits)
        rows = np.concatenate(logits)[leading(windows, found.text)]
        tags = [task().labels[best] for best in rows.argmax(axis=1)]
        again = read_entities(tagged(tags), TaskConfig()).entities
        assert found.entities == again
        right = len(set(again) & set(read_entities(gold, TaskConfig()).entities))
        score = task().score([gold], [found])["f1"]
        assert score == pytest.approx(2 * right / (len(again) + 5)), tags
        found_any += right
    assert found_any


@pytest.mark.parametrize("kind", KINDS)
def test_by_hand_the_pieces_behind_the_first_do_not_count(kind: str, encoder_of: Encoders) -> None:
    record = Record(
        fields={"tokens": ["U.S.", "in", "Smith-Jones"], "tags": ["B-x", "O", "B-y"]}, source="set.jsonl:7"
    )
    (window,) = task().encode(record, encoder_of(kind), labelled=True)
    text = "U.S. in Smith-Jones"
    names = [text[start:end] for start, end in window.units]
    assert names == ["U", ".", "S", ".", "in", "Smith", "-", "Jones"]
    said = ["B-x", "O", "B-y", "O", "O", "I-y", "B-x", "O"]
    logits = np.eye(5, dtype=np.float32)[[task().labels.index(tag) for tag in said]] * 20
    found = task().decode(record, [window], [logits])
    assert found.entities == (Entity(start=0, end=4, kind="x"), Entity(start=8, end=19, kind="y"))
    assert task().score([record], [found])["f1"] == 1.0
    assert task().widened(record, [window]) == (0, 2)
    spans = [{"start": 0, "end": 1, "label": "x"}, {"start": 2, "end": 3, "label": "y"}]
    for plain in (
        Record(fields={"text": text}, source="set.jsonl:7"),
        Record(fields={"tokens": text.split(), "entities": spans}, source="set.jsonl:7"),
        Record(fields={"text": text, "tokens": 3}, source="set.jsonl:7"),
    ):
        by_piece = task().decode(plain, [window], [logits]).entities
        assert [(one.start, one.end, one.kind) for one in by_piece][:2] == [(0, 1, "x"), (2, 3, "y")]


def test_a_token_within_a_word_goes_with_that_word(encoder_of: Encoders) -> None:
    fields = {"text": "Johns, left", "tokens": ["John", "s", "left"], "tags": ["B-x", "O", "O"]}
    record = Record(fields=fields, source="set.jsonl:7")
    (window,) = task().encode(record, encoder_of("wordpiece"), labelled=True)
    assert task().widened(record, [window]) == (1, 1)
    (found,) = task().decode(record, [window], oracle([window])).entities
    assert (found.start, found.end) == (0, 5)
