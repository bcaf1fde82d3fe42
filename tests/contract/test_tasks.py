"""Every task, found by its file, keeps the same promises; a new one brings eight records here."""

import dataclasses
import pickle
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch

from yanmo import registry, tasks
from yanmo.corpus.document import JsonValue, Record
from yanmo.data.cursor import Cursor
from yanmo.data.frame import frame_of
from yanmo.data.plan import Plan
from yanmo.data.source import ExampleSource
from yanmo.errors import InputError
from yanmo.interop.huggingface import Labelling, load_model, save_model
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.tasks import Encoder, Task
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.inference import predict

GENERATING = [
    name for name in registry.names(tasks) if tasks.find(name).generates
]  # test_generating_tasks.py
MEMBERS = [name for name in registry.names(tasks) if name not in GENERATING]
TEXTS = (
    "今天天气很好。",
    "他在北京工作。",
    "The shop was closed.",
    "She bought three books.",
    "小明喜欢踢足球。",
    "音乐会在八点开始。",
    "It rained all day.",
    "Our train was late.",
)
SCRIPTS = ("zh", "zh", "en", "en", "zh", "zh", "en", "en")
CLASSES = ("other", "zh", "other", "en", "zh", "other", "en", "en")
ENTITIES = (
    (),
    ((2, 4, "place"),),
    ((4, 8, "place"),),
    ((0, 3, "person"),),
    ((0, 2, "person"), (5, 7, "event")),
    ((0, 3, "event"),),
    (),
    ((4, 9, "event"),),
)
QUESTIONS = (
    ("天气怎样？", 4, 6),
    ("他在哪里？", 2, 4),
    ("What was closed?", 0, 8),
    ("Who bought it?", 0, 3),
    ("他多大？", 0, 0),
    ("几点开始？", 4, 6),
    ("What did it do?", 3, 9),
    ("Why?", 0, 0),
)
RECORDS: Mapping[str, list[dict[str, JsonValue]]] = {
    "text_classification": [
        {"text": text, "label": label} for text, label in zip(TEXTS, CLASSES, strict=True)
    ],
    "token_classification": [
        {"text": text, "entities": [dict(zip(("start", "end", "label"), one, strict=True)) for one in spans]}
        for text, spans in zip(TEXTS, ENTITIES, strict=True)
    ],
    "question_answering": [
        {"question": question, "context": text, "answers": [text[start:end]] if end else []}
        for text, (question, start, end) in zip(TEXTS, QUESTIONS, strict=True)
    ],
    "sentence_similarity": [
        {"text": TEXTS[one], "text_pair": TEXTS[other], "label": int(SCRIPTS[one] == SCRIPTS[other])}
        for one, other in zip(range(8), (*range(1, 8), 0), strict=True)
    ],
    "multiple_choice": [
        {
            "question": text[:4],
            "choices": [text[4:], TEXTS[place - 1][4:], "天气"][: 2 + place % 2],
            "label": 0,
        }
        if SCRIPTS[place] == "zh"
        else {"question": text[:4], "choices": ["今天", text[4:]], "label": 1}
        for place, text in enumerate(TEXTS)
    ],
    "translation": [
        {"source": text, "target": other} for text, other in zip(TEXTS, TEXTS[4:] + TEXTS[:4], strict=True)
    ],
}
# What is asked of a model without labels, by task; where a task is not named, a text.
PLAIN = {"text": "今天 we 去 London。"}
UNLABELLED: Mapping[str, dict[str, JsonValue]] = {
    "question_answering": {"question": "去 where？", "context": "今天 we 去 London。"},
    "sentence_similarity": {"text": "今天 we 去 London。", "text_pair": "今天 we 去 London。"},
    "multiple_choice": {"question": "去 where？", "choices": ["London", "北京"]},
}
MOST = {"span": 1 << 32}  # a label of it holds two places


