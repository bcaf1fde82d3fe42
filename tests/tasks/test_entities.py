"""Entities in their usual forms, and what is said about records that hold none of them."""

import json
from collections.abc import Callable

import pytest

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.metrics.entities import Entity
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.entities import join, kinds_of, read_entities

NewRecord = Callable[..., Record]
TEXT = "张三在北京大学工作"
FOUND = (Entity(start=0, end=2, kind="人"), Entity(start=3, end=7, kind="校"))
TAGS = ["B-人", "I-人", "O", "B-校", "I-校", "I-校", "I-校", "O", "O"]
SPANS = [{"start": 3, "end": 7, "label": "校"}, {"start": 0, "end": 2, "label": "人"}]


@pytest.mark.parametrize(
    "fields",
    [
        {"text": TEXT, "entities": SPANS},
        {
            "text": TEXT,
            "entities": [{"start": 0, "end": 2, "type": "人"}, {"start": 3, "end": 7, "kind": "校"}],
        },
        {"text": TEXT, "entities": [*SPANS, SPANS[0]]},
        {"text": TEXT, "label": SPANS},
        {"text": TEXT, "tags": TAGS},
        {"tokens": list(TEXT), "tags": TAGS},
        {"tokens": list(TEXT), "ner_tags": TAGS},
        {"tokens": ["张三", "在", "北京大学", "工作"], "tags": ["B-人", "O", "B-校", "O"]},
        {"tokens": ["张三", "在", "北京", "大学", "工作"], "tags": ["B-人", "O", "B-校", "I-校", "O"]},
        {"tokens": ["张三", "在", "北京", "大学", "工作"], "tags": ["I-人", "O", "I-校", "I-校", "O"]},
        {"text": TEXT, "tokens": ["张三", "北京", "大学"], "tags": ["B-人", "B-校", "I-校"]},
        {"words": ["张三", "在", "北京", "大学", "工作"], "labels": ["B-人", "O", "B-校", "I-校", "O"]},
        {"tokens": ["张三", "在", "北京", "大学", "工作"], "tags": ["S-人", "O", "B-校", "E-校", "O"]},
        {"tokens": ["张三", "在", "北京", "大学", "工作"], "tags": ["U-人", "O", "B-校", "L-校", "O"]},
        {"text": TEXT, "tags": ["B-人", "E-人", "O", "B-校", "M-校", "M-校", "E-校", "O", "O"]},
        {"text": TEXT, "label": [[3, 7, "校"], [0, 2, "人"]]},
        {"text": TEXT, "entities": [{"start_offset": 0, "end_offset": 2, "label": "人"}, SPANS[0]]},
        {"text": TEXT, "entities": [{"start_idx": 0, "end_idx": 2, "entity_type": "人"}, SPANS[0]]},
        {"text": TEXT, "entities": [{"begin": 0, "end": 2, "entity_type": "人", "value": "Q42"}, SPANS[0]]},
        {
            "text": TEXT,  # the last character included in one, not in the other
            "entities": [
                {"start": 0, "end": 1, "type": "人", "entity": "张三"},
                {"start": 3, "end": 7, "label": "校", "word": "北京大学"},
            ],
        },
        {
            "text": TEXT,
            "entities": [
                {"start_idx": 0, "end_idx": 1, "type": "人", "mention": " 张三"},
                {"start": 3, "end": 6, "label": "校", "text": "北京大学", "value": "PKU"},
            ],
        },
        {"text": TEXT, "tags": [tag.replace("-", "_") for tag in TAGS]},
        {"text": TEXT, "tags": [tag.lower() for tag in TAGS]},
        {"text": TEXT, "tags": [tag.lower().replace("-", "_") for tag in TAGS]},
        {"text": TEXT, "label": {"人": {"张三": [[0, 1]]}, "校": {"北京大学": [[3, 6]]}}},
        {"text": TEXT, "label": {"人": {"张三": [[0, 2]]}, "校": {"北京大学": [[3, 7]]}}},
    ],
)
@pytest.mark.parametrize("of_a_table", [False, True])
def test_every_form_gives_the_same_entities(
    record: NewRecord, fields: dict[str, object], of_a_table: bool
) -> None:
    if of_a_table:  # which holds lists as JSON
        fields = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()
        }
    tagged = read_entities(record(**fields), TaskConfig())
    assert tagged.text == TEXT
    assert tagged.entities == FOUND


