"""What is refused, and told, of the records of a fine-tuning before anything is learned."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tokenizers import Tokenizer as Backend
from tokenizers import models, pre_tokenizers
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.guess import guess_task
from yanmo.api.reporter import Reporter
from yanmo.api.task_records import called, tell_records, train_and_dev, usable, warn_unknown, warn_widened
from yanmo.config import build
from yanmo.corpus.document import Record
from yanmo.data.example import Example
from yanmo.data.frame import frame_of
from yanmo.errors import ConfigError, InputError
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.sentence_similarity import SentenceSimilarity
from yanmo.tasks.task import Encoded, Encoder
from yanmo.tasks.text_classification import TextClassification
from yanmo.tasks.token_classification import TokenClassification
from yanmo.tasks.unseen import refuse_unseen
from yanmo.tokenizers import Tokenizer

COLUMNS = {"text": "titel", "label": "标签"}


def row(number: int, **fields: object) -> Record:
    return Record(fields=fields, source=f"a.csv:{number}")


def test_a_column_that_is_not_there_is_refused_though_one_has_the_usual_name() -> None:
    rows = [row(2, text="a", title="b", label="c")]
    with pytest.raises(ConfigError) as error:
        called(rows, COLUMNS, "a.csv")
    assert error.value.key == "guess.no_column"
    assert error.value.values["column"] == "titel"
    assert error.value.values["known"] == ["text", "title", "label"]
    assert "title" in str(error.value.values["suggestion"])


def test_a_single_record_without_the_column_is_named() -> None:
    rows = [row(1, titel="a", 标签="c"), row(2, text="b", 标签="c")]
    with pytest.raises(ConfigError, match=r"a\.csv:2"):
        called(rows, COLUMNS, "a.csv")
    assert called([*rows[:1], row(3, titel="d")], COLUMNS, "a.csv")[1].fields == {"text": "d"}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANMO_LANG", "en")


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        (
            [
                '{"text": "abc", "entities": [{"start": 0, "end": 5, "label": "x"}]}',
                '{"text": "b", "entities": []}',
                '{"text": "c", "entities": []}',
            ],
            "tasks.bad_span",
        ),
        (
            ['{"tokens": ["a", "b"], "tags": ["B-x"]}', '{"tokens": ["c", "d"], "tags": ["B-x", "O"]}'],
            "tasks.tags_do_not_fit",
        ),
        (['{"text": "a", "entities": []}'], "tasks.no_entity"),
        (['{"text": "a", "entities": [{"start": 0, "end": 1, "label": "x"}]}'], "run.one_record"),
    ],
)
@pytest.mark.parametrize("order", [1, -1])  # whichever record is held back
def test_every_record_is_read_before_a_share_is_held_back(
    tmp_path: Path, lines: list[str], key: str, order: int
) -> None:
    path = tmp_path / "ner.jsonl"
    path.write_text("\n".join(lines[::order]) + "\n", encoding="utf-8")
    config = build(FinetuneConfig, {"task": "token_classification", "model": "m", "train_file": str(path)})
    with pytest.raises(InputError) as error:
        train_and_dev(config, Reporter())
    assert error.value.key == key


def test_labels_that_training_never_saw_are_counted() -> None:
    task = TextClassification.from_records(
        [row(1, text="a", label="x"), row(2, text="b", label="y")], TaskConfig()
    )
    strange = [row(number, text="c", label=f"z{number}") for number in range(1, 6)]
    with pytest.raises(InputError) as error:
        refuse_unseen(task, [row(9, text="c", label="x"), *strange])
    assert error.value.values["count"] == 5
    assert error.value.values["places"] == "a.csv:1 “z1”; a.csv:2 “z2”; a.csv:3 “z3” (5 in all)"
    with pytest.raises(InputError, match=r"a\.csv:1 “z1”\."):
        refuse_unseen(task, strange[:1])


def test_kinds_of_entities_that_training_never_saw_are_counted() -> None:
    def tagged(kind: str) -> Record:
        return row(1, text="ab", entities=[{"start": 0, "end": 1, "label": kind}])

    task = TokenClassification.from_records([tagged("x")], TaskConfig())
    assert task.classes == ("x",)
    with pytest.raises(InputError) as error:
        refuse_unseen(task, [tagged("y"), tagged("x"), tagged("z")])
    assert error.value.values["count"] == 2


def test_whole_numbers_are_one_class_in_every_format() -> None:
    values = [0, 0.0, "0", "0.0", 1.0, "1"]
    task = TextClassification.from_records(
        [row(1, text="a", label=value) for value in values[:2]] + [row(2, text="b", label=1)], TaskConfig()
    )
    assert task.labels == ("0", "1")
    assert [task.gold(row(1, text="a", label=value))[0] for value in values] == ["0"] * 4 + ["1"] * 2
    assert task.gold(row(1, text="a", label=0.5)) == ["0.5"]
    assert [task.gold(row(1, text="a", label=value)) for value in (True, False, " true ")] == [
        ["true"], ["false"], ["true"],
    ]  # fmt: skip
    for value in (math.nan, math.inf, " ", "", None):
        with pytest.raises(InputError) as error:
            task.gold(row(1, text="a", label=value))
        assert error.value.key == "tasks.bad_label"


class Told(Reporter):
    """Keeps what is warned of."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def warn(self, message: str) -> None:
        self.told.append(message)


def finetune_config(folder: Path, task: str, **files: list[dict[str, object]]) -> FinetuneConfig:
    paths = {}
    for name, rows in files.items():
        path = paths[f"{name}_file"] = folder / f"{name}.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    return build(
        FinetuneConfig,
        {"task": task, "model": "m", **{name: str(path) for name, path in paths.items()}},
    )


