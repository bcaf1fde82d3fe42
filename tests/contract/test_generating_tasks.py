"""Every task that writes its answers keeps these promises; a new one brings its records here."""

from __future__ import annotations

import dataclasses
import pickle
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from yanmo import registry, tasks
from yanmo.corpus.document import JsonValue, Record
from yanmo.data.cursor import Cursor
from yanmo.data.frame import frame_of
from yanmo.data.plan import Plan
from yanmo.data.source import ExampleSource
from yanmo.errors import InputError
from yanmo.interop.huggingface import load_model, save_model
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.tasks import Encoder, Task
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.inference import predict, predict_encoded

MEMBERS = [name for name in registry.names(tasks) if tasks.find(name).generates]
RECORDS: Mapping[str, list[dict[str, JsonValue]]] = {
    "text_generation": [
        {"prompt": "天气?", "completion": "今天天气很好。"},
        {"prompt": "工作?", "completion": "他在北京工作。"},
        {"prompt": "shop?", "completion": "The shop was closed."},
        {
            "messages": [
                {"role": "user", "content": "rain?"},
                {"role": "assistant", "content": "It rained all day."},
            ]
        },
    ],
}


def test_members_are_found() -> None:
    assert "text_generation" in MEMBERS


@pytest.fixture(params=MEMBERS)
def name(request: pytest.FixtureRequest) -> str:
    assert request.param in RECORDS, f"add records for {request.param} to this file"
    return str(request.param)


@pytest.fixture
def records(name: str) -> list[Record]:
    return [Record(fields=fields, source=f"set.jsonl:{line}") for line, fields in enumerate(RECORDS[name], 1)]


@pytest.fixture
def task(name: str, records: list[Record]) -> Task:
    return tasks.find(name).from_records(records, TaskConfig())


@pytest.fixture
def model(task: Task, models_for: Callable[..., list[type[Backbone]]]) -> type[Backbone]:
    return models_for(task.head_sizes())[0]


@pytest.fixture
def encoder(model: type[Backbone], tokenizer_for: Callable[..., object]) -> Encoder:
    tokenizer = tokenizer_for(model)
    return Encoder(tokenizer=tokenizer, frame=frame_of(tokenizer, model.family), room=64)  # type: ignore


def batches(task: Task, records: list[Record], encoder: Encoder) -> list:  # type: ignore[type-arg]
    examples = [one.example for record in records for one in task.encode(record, encoder, labelled=True)]
    plan = Plan(source=ExampleSource(examples), seed=0, batch_tokens=512, max_length=64)
    return list(plan.stream(Cursor(), epochs=1))


def test_the_value_is_its_configuration(task: Task, name: str, records: list[Record]) -> None:
    assert task == tasks.find(name).from_records(records[::-1], TaskConfig())
    assert dataclasses.replace(task) == task
    assert pickle.loads(pickle.dumps(task)) == task
    parts = re.findall(r"^\s*(Paper|Inputs|Loss|Relations|Example):", type(task).__doc__ or "", re.MULTILINE)
    assert parts == ["Paper", "Inputs", "Loss", "Relations", "Example"]


def test_overfits_answers_and_comes_back(
    task: Task,
    model: type[Backbone],
    records: list[Record],
    encoder: Encoder,
    new_learner: Callable[..., Learner],
    learn: Callable[..., list[float]],
    tmp_path: Path,
) -> None:
    learner = new_learner(model, task.head_sizes())
    losses = learn(learner, task, batches(task, records, encoder), 60)
    assert losses[-1] < 0.1 * losses[0]
    encoded = [task.encode(record, encoder, labelled=True) for record in records]
    scores = task.score(records, predict_encoded(task, learner, records, encoded, encoder))
    assert scores[task.metric] == pytest.approx(losses[-1], abs=0.1)
    found = [one.to_json() for one in predict(task, learner, records, encoder)]
    save_model(tmp_path / "model", learner, encoder.tokenizer)
    again = predict(task, load_model(tmp_path / "model").learner, records, encoder)
    assert [one.to_json() for one in again] == found


def test_a_prediction_does_not_depend_on_its_neighbours(
    task: Task,
    model: type[Backbone],
    records: list[Record],
    encoder: Encoder,
    new_learner: Callable[..., Learner],
) -> None:
    learner = new_learner(model, task.head_sizes(), seed=2)
    together = [one.to_json() for one in predict(task, learner, records, encoder)]
    alone = [predict(task, learner, [record], encoder)[0].to_json() for record in records]
    backwards = [one.to_json() for one in predict(task, learner, records[::-1], encoder)][::-1]
    assert together == alone == backwards
    assert predict(task, learner, [], encoder) == []


def test_gradients_reach_every_parameter(
    task: Task,
    model: type[Backbone],
    records: list[Record],
    encoder: Encoder,
    new_learner: Callable[..., Learner],
) -> None:
    learner = new_learner(model, task.head_sizes())
    for batch in batches(task, records, encoder):
        (loss,) = task.loss(learner, batch).values()
        loss.backward()
    missing = [key for key, value in learner.named_parameters() if value.grad is None or not value.grad.any()]
    assert missing == []


def test_records_without_an_answer_can_be_asked_but_not_learnt(
    task: Task, model: type[Backbone], encoder: Encoder, new_learner: Callable[..., Learner]
) -> None:
    learner = new_learner(model, task.head_sizes())
    record = Record(fields={"prompt": "今天 we?"}, source="texts:1")
    (prediction,) = predict(task, learner, [record], encoder)
    assert isinstance(prediction.to_json()["generated"], str)
    with pytest.raises(InputError) as error:
        task.encode(record, encoder, labelled=True)
    assert error.value.values["source"] == "texts:1"