def test_members_are_found() -> None:
    assert {
        "text_classification",
        "token_classification",
        "question_answering",
        "sentence_similarity",
    } <= set(MEMBERS)


@pytest.fixture(params=MEMBERS)
def name(request: pytest.FixtureRequest) -> str:
    assert request.param in RECORDS, f"add eight records for {request.param} to this file"
    return str(request.param)


@pytest.fixture
def records(name: str) -> list[Record]:
    return [Record(fields=fields, source=f"set.jsonl:{line}") for line, fields in enumerate(RECORDS[name], 1)]


@pytest.fixture
def task(name: str, records: list[Record]) -> Task:
    return tasks.find(name).from_records(records, TaskConfig())


@pytest.fixture(params=["encoder", "decoder", "encoder_decoder"])
def model(
    request: pytest.FixtureRequest, task: Task, models_for: Callable[..., list[type[Backbone]]]
) -> type[Backbone]:
    members = models_for(task.head_sizes())
    assert members, f"no model has the head of {task}"
    fitting = [member for member in members if member.family == request.param]
    if not fitting or (request.param == "encoder_decoder" and not task.head_sizes()):
        pytest.skip(f"{task.term} is not for the family {request.param}")
    return fitting[0]


@pytest.fixture
def encoder(model: type[Backbone], tokenizer_for: Callable[..., object]) -> Encoder:
    tokenizer = tokenizer_for(model)
    return Encoder(tokenizer=tokenizer, frame=frame_of(tokenizer, model.family), room=64)


def test_the_value_is_its_configuration(task: Task, name: str, records: list[Record]) -> None:
    assert task == tasks.find(name).from_records(
        records[::-1], TaskConfig()
    )  # labels do not depend on the order
    assert dataclasses.replace(task) == task
    assert pickle.loads(pickle.dumps(task)) == task
    assert len(set(task.labels)) == len(task.labels)
    assert (len(task.labels) > 1) != (None in task.head_sizes().values())
    parts = re.findall(r"^\s*(Paper|Inputs|Loss|Relations|Example):", type(task).__doc__ or "", re.MULTILINE)
    assert parts == ["Paper", "Inputs", "Loss", "Relations", "Example"]


def test_encoding(task: Task, records: list[Record], encoder: Encoder) -> None:
    for record in records:
        for labelled in (True, False):
            windows = task.encode(record, encoder, labelled=labelled)
            assert windows
            for window in windows:
                example = window.example
                assert 0 < len(example.input_ids) <= encoder.room
                if not example.labels:  # a text is the label: it stands on the other side, or is not known
                    assert (example.target is not None) == labelled
                    if example.target is None:
                        continue
                    example = example.target
                    assert (example.prefix_length, len(example.input_ids) <= encoder.room) == (0, True)
                else:
                    wanted = len(example.input_ids) if encoder.bidirectional else 0
                    assert example.prefix_length == wanted
                assert set(example.labels) == {task.term}
                at, values = example.labels[task.term]
                assert len(at) == len(values)
                assert all(0 <= place < len(example.input_ids) for place in at)
                limit = MOST.get(task.term, len(task.labels) or encoder.tokenizer.vocab_size)
                assert all(0 <= value < limit for value in values[values != -100] if labelled)
                assert (values == -100).all() != labelled or not len(values)


