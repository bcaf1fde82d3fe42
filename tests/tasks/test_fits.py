"""Which task records are made for, by their columns alone."""

from __future__ import annotations

import pytest

from yanmo import registry, tasks
from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.tasks.config import TaskConfig

CLASSES, ENTITIES, ANSWERS = "text_classification", "token_classification", "question_answering"
CHOICES = "multiple_choice"
SIMILAR, WRITE, TRANSLATE = "sentence_similarity", "text_generation", "translation"


def fitting(*fields: dict[str, object], **settings: object) -> set[str]:
    records = [Record(fields=each, source=f"set.jsonl:{line}") for line, each in enumerate(fields, 1)]
    config = TaskConfig.model_validate(settings)
    return {name for name in registry.names(tasks) if tasks.find(name).fits(records, config)}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": "a", "label": "good"}, {CLASSES}),
        ({"id": "7", "text": "a", "label": 1, "category": "hotel"}, {CLASSES}),
        ({"text": "a", "labels": ["price", "noise"]}, {CLASSES}),
        ({"text": "a", "labels": []}, {CLASSES}),
        ({"tokens": ["a", "b"], "tags": ["O", "B-PER"]}, {ENTITIES}),
        ({"tokens": ["a"], "ner_tags": ["O"], "text": "a"}, {ENTITIES}),
        ({"text": "ab", "labels": ["B-PER", "I-PER"]}, {ENTITIES}),
        ({"text": "ab", "entities": []}, {ENTITIES}),
        ({"question": "q", "context": "c", "answers": []}, {ANSWERS}),
        ({"question": "q", "context": "c", "answer": "c", "start": 0}, {ANSWERS}),
        ({"text_a": "a", "text_b": "b", "score": 3.2}, {SIMILAR}),
        ({"sentence1": "a", "sentence2": "b", "label": 0.5}, {SIMILAR}),
        ({"anchor": "a", "positive": "b", "negative": "c"}, {SIMILAR}),
        ({"messages": [{"role": "user", "content": "a"}]}, {WRITE}),
        ({"instruction": "a", "input": "", "output": "b"}, {WRITE}),
        ({"translation": {"en": "a", "zh": "b"}}, {TRANSLATE}),
        ({"source": "a", "target": "b"}, {TRANSLATE, WRITE}),
        ({"text": "a"}, {SIMILAR, WRITE}),
        ({"text": "a", "summary": "b"}, {WRITE}),  # LCSTS
        ({"id": "1", "url": "u", "title": "t", "summary": "b", "text": "a"}, {WRITE}),  # XL-Sum
        ({"article": "a", "highlights": "b", "id": "1"}, {WRITE}),  # CNN/DailyMail
        ({"text": "a", "summary": "b", "label": 1}, {CLASSES}),
        ({"input": "a", "output": "b"}, {WRITE}),
        ({"idx": 0, "sentence": "a", "label": 1}, {CLASSES}),  # SST-2, CoLA
        ({"label": "102", "label_des": "b", "sentence": "a"}, {CLASSES}),  # IFLYTEK
        ({"title": "t", "content": "a", "label": 1}, {CLASSES}),
        ({"label": "1", "review": "a"}, {CLASSES}),
        ({"query": "a", "positive": "b", "negative": "c"}, {SIMILAR}),
        ({"query": "a", "positive": "b"}, {SIMILAR}),
        ({"sent0": "a", "sent1": "b", "hard_neg": "c"}, {SIMILAR}),
        ({"question": "a", "answer": "b"}, {WRITE}),
        ({"instruction": "a", "context": "", "response": "b", "category": "open_qa"}, {WRITE}),  # Dolly
        ({"instruction": "a", "input": "", "output": "b", "text": "a b"}, {WRITE}),  # Alpaca
        ({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}, {WRITE}),
        ({"question": "q", "subject": "s", "choices": ["a", "b"], "answer": 1}, {CHOICES}),  # MMLU
        (
            {"question": "q", "choices": {"text": ["a", "b"], "label": ["A", "B"]}, "answerKey": "B"},
            {CHOICES},
        ),
        ({"article": "c", "question": "q", "options": ["a", "b"], "answer": "A"}, {CHOICES}),  # RACE
        ({"context": "c", "question": "q", "options": ["a", "b"], "answer": "A"}, {CHOICES}),
        ({"question": "q", "A": "a", "B": "b", "C": "c", "D": "d", "answer": "A"}, {CHOICES}),  # C-Eval
        ({"question": "q", "answer": "b", "label": 1}, set()),
        ({"review": "a", "stars": 1}, set()),
        ({"en": "a", "zh": "b"}, set()),
    ],
)
def test_one_record_tells(fields: dict[str, object], expected: set[str]) -> None:
    assert fitting(fields) == expected


def test_labels_of_pairs_tell_by_their_number() -> None:
    pairs = [{"premise": "a", "hypothesis": "b", "label": label} for label in ("yes", "no", "maybe")]
    assert fitting(*pairs[:2]) == {CLASSES, SIMILAR}  # a class of both together, or how near they are
    assert fitting(*pairs) == {CLASSES}


def test_a_question_and_a_sentence_are_a_pair() -> None:
    pairs = [{"question": "a", "sentence": "b", "label": label} for label in ("yes", "no", "maybe")]
    assert fitting(*pairs) == {CLASSES}
    assert fitting(*pairs[:2]) == {CLASSES, SIMILAR}


def test_choices_are_no_answers_of_a_text() -> None:
    assert ANSWERS not in fitting({"question": "q", "context": "c", "choices": ["c", "d"], "answer": "c"})


def test_a_direction_tells_a_translation() -> None:
    assert fitting({"en": "a", "zh": "b"}, direction="zh-en") == {TRANSLATE}
    assert fitting({"source": "a", "target": "b"}, direction="zh-en") == {TRANSLATE}


def test_labels_of_mixed_type_are_named() -> None:
    with pytest.raises(InputError) as error:
        fitting(*({"text": "a", "text_pair": "b", "label": label} for label in (1, "no")))
    assert error.value.values["source"] == "set.jsonl:2"


def test_every_task_says_what_it_reads() -> None:
    for name in registry.names(tasks):
        forms = tasks.find(name).forms
        assert forms and all(forms)


def test_each_head_names_the_task_that_trains_it() -> None:
    assert tasks.by_head() == {
        "choice": "multiple_choice", "span": "question_answering", "class": "text_classification",
        "clm": "text_generation", "tag": "token_classification", "seq2seq": "translation",
    }  # fmt: skip