@pytest.mark.parametrize(
    "fields",
    [
        {"text": " Anna  met Bob\n", "entities": [[0, 6, "x"], [10, 15, "y"]]},
        {"tokens": ["", "Anna", "", "met", "Bob", ""], "tags": ["B-x", "I-x", "I-x", "O", "B-y", "I-y"]},
        {"text": " Anna  met Bob ", "tags": ["B-x"] + ["I-x"] * 5 + ["O"] * 4 + ["B-y"] + ["I-y"] * 4},
    ],
)
def test_white_space_at_the_ends_is_no_part_of_an_entity(
    record: NewRecord, fields: dict[str, object]
) -> None:
    tagged = read_entities(record(**fields), TaskConfig())
    assert [(tagged.text[one.start : one.end], one.kind) for one in tagged.entities] == [
        ("Anna", "x"),
        ("Bob", "y"),
    ]


def test_the_text_of_the_record_is_kept_beside_tokens(record: NewRecord) -> None:
    text = 'He said: "John  Smith" left.'
    tokens = ["He", "said", ":", '"', "John", "Smith", '"', "left", "."]
    tags = ["O", "O", "O", "O", "B-P", "I-P", "O", "O", "O"]
    tagged = read_entities(record(text=text, tokens=tokens, tags=tags), TaskConfig())
    assert tagged.text == text
    (entity,) = tagged.entities
    assert text[entity.start : entity.end] == "John  Smith"


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        (["John", "lives", "here", "."], "John lives here ."),
        (["我", "爱", "北", "京", "！"], "我爱北京！"),
        (["我们", "爱", "北京"], "我们爱北京"),
        (["我们", "用", "Python", "写"], "我们用 Python 写"),
        (["我", "2", "0", "岁"], "我20岁"),  # single characters with Chinese among them
        (["a", "b"], "a b"),
        ([], ""),
        (["a", "", "b"], "a  b"),
        (["田中", "さくら", "は", "東京", "に"], "田中さくらは東京に"),
        (["สวัสดี", "ครับ", "John"], "สวัสดีครับ John"),
        (["김철수", "는"], "김철수 는"),
    ],
)
def test_joined_tokens(tokens: list[str], text: str) -> None:
    joined, spans = join(tokens)
    assert joined == text
    assert [joined[start:end] for start, end in spans] == tokens


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"text": TEXT}, "tasks.no_label"),
        ({"text": TEXT, "tags": "O O"}, "tasks.bad_tags"),
        ({"text": TEXT, "tags": [0, 1]}, "tasks.bad_tags"),
        ({"text": TEXT, "tags": TAGS[:-1]}, "tasks.tags_do_not_fit"),
        ({"tokens": ["a"], "tags": ["O", "O"]}, "tasks.tags_do_not_fit"),
        ({"tokens": ["a", "b"], "tags": ["B-X", "Q-X"]}, "tasks.bad_tag"),
        ({"tokens": ["a", "b"], "tags": ["B", "E"]}, "tasks.bad_tag"),
        ({"tokens": ["a", "b"], "ner_tags": [3, 0]}, "tasks.bad_tags"),
        ({"text": TEXT, "label": [[0, 2]]}, "tasks.nameless_span"),
        ({"text": TEXT, "label": [[0, 20, "x"]]}, "tasks.bad_span"),
        ({"text": TEXT, "label": {"人": {"张三": 0}}}, "tasks.bad_tags"),
        ({"text": TEXT, "label": {"人": 1}}, "tasks.bad_tags"),
        ({"tokens": ["a", "b"], "tags": ["B-", "O"]}, "tasks.bad_tag"),
        ({"tokens": "a b", "tags": ["O", "O"]}, "tasks.bad_tokens"),
        ({"text": TEXT, "entities": [{"start": 3, "end": 3, "label": "x"}]}, "tasks.bad_span"),
        ({"text": TEXT, "entities": [{"start": -1, "end": 3, "label": "x"}]}, "tasks.bad_span"),
        ({"text": TEXT, "entities": [{"start": 0, "end": 10, "label": "x"}]}, "tasks.bad_span"),
        ({"text": TEXT, "entities": [{"start": "0", "end": 1, "label": "x"}]}, "tasks.placeless_span"),
        ({"text": TEXT, "entities": [{"start": 0, "end": 1}]}, "tasks.nameless_span"),
        ({"text": TEXT, "entities": [{"start": 0, "end": 1, "label": " "}]}, "tasks.nameless_span"),
        ({"text": TEXT, "entities": [{"start": False, "end": True, "label": "x"}]}, "tasks.placeless_span"),
        ({"text": TEXT, "entities": [{"start": 0, "label": "x"}]}, "tasks.placeless_span"),
        ({"text": f" {TEXT}", "entities": [{"start": 0, "end": 1, "label": "x"}]}, "tasks.blank_span"),
        (
            {"text": TEXT, "entities": [{"start": 0, "end": 2, "label": "x", "text": "三"}]},
            "tasks.other_words",
        ),
        (
            {"text": TEXT, "entities": [{"start": 0, "end": 9, "label": "x", "word": "张"}]},
            "tasks.other_words",
        ),
        ({"text": TEXT, "entities": [{"start": 8, "end": 10, "label": "x", "word": "作"}]}, "tasks.bad_span"),
        ({"text": TEXT, "entities": [{"start": 2, "end": 2, "label": "x", "text": ""}]}, "tasks.bad_span"),
        ({"tokens": ["a"], "tags": ["e-commerce"]}, "tasks.bad_tag"),
        ({"tokens": ["a", 3], "tags": ["O", "O"]}, "tasks.bad_tokens"),
        (
            {
                "text": TEXT,
                "entities": [{"start": 0, "end": 5, "label": "x"}, {"start": 4, "end": 6, "label": "y"}],
            },
            "tasks.overlapping_spans",
        ),
        ({"text": TEXT, "tokens": ["张三", "上海"], "tags": ["O", "O"]}, "tasks.token_not_in_text"),
        ({"entities": []}, "corpus.no_field"),
    ],
)
def test_what_cannot_be_read_names_file_and_line(
    record: NewRecord, fields: dict[str, object], key: str
) -> None:
    with pytest.raises(InputError) as error:
        read_entities(record(**fields), TaskConfig())
    assert error.value.key == key
    assert "set.jsonl:7" in str(error.value)
    assert len(str(error.value).splitlines()) == 3


def test_an_entity_of_one_character_or_at_the_end_whose_end_is_included(record: NewRecord) -> None:
    spans = [
        {"start": 1, "end": 1, "label": "x", "text": "三"},
        {"start": 7, "end": 8, "label": "y", "text": "工作"},
    ]
    assert read_entities(record(text=TEXT, entities=spans), TaskConfig()).entities == (
        Entity(start=1, end=2, kind="x"),
        Entity(start=7, end=9, kind="y"),
    )


def test_no_entity_is_no_error(record: NewRecord) -> None:
    for fields in (
        {"text": TEXT, "entities": []},
        {"text": TEXT, "tags": ["O"] * 9},
        {"text": "", "tags": []},
        {"text": TEXT, "label": []},
    ):
        assert read_entities(record(**fields), TaskConfig()).entities == ()


def test_the_kinds_of_a_model() -> None:
    assert kinds_of(["O", "I-X", "B-X", "S-Y"]) == ("X", "Y")
    with pytest.raises(InputError, match="LABEL_1") as error:
        kinds_of(["O", "LABEL_1"])
    assert error.value.key == "tasks.classes_no_tags"
    assert len(str(error.value).splitlines()) == 3
