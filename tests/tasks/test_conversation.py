"""Records of questions and answers as they are published: what is read, what is left out, what is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from yanmo import tasks
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.reporter import Reporter
from yanmo.api.task_records import train_and_dev, usable
from yanmo.config import build
from yanmo.corpus.document import JsonValue, Record
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.conversation import can_be_learnt, read_messages, read_sides
from yanmo.tasks.text_generation import TextGeneration

NewRecord = Callable[..., Record]
CONFIG = TaskConfig()


def said(*turns: tuple[str, object]) -> list[dict[str, object]]:
    """As in ShareGPT."""
    return [{"from": who, "value": what} for who, what in turns]


def read(record: Record, config: TaskConfig = CONFIG, *, answered: bool = True) -> list[tuple[str, str]]:
    messages = read_messages(record, config, answered=answered)
    assert messages is not None
    return [(each.role, each.content) for each in messages]


EXCHANGE = [("user", "hi"), ("assistant", "hello")]


@pytest.mark.parametrize("answers", ["gpt", "chatgpt", "bot", "bard", "bing", "model", "assistant"])
def test_every_name_of_the_two_sides(record: NewRecord, answers: str) -> None:
    one = record(conversations=said(("human", "hi"), (answers, "hello")))
    assert read(one) == EXCHANGE
    assert can_be_learnt(one, CONFIG)


def test_system_messages(record: NewRecord) -> None:
    turns = said(("human", "hi"), ("gpt", "hello"))
    for first in said(("system", "be nice"), ("developer", "be nice")):
        assert read(record(conversations=[first, *turns])) == [("system", "be nice"), *EXCHANGE]
    for blank in ("", " \n", None):
        one = record(conversations=[*said(("system", blank)), *turns])
        assert read(one) == EXCHANGE and can_be_learnt(one, CONFIG)
    assert read(record(conversations=turns, system="be nice")) == [("system", "be nice"), *EXCHANGE]
    twice = record(conversations=[*said(("system", "be brief")), *turns], system="be nice")
    assert read(twice) == [("system", "be brief"), *EXCHANGE]


def test_a_content_in_parts_of_text_is_one_text(record: NewRecord) -> None:
    parts = [{"type": "text", "text": "look"}, {"type": "input_text", "text": "here"}]
    messages = [{"role": "user", "content": parts}, {"role": "assistant", "content": "yes"}]
    one = record(messages=messages)
    assert read(one) == [("user", "look\nhere"), ("assistant", "yes")]
    assert can_be_learnt(one, CONFIG)
    picture = {"type": "image_url", "image_url": {"url": "x.png"}}
    shown = record(messages=[{"role": "user", "content": [*parts, picture]}, messages[1]])
    assert not can_be_learnt(shown, CONFIG)
    with pytest.raises(InputError) as error:
        read(shown)
    assert error.value.key == "tasks.bad_message" and "set.jsonl:7" in str(error.value)


def test_an_empty_question_behind_the_last_answer_is_none(record: NewRecord) -> None:
    one = record(conversations=said(("human", "hi"), ("gpt", "hello"), ("human", "")))
    assert can_be_learnt(one, CONFIG)
    assert read(one) == EXCHANGE
    assert read(one, answered=False) == EXCHANGE[:1]


@pytest.mark.parametrize(
    "fields",
    [
        {"conversations": []},
        {"conversations": None},
        {"conversations": "[]"},  # as in a table
        {"conversations": said(("human", "hi"))},
        {"conversations": said(("system", "be nice"), ("human", "hi"))},
        {"conversations": said(("human", ""), ("gpt", "hi"))},
        {"conversations": said(("human", None), ("gpt", "hi"))},
        {"conversations": said(("human", "hi"), ("gpt", " \n"))},
        {"conversations": said(("human", "hi"), ("gpt", "a"), ("human", ""), ("gpt", "b"))},
        {"conversations": said(("human", "hi"), ("gpt", "a"), ("human", "b"), ("gpt", None))},
        {"conversations": said(("human", "hi"), ("function_call", "f()"), ("gpt", "a"))},
        {"instruction": "Draw", "input": "<noinput>", "output": ""},
        {"instruction": "Draw", "input": "", "output": None},
        {"instruction": "", "input": " ", "output": "x"},
        {"prompt": None, "completion": "x"},
        {"question": "x", "answer": "\u3000"},
        {"prompt": "x", "completion": "y", "history": [["q", ""]]},
        {"text": "long", "summary": ""},
    ],
)
def test_what_has_no_answer_to_learn_is_left_out(record: NewRecord, fields: dict[str, object]) -> None:
    assert not can_be_learnt(record(**fields), CONFIG)
    with pytest.raises(InputError, match=r"set\.jsonl:7"):  # named where there is nothing else
        TextGeneration.from_records([record(**fields)], CONFIG)


def test_a_translation_without_a_side_is_refused_not_left_out(record: NewRecord) -> None:
    one = record(source="a", target=" ")
    assert can_be_learnt(one, CONFIG)
    with pytest.raises(InputError) as error:
        read(one)
    assert "set.jsonl:7" in str(error.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"instruction": "", "input": "x", "output": "y"},
        {"instruction": None, "input": "x", "output": "y"},
        {"conversations": said(("gpt", "go on"), ("human", "hm"), ("gpt", "ok"))},
        {"prompt": "x", "completion": "y", "history": None},
        {"prompt": "x", "completion": "y", "note": ""},
    ],
)
def test_what_can_be_learnt_is_kept(record: NewRecord, fields: dict[str, object]) -> None:
    assert can_be_learnt(record(**fields), CONFIG)
    TextGeneration.from_records([record(**fields)], CONFIG)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"conversations": said(("human", "hi"), ("narrator", "x"), ("gpt", "y"))}, "tasks.bad_message"),
        ({"conversations": ["x"]}, "tasks.bad_message"),
        ({"conversations": said(("human", 5), ("gpt", "y"))}, "tasks.bad_message"),
        ({"conversations": "hello"}, "tasks.bad_messages"),
        ({"prompt": "x", "completion": "y", "history": ["q"]}, "tasks.bad_history"),
        ({"prompt": "x", "completion": "y", "history": [["q", "a", "b"]]}, "tasks.bad_history"),
        ({"prompt": "x", "completion": 5}, "corpus.field_no_text"),
    ],
)
def test_what_is_of_no_known_form_is_named_not_counted(
    record: NewRecord, fields: dict[str, object], key: str
) -> None:
    assert can_be_learnt(record(**fields), CONFIG)
    with pytest.raises(InputError, match=r"set\.jsonl:7") as error:
        read(record(**fields))
    assert error.value.key == key


def test_the_field_of_a_bad_list_is_called_as_it_is(record: NewRecord) -> None:
    with pytest.raises(InputError, match="conversations"):
        read(record(conversations=[]))


def test_system_and_history_stand_before_a_question(record: NewRecord) -> None:
    fields: dict[str, object] = {"instruction": "Say", "input": "it", "output": "it"}
    whole = [("system", "be"), ("user", "q"), ("assistant", "a"), ("user", "Say\nit"), ("assistant", "it")]
    for history in ([["q", "a"]], '[["q", "a"]]'):  # the second as in a table
        assert read(record(**fields, system="be", history=history)) == whole
    assert read(record(**fields, system="", history=[])) == whole[3:]
    assert read(record(**fields, system=None, history="")) == whole[3:]
    assert read(record(**fields, system=7, history="Napoleonic wars")) == whole[3:]
    asked = record(instruction="Say", input="it", system="be", history=[["q", "a"]])
    assert read(asked, answered=False) == whole[:4]
    orca = record(system_prompt="be", question="Say\nit", response="it")
    assert read(orca) == [whole[0], *whole[3:]]
    sides = record(source="a", target="b", system="Windows")
    assert read(sides) == [("user", "a"), ("assistant", "b")]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        *((name, "summary") for name in ("text", "document", "article", "dialogue", "content")),
        ("article", "highlights"),
        ("input", "target"),
    ],
)
def test_a_text_and_its_summary_are_compared(record: NewRecord, question: str, answer: str) -> None:
    one = record(**{"id": 3, question: "long", answer: "short"})
    assert read(one) == [("user", "long"), ("assistant", "short")]
    assert read_sides(one, CONFIG) == ("long", "short")
    assert TextGeneration.fits([one], CONFIG)


def test_other_pairs_may_be_answered_in_many_ways(record: NewRecord) -> None:
    for question, answer in (("prompt", "response"), ("input", "output"), ("question", "response")):
        one = record(**{question: "hi", answer: "hello"})
        assert read(one) == EXCHANGE and read_sides(one, CONFIG) is None
        assert TextGeneration.fits([one], CONFIG)
    both = record(instruction="Add.", input="1 2", target="3")
    assert read(both)[0] == ("user", "Add.\n1 2")


def test_a_text_is_no_question_without_a_summary(record: NewRecord) -> None:
    for fields in ({"text": "long"}, {"content": "long", "title": "t"}, {"text": "long", "source": "a page"}):
        assert read_messages(record(**fields), CONFIG, answered=True) is None
        assert read_messages(record(**fields), CONFIG, answered=False) is None
    chosen = TaskConfig(columns={"text": "text"})  # a user who says which column it is
    assert read_messages(record(text="long", summary="short"), chosen, answered=True) is None
    both = TaskConfig(columns={"text": "body", "summary": "abstract"})
    mapped = record(body="long", abstract="short").renamed(both.columns)
    assert read(mapped, both) == [("user", "long"), ("assistant", "short")]


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "a", "summary": "b", "label": 1},
        {"article": "a", "highlights": "b", "question": "q", "options": ["c", "d"], "answer": "A"},
        {"input": "a", "output": "b", "label": 1},
        {"input": "a", "target": "b", "choices": ["b", "c"]},
        {"text": "a", "label": 1},
    ],
)
def test_what_has_a_mark_or_choices_is_of_another_task(record: NewRecord, fields: dict[str, object]) -> None:
    assert not TextGeneration.fits([record(**fields)], CONFIG)


class Told(Reporter):
    """Keeps what is warned of."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def warn(self, message: str) -> None:
        self.told.append(message)