def test_overfits_eight_records_predicts_them_and_comes_back(
    task: Task,
    model: type[Backbone],
    records: list[Record],
    encoder: Encoder,
    new_learner: Callable[..., Learner],
    learn: Callable[..., list[float]],
    tmp_path: Path,
) -> None:
    learner = new_learner(model, task.head_sizes())
    examples = [one.example for record in records for one in task.encode(record, encoder, labelled=True)]
    plan = Plan(source=ExampleSource(examples), seed=0, batch_tokens=128, max_length=64)
    losses = learn(learner, task, list(plan.stream(Cursor(), epochs=1)), 60 if task.labels else 150)
    assert losses[-1] < 0.1 * losses[0]
    predictions = predict(task, learner, records, encoder)
    scores = task.score(records, predictions)
    assert scores[task.metric] == pytest.approx(100.0 if task.from_scratch else 1.0)
    labelling = (
        Labelling(task="task", labels=task.labels, multi_label=task.multi_label) if task.labels else None
    )
    save_model(tmp_path / "model", learner, encoder.tokenizer, labelling=labelling)
    loaded = load_model(tmp_path / "model")
    assert loaded.labelling == labelling
    again = predict(task, loaded.learner, records, encoder)
    assert [one.to_json() for one in again] == [one.to_json() for one in predictions]


def test_a_prediction_does_not_depend_on_its_neighbours(
    task: Task,
    model: type[Backbone],
    records: list[Record],
    encoder: Encoder,
    new_learner: Callable[..., Learner],
) -> None:
    learner = new_learner(model, task.head_sizes(), seed=2)
    together = predict(task, learner, records, encoder, batch_tokens=256)
    alone = [predict(task, learner, [record], encoder)[0] for record in records]
    backwards = predict(task, learner, records[::-1], encoder)[::-1]
    for one, two, three in zip(together, alone, backwards, strict=True):
        assert _close(one.to_json(), two.to_json())
        assert _close(one.to_json(), three.to_json())
    assert predict(task, learner, [], encoder) == []


def _close(one: object, two: object) -> bool:
    """Equal, numbers to 1e-5."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_close(value, two[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_close, one, two))
    if isinstance(one, float) and isinstance(two, float):
        return abs(one - two) < 1e-5
    return one == two


def test_gradients_reach_every_parameter(
    task: Task,
    model: type[Backbone],
    records: list[Record],
    encoder: Encoder,
    new_learner: Callable[..., Learner],
) -> None:
    learner = new_learner(model, task.head_sizes())
    examples = [one.example for record in records for one in task.encode(record, encoder, labelled=True)]
    plan = Plan(source=ExampleSource(examples), seed=0, batch_tokens=1024, max_length=64)
    (batch,) = plan.stream(Cursor(), epochs=1)
    (loss,) = task.loss(learner, batch).values()
    assert (loss.shape, loss.dtype) == (torch.Size(), torch.float32)
    loss.backward()
    missing = [
        name for name, value in learner.named_parameters() if value.grad is None or not value.grad.any()
    ]
    assert missing == []


def test_unlabelled_records_can_be_predicted_but_not_learned(
    task: Task, name: str, model: type[Backbone], encoder: Encoder, new_learner: Callable[..., Learner]
) -> None:
    fields = UNLABELLED.get(name, PLAIN)
    record = Record(fields=fields, source="texts:1")
    (prediction,) = predict(task, new_learner(model, task.head_sizes()), [record], encoder)
    assert prediction.to_json()[task.reads[0]] == fields[task.reads[0]]
    with pytest.raises(InputError) as error:
        task.encode(record, encoder, labelled=True)
    assert error.value.values["source"] == "texts:1"


def test_an_empty_text_is_no_crash(
    task: Task, name: str, model: type[Backbone], encoder: Encoder, new_learner: Callable[..., Learner]
) -> None:
    texts = ("", "   ", "\u200b")
    asked = UNLABELLED.get(name, PLAIN)
    records = [
        Record(
            fields={
                field: text if isinstance(value, str) else [text, text] for field, value in asked.items()
            },
            source="texts:1",
        )
        for text in texts
    ]
    if len(records[0].fields) > 1:  # one of several is missing: refused, with its place
        with pytest.raises(InputError) as error:
            task.encode(records[0], encoder, labelled=False)
        assert error.value.values["source"] == "texts:1"
        records = records[2:] * 3
    assert len(predict(task, new_learner(model, task.head_sizes()), records, encoder)) == 3
