"""The one rule for parts that a set lacks."""

from __future__ import annotations

import random

import pytest

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.evaluation.splits import Splits, complete, hold_back
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.sentence_similarity import SentenceSimilarity
from yanmo.tasks.text_classification import TextClassification

CONFIG = TaskConfig()


def records(name: str, count: int) -> list[Record]:
    return [
        Record(fields={"text": f"{name} {number}", "label": "ab"[number % 2]}, source=f"{name}:1")
        for number in range(count)
    ]


def made(**given: list[Record]) -> Splits:
    return complete(given, TextClassification, CONFIG)  # type: ignore[arg-type]


def sizes(splits: Splits) -> tuple[int, int, int]:
    return len(splits.train), len(splits.dev), len(splits.test)


def test_what_is_there_stays_as_it_is() -> None:
    given = {"train": records("train", 20), "dev": records("dev", 4), "test": records("test", 5)}
    splits = made(**given)
    assert (list(splits.train), list(splits.dev), list(splits.test)) == tuple(given.values())
    assert splits.taken_from == {}


def test_a_missing_dev_is_a_tenth_of_train() -> None:
    splits = made(train=records("train", 50), test=records("test", 5))
    assert sizes(splits) == (45, 5, 5)
    assert splits.taken_from == {"dev": "train"}
    assert not {one.text("text") for one in splits.dev} & {one.text("text") for one in splits.train}


def test_without_train_dev_less_a_tenth_is_trained_on() -> None:
    splits = made(dev=records("dev", 50), test=records("test", 5))
    assert sizes(splits) == (45, 5, 5)
    assert splits.taken_from == {"train": "dev"}


def test_without_a_labelled_test_dev_is_the_test() -> None:
    dev = records("dev", 8)
    splits = made(train=records("train", 50), dev=dev)
    assert sizes(splits) == (45, 5, 8)
    assert list(splits.test) == dev
    assert splits.taken_from == {"test": "dev", "dev": "train"}


def test_where_no_test_is_needed_dev_stays_dev() -> None:
    given = {"train": records("train", 50), "dev": records("dev", 8)}
    splits = complete(given, TextClassification, CONFIG, needs_test=False)  # type: ignore[arg-type]
    assert sizes(splits) == (50, 8, 0)


def test_a_single_part_is_a_test_or_is_trained_on() -> None:
    assert sizes(made(test=records("test", 5))) == (0, 0, 5)
    assert sizes(made(dev=records("dev", 5))) == (0, 0, 5)
    assert sizes(made(train=records("train", 50))) == (45, 5, 0)


def test_the_share_depends_on_the_texts_alone() -> None:
    whole = records("train", 200)
    shuffled = random.Random(1).sample(whole, len(whole))
    _, dev = hold_back(whole, TextClassification, CONFIG)
    _, again = hold_back(shuffled, TextClassification, CONFIG)
    assert {one.text("text") for one in dev} == {one.text("text") for one in again}
    _, fewer = hold_back(whole[:100], TextClassification, CONFIG)
    kept = {one.text("text") for one in whole[:100]} & {one.text("text") for one in dev}
    assert len(kept & {one.text("text") for one in fewer}) == min(len(kept), len(fewer))


def test_one_text_alone_cannot_be_parted() -> None:
    with pytest.raises(InputError) as error:
        made(train=[*records("train", 1), *records("train", 1)], test=records("test", 2))
    assert error.value.key == "run.one_text"


def test_a_class_of_one_record_is_learned() -> None:
    rare = [
        Record(fields={"text": f"rare {number}", "label": f"r{number}"}, source="train:1")
        for number in range(60)
    ]
    train, dev = hold_back([*records("train", 100), *rare], TextClassification, CONFIG)
    assert {one.fields["label"] for one in train} == {"a", "b", *(f"r{number}" for number in range(60))}
    assert dev and {one.fields["label"] for one in dev} <= {"a", "b"}
    for number in range(20):  # wherever the hash puts the one of its kind
        train, dev = hold_back([*records("few", 5), rare[number]], TextClassification, CONFIG)
        assert len(dev) == 1 and rare[number] in train
    with pytest.raises(InputError) as error:
        hold_back(rare, TextClassification, CONFIG)
    assert error.value.key == "run.rare_classes"


def test_a_class_of_one_pair_is_learned() -> None:
    def pair(number: int, label: str) -> Record:
        fields = {"text_a": f"one {number}", "text_b": f"other {number}", "label": label}
        return Record(fields=fields, source="train:1")

    usual = [pair(number, "xyz"[number % 3]) for number in range(6)]
    for number in range(6, 26):  # wherever the hash puts the one of its kind
        train, dev = hold_back([*usual, pair(number, "rare")], SentenceSimilarity, CONFIG)
        assert len(dev) == 1 and "rare" in {one.fields["label"] for one in train}


def test_a_share_is_held_back_of_what_can_be_learned_from() -> None:
    """As a fine-tuning reads the same file: columns renamed, records without a label left out."""
    config = TaskConfig(columns={"text": "review", "label": "stars"})
    rated = [
        Record(fields={"review": f"r {number}", "stars": "ab"[number % 2]}, source="train:1")
        for number in range(40)
    ]
    unrated = [
        Record(fields={"review": f"u {number}", "stars": None}, source="train:2") for number in range(40)
    ]
    splits = complete({"train": [*rated, *unrated], "test": rated[:2]}, TextClassification, config)
    assert sizes(splits) == (36, 4, 2)
    assert {id(one) for one in (*splits.train, *splits.dev)} == {id(one) for one in rated}, "as published"
    named = [one.renamed(config.columns) for one in rated]
    _, dev = hold_back(named, TextClassification, config)
    assert [one.fields["review"] for one in splits.dev] == [one.fields["text"] for one in dev]
