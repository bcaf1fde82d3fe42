"""Questions and answers in their usual forms, and what is said about those that do not fit."""

from collections.abc import Callable

import pytest

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.questions import Answer, answer_texts, first_answer, read_answers, read_question

NewRecord = Callable[..., Record]
CONTEXT = "姚明1980年出生在上海。他曾在休斯顿打球，后来回到上海。"
ASKED = {"question": "他出生在哪里？", "context": CONTEXT}
BIRTH = (Answer(text="上海", start=10),)
BOTH = (Answer(text="上海", start=10), Answer(text="1980年", start=2))


@pytest.mark.parametrize(
    ("fields", "answers"),
    [
        ({"answers": [{"text": "上海", "start": 10}]}, BIRTH),
        ({"answers": [{"text": "上海", "answer_start": 10}]}, BIRTH),
        ({"answers": [{"text": "上海", "start": "10"}, {"text": "1980年"}]}, BOTH),
        ({"answers": {"text": ["上海"], "answer_start": [10]}}, BIRTH),
        ({"answers": {"text": ["上海", "1980年"], "start": [10, 2]}}, BOTH),
        ({"answers": {"text": ["1980年"]}}, BOTH[1:]),
        ({"answers": {"text": "上海", "start": 10}}, BIRTH),
        ({"answers": '[{"text": "上海", "start": 10}]'}, BIRTH),
        ({"answers": '{"text": ["上海"], "answer_start": [10]}'}, BIRTH),
        ({"answers": ["1980年"]}, BOTH[1:]),
        ({"answer": "1980年"}, BOTH[1:]),
        ({"answer": "上海", "start": 10}, BIRTH),
        ({"answer": "上海", "answer_start": "10"}, BIRTH),
        ({"answer": "上海", "start": 10.0}, BIRTH),
        ({"answer": "1980年", "start": ""}, BOTH[1:]),
        ({"answer": {"text": "上海", "start": 10}}, BIRTH),
        ({"answers": []}, ()),
        ({"answers": "[]"}, ()),
        ({"answers": {"text": [], "answer_start": []}}, ()),
        ({"answers": None}, ()),
        ({"answer": ""}, ()),
        ({"answer": " ", "start": ""}, ()),
        ({"is_impossible": True}, ()),
        ({"is_impossible": "true"}, ()),
        ({"is_impossible": True, "answers": [], "plausible_answers": [{"text": "上海"}]}, ()),
        ({"is_impossible": False, "answers": [{"text": "上海", "start": 10}]}, BIRTH),
        ({"is_impossible": "False", "answer": "上海", "start": 10}, BIRTH),
    ],
)
def test_every_form(record: NewRecord, fields: dict[str, object], answers: tuple[Answer, ...]) -> None:
    assert read_answers(record(**ASKED, **fields), TaskConfig()) == answers
    assert all(CONTEXT[one.start : one.end] == one.text for one in answers)


@pytest.mark.parametrize(
    ("given", "texts", "first"),
    [
        (["上海"], ["上海"], BIRTH[0]),  # stands at two places
        (["Shanghai", "1980年"], ["Shanghai", "1980年"], BOTH[1]),  # one is not in the context
        ([{"text": "上海", "start": 26}], ["上海"], Answer(text="上海", start=26)),
        ([{"text": "上海", "start": 9}], ["上海"], BIRTH[0]),  # stands elsewhere
        (["Shanghai"], ["Shanghai"], None),
        ([], [], None),
    ],
)
def test_a_score_asks_for_texts_not_for_places(
    record: NewRecord, given: object, texts: list[str], first: Answer | None
) -> None:
    one = record(**ASKED, answers=given)
    assert answer_texts(one, TaskConfig()) == texts
    assert first_answer(one, TaskConfig()) == first


def test_named_fields(record: NewRecord) -> None:
    config = TaskConfig(text_field="passage", label_field="gold")
    one = record(question="几年？", passage=CONTEXT, gold=["1980年"], answers=["x"])
    assert read_question(one, config).context == CONTEXT
    assert read_answers(one, config) == BOTH[1:]


@pytest.mark.parametrize(
    ("fields", "key", "said"),
    [
        ({"answers": ["北京"]}, "tasks.answer_not_in_context", "北京"),
        ({"answers": ["休斯頓"]}, "tasks.answer_not_in_context", "休斯頓"),
        ({"answer": "上海"}, "tasks.answer_at_several_places", "10, 26"),
        ({"answers": [{"text": "上海", "start": 9}]}, "tasks.answer_not_at_start", "10, 26"),
        ({"answers": [{"text": "上海", "start": -18}]}, "tasks.answer_not_at_start", "-18"),
        ({"answers": [{"text": "上海", "start": 1000}]}, "tasks.answer_not_at_start", "1000"),
        ({"answers": [{"text": "上海", "start": "ten"}]}, "tasks.answer_not_at_start", "ten"),
        ({"answers": [{"text": "上海", "start": True}]}, "tasks.answer_not_at_start", "True"),
        ({"answers": 7}, "tasks.bad_answers", "7"),
        ({"answers": [7]}, "tasks.bad_answers", "7"),
        ({"answers": [{"start": 3}]}, "tasks.bad_answers", "start"),
        ({"answers": {"text": ["上海"], "answer_start": []}}, "tasks.bad_answers", "answer_start"),
        ({"answers": {"text": ["上海"], "answer_start": 3}}, "tasks.bad_answers", "answer_start"),
        ({}, "tasks.no_label", "answers"),
        ({"is_impossible": False}, "tasks.no_label", "answers"),
        ({"question": " ", "answers": []}, "tasks.empty_text", "question"),
        ({"context": "", "answers": []}, "tasks.empty_text", "context"),
        ({"context": None, "answers": []}, "corpus.field_no_text", "context"),
    ],
)
def test_what_cannot_be_read_names_file_and_line(
    record: NewRecord, fields: dict[str, object], key: str, said: str
) -> None:
    with pytest.raises(InputError) as error:
        read_answers(record(**{**ASKED, **fields}), TaskConfig())
    assert error.value.key == key
    message = str(error.value)
    assert "set.jsonl:7" in message
    assert said in message
    assert len(message.splitlines()) == 3


@pytest.mark.parametrize("missing", ["question", "context"])
def test_a_missing_field_names_file_and_line(record: NewRecord, missing: str) -> None:
    with pytest.raises(InputError) as error:
        read_question(record(**{name: text for name, text in ASKED.items() if name != missing}), TaskConfig())
    assert error.value.key == "corpus.no_field"
    assert "set.jsonl:7" in str(error.value)
    assert missing in str(error.value)