GOOD: dict[str, list[dict[str, JsonValue]]] = {
    "text_generation": [{"instruction": f"Say {number}", "output": f"it {number}"} for number in range(8)],
}
BAD: dict[str, list[dict[str, JsonValue]]] = {
    "text_generation": [{"instruction": "Draw", "output": ""}, {"conversations": []}],
}


def lines(path: Path, records: Sequence[object]) -> str:
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("task", list(GOOD))
def test_they_are_counted_in_training_and_evaluation_and_the_first_is_named(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANMO_LANG", "en")
    path = lines(tmp_path / "a.jsonl", [*GOOD[task], *BAD[task]])
    config = build(FinetuneConfig, {"task": task, "model": "m", "train_file": path, "dev_share": 0.25})
    reporter = Told()
    train, dev = train_and_dev(config, reporter)
    assert len(train) + len(dev) == len(GOOD[task])
    assert len(reporter.told) == 1
    assert reporter.told[0].startswith("2 of 10") and "a.jsonl:9" in reporter.told[0]
    records = [
        Record(fields=fields, source=f"b.jsonl:{line}")
        for line, fields in enumerate([*GOOD[task], *BAD[task]], 1)
    ]
    scored = usable(tasks.find(task).from_records(train, CONFIG), records, reporter)
    assert len(scored) == len(GOOD[task]) and "b.jsonl:9" in reporter.told[1]


@pytest.mark.parametrize("task", list(GOOD))
def test_where_none_is_left_the_first_is_named(task: str, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", BAD[task])
    config = build(FinetuneConfig, {"task": task, "model": "m", "train_file": path})
    with pytest.raises(InputError, match=r"a\.jsonl:1"):
        train_and_dev(config, Reporter())
