"""The share of training records that is held back when no dev file is given."""

from __future__ import annotations

import pytest

from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.task_records import split
from yanmo.config import build
from yanmo.corpus.document import Record
from yanmo.errors import InputError


def config(**settings: str) -> FinetuneConfig:
    return build(
        FinetuneConfig,
        {"task": "text_classification", "model": "m", "train_file": "t.jsonl", "settings": settings},
    )


def records(texts: list[str], field: str = "text") -> list[Record]:
    return [
        Record(fields={field: text, "label": "a"}, source=f"t:{place}") for place, text in enumerate(texts)
    ]


@pytest.mark.parametrize("field", ["text", "review"])
def test_a_share_is_held_back_and_copies_stay_together(field: str) -> None:
    texts = [f"text {number % 30}" for number in range(60)]
    train, dev = split(records(texts, field), config(text_field=field))
    assert len(dev) == 6
    assert len(train) == 54
    assert not {record.fields[field] for record in train} & {record.fields[field] for record in dev}


def test_one_text_alone_is_refused() -> None:
    with pytest.raises(InputError, match="same text"):
        split(records(["a", "a"]), config())


def test_questions_about_one_context_stay_together_where_there_are_others() -> None:
    def questions(contexts: int) -> list[Record]:
        return [
            Record(fields={"question": f"q{number}?", "context": f"c{number % contexts}"}, source="t:1")
            for number in range(40)
        ]

    asked = config().model_copy(update={"task": "question_answering"})
    train, dev = split(questions(10), asked)
    assert len(dev) == 4
    assert not {record.fields["context"] for record in train} & {record.fields["context"] for record in dev}
    train, dev = split(questions(1), asked)  # a single manual, say
    assert (len(train), len(dev)) == (36, 4)
