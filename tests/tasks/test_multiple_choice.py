"""Choices: the loss by hand, forms of a record, bad records, the probabilities of a prediction."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.tasks.choices import read_context, right_place
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.multiple_choice import MultipleChoice

NewRecord = Callable[..., Record]
TASK = MultipleChoice(labels=(), config=TaskConfig())


def test_the_loss_by_hand() -> None:
    """Two questions, of three and of two choices; the right ones are the second and the first."""
    logits = torch.tensor([[1.0], [2.0], [0.5], [3.0], [-1.0]], requires_grad=True)
    value = torch.tensor([1, -100, -100, 0, -100])
    loss = TASK.term_loss("choice", logits, value)
    first = math.exp(2.0) / (math.exp(1.0) + math.exp(2.0) + math.exp(0.5))
    second = math.exp(3.0) / (math.exp(3.0) + math.exp(-1.0))
    assert loss.item() == pytest.approx(-math.log(first) - math.log(second), rel=1e-6)
    loss.backward()
    assert logits.grad is not None
    assert logits.grad.flatten().tolist()[1] == pytest.approx(first - 1, rel=1e-5)
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize("label", [1, "1", "B", 1.0, "1.0"])
def test_the_place_or_the_text_of_the_right_one(record: NewRecord, label: object) -> None:
    one = record(question="?", choices=["A", "B"], label=label)
    said = TASK.decode(one, [], [np.array([[0.0], [2.0]], dtype=np.float32)])
    assert (said.index, said.to_json()["answer"]) == (1, "B")
    assert said.scores == pytest.approx((1 / (1 + math.exp(2.0)), 1 / (1 + math.exp(-2.0))))
    assert TASK.score([one], [said]) == {"accuracy": 1.0}
    wrong = TASK.decode(one, [], [np.array([[2.0], [0.0]], dtype=np.float32)])
    assert TASK.score([one, one], [said, wrong]) == {"accuracy": 0.5}


LISTED = {"text": ["x", "y", "z"], "label": ["1", "2", "3"]}


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"choices": ["x", "y", "z"], "answer": 2}, 2),  # MMLU
        ({"options": ["x", "y", "z"], "answer": "C", "article": "c"}, 2),  # RACE
        ({"choices": LISTED | {"label": ["A", "B", "C"]}, "answerKey": "B"}, 1),  # ARC
        ({"choices": LISTED, "answerKey": "3"}, 2),
        ({"choices": LISTED | {"text": ["3", "2", "1"]}, "answerKey": "3"}, 2),
        ({"A": "x", "B": "y", "C": "z", "D": "", "answer": "C"}, 2),  # C-Eval
        ({"choices": ["B", "A"], "answer": "A"}, 1),
        ({"choices": ["2", "1", "0"], "answer": "2"}, 0),
    ],
)
def test_forms_of_public_sets(record: NewRecord, fields: dict[str, object], place: int) -> None:
    one = record(question="?", **fields)
    assert right_place(one, TASK.config) == place
    assert MultipleChoice.fits([one], TASK.config)
    assert read_context(one) == fields.get("article", "")


def test_contexts(record: NewRecord) -> None:
    same = {"question": "?", "choices": ["A", "B"], "label": 0}
    one, several = record(context="a\nb", **same), record(context=["a", "b"], **same)
    assert TASK.content(one, TASK.config) == TASK.content(several, TASK.config)
    assert TASK.group(one, TASK.config) == "a\nb"  # questions on one text stay on one side of a split


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"choices": ["A"]}, "choices.no_choices"),
        ({"choices": ["A", " "]}, "choices.no_choices"),
        ({"choices": ["A", 3]}, "choices.no_choices"),
        ({"choices": "AB"}, "choices.no_choices"),
        ({"choices": None}, "choices.no_choices"),
        ({"choices": {"text": ["A"], "label": ["A"]}}, "choices.no_choices"),
        ({"label": 2}, "choices.no_such_choice"),
        ({"label": -1}, "choices.no_such_choice"),
        ({"label": "C"}, "choices.no_such_choice"),
        ({"label": True}, "choices.no_such_choice"),
        ({"label": None}, "choices.no_such_choice"),
    ],
)
def test_bad_records_name_their_row(record: NewRecord, change: dict[str, object], key: str) -> None:
    good = {"question": "?", "choices": ["A", "B"], "label": 0}
    with pytest.raises(InputError) as error:
        MultipleChoice.from_records([record(**good), record(**(good | change))], TaskConfig())
    assert error.value.key == key
    assert "set.jsonl:7" in str(error.value) and len(str(error.value).splitlines()) == 3


def test_a_smoothed_target_gives_each_choice_its_share() -> None:
    logits = torch.tensor([[1.0], [2.0], [0.5], [3.0], [-1.0]])
    value = torch.tensor([1, -100, -100, 0, -100])
    smooth = MultipleChoice(labels=(), config=TaskConfig(), label_smoothing=0.3)
    wanted = 0.0
    for scores, right in (([1.0, 2.0, 0.5], 1), ([3.0, -1.0], 0)):
        logs = torch.tensor(scores).log_softmax(0)
        wanted -= float(0.7 * logs[right] + 0.3 * logs.mean())
    assert smooth.term_loss("choice", logits, value).item() == pytest.approx(wanted, rel=1e-6)
    assert MultipleChoice.from_records([], TaskConfig(), label_smoothing=0.3).label_smoothing == 0.3