def test_records_without_a_label_are_left_out_and_counted_once(tmp_path: Path) -> None:
    train = [{"premise": str(n), "hypothesis": "h", "label": (0, 1, 2, -1)[n % 4]} for n in range(8)]
    dev = [{"premise": f"dev {n}", "hypothesis": "h", "label": (0, -1, None)[n]} for n in range(3)]
    reporter = Told()
    kept = train_and_dev(finetune_config(tmp_path, "text_classification", train=train, dev=dev), reporter)
    assert [len(part) for part in kept] == [6, 1]
    (said,) = reporter.told
    assert said.startswith("4 of 11 records have no label") and "train.jsonl:4" in said
    assert guess_task(str(tmp_path / "train.jsonl"), TaskConfig())[0] == "text_classification"


def test_where_no_label_is_left_the_first_is_named(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"text": "a", "label": None}, {"text": "b", "label": None}]
    reporter = Told()
    with pytest.raises(InputError, match=r"train\.jsonl:1"):
        train_and_dev(finetune_config(tmp_path, "text_classification", train=rows), reporter)
    assert reporter.told == []


def test_conversations_with_tools_and_empty_answers_are_left_out(tmp_path: Path) -> None:
    def talk(*turns: tuple[str, str | None]) -> dict[str, object]:
        return {"messages": [{"role": role, "content": content} for role, content in turns]}

    rows = [
        talk(("user", "1"), ("assistant", "a")),
        talk(("user", "2"), ("assistant", None), ("tool", "x"), ("assistant", "a")),
        talk(("user", "3"), ("function", "x"), ("assistant", "a")),
        talk(("user", "4"), ("assistant", "a"), ("user", "b"), ("assistant", " ")),
        talk(("user", "5"), ("assistant", "a")),
    ]
    reporter = Told()
    train, dev = train_and_dev(finetune_config(tmp_path, "text_generation", train=rows), reporter)
    assert {record.source[-1] for record in (*train, *dev)} == {"1", "5"}
    assert (
        reporter.told[0].startswith("3 of 5 records cannot be learned")
        and "train.jsonl:2" in reporter.told[0]
    )
    rows += [talk(("narrator", "x"), ("assistant", "a"))]
    with pytest.raises(InputError, match=r"train\.jsonl:6: message 1"):
        train_and_dev(finetune_config(tmp_path, "text_generation", train=rows), reporter)


def test_a_model_is_scored_on_what_is_labelled() -> None:
    rows = [row(n, satz="a", urteil=label) for n, label in enumerate(("x", None, "y"), 1)]
    config = TaskConfig(columns={"text": "satz", "label": "urteil"})
    task = TextClassification(labels=("x", "y"), config=config)
    reporter = Told()
    assert usable(task, rows, reporter) == [rows[0], rows[2]]
    assert reporter.told[0].startswith("1 of 3") and "a.csv:2" in reporter.told[0]


def test_classes_of_numbers_and_words_are_told() -> None:
    rows = [row(n, text=str(n), label=label) for n, label in enumerate(("1", "2", "other"))]
    reporter = Told()
    tell_records(TextClassification.from_records(rows, TaskConfig()), rows, [], reporter)
    assert reporter.told[0].startswith("Some classes are numbers (1, 2), others are words (other)")
    reporter = Told()
    tell_records(TextClassification.from_records(rows[:2], TaskConfig()), rows[:2], [], reporter)
    assert reporter.told == []


def test_pairs_whose_label_has_another_name_are_told() -> None:
    rows = [row(n, id=n, question1=f"a{n}", question2=f"b{n}", same=str(n % 2)) for n in range(9)]
    reporter = Told()
    tell_records(SentenceSimilarity.from_records(rows, TaskConfig()), rows, [], reporter)
    (told,) = reporter.told
    assert "same is not read" in told and "--columns label=same" in told
    reporter = Told()
    labelled = [one.renamed({"label": "same"}) for one in rows]
    tell_records(SentenceSimilarity.from_records(labelled, TaskConfig()), labelled, [], reporter)
    assert reporter.told == []


def test_widened_entities_are_told() -> None:
    reporter = Told()
    given = row(
        1, text="abc d", entities=[{"start": 0, "end": 2, "label": "x"}, {"start": 4, "end": 5, "label": "x"}]
    )
    task = TokenClassification.from_records([given], TaskConfig())
    example = Example(
        input_ids=np.arange(2),
        token_type_ids=np.zeros(2, np.int64),
        protected=np.zeros(2, bool),
        prefix_length=2,
    )
    encoded = Encoded(example=example, units=((0, 3), (4, 5)))
    warn_widened(task, [given], [[encoded]], reporter)
    assert reporter.told == [
        "1 of 2 entities begin or end inside a word; they are trained as the whole word, and scored as they are "
        "given: as wrong."
    ]
    warn_widened(task, [given], [[replace(encoded, units=((0, 2), (2, 3), (4, 5)))]], reporter)
    assert len(reporter.told) == 1


def test_texts_in_characters_that_the_model_does_not_know_are_told() -> None:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "sea"]
    backend = Backend(models.WordPiece({word: id for id, word in enumerate(words)}, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = Tokenizer(backend)
    encoder = Encoder(tokenizer=tokenizer, frame=frame_of(tokenizer, "encoder"), room=16)
    reporter = Told()
    for text in ("the sea the sea the sea the sea the sea", "the 海", "海 上"):
        rows = [row(1, text=text, label="a"), row(2, text=text, label="b")]
        task = TextClassification.from_records(rows, TaskConfig())
        warn_unknown([task.encode(one, encoder, labelled=True) for one in rows], tokenizer, reporter)
    assert [told.split(" of the tokens")[0] for told in reporter.told] == ["50.0 %", "100.0 %"]
