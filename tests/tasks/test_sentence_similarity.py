"""Bi-encoder and cross-encoder: what is learned from which records, losses by hand, and scores."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from yanmo.config import build
from yanmo.corpus.document import Record
from yanmo.data.batch import Batch
from yanmo.data.cursor import Cursor
from yanmo.data.plan import Plan
from yanmo.data.source import ExampleSource
from yanmo.errors import InputError
from yanmo.models.bert import Bert
from yanmo.models.learner import Learner
from yanmo.optim import optimizer
from yanmo.optim.optimizer import OptimConfig
from yanmo.tasks import Encoder
from yanmo.tasks.config import SimilarityConfig, TaskConfig
from yanmo.tasks.inference import predict, run
from yanmo.tasks.sentence_similarity import SentenceSimilarity
from yanmo.tasks.unseen import refuse_unseen
from yanmo.training.precision import Weights
from yanmo.training.step import train_step

Encoders = Callable[..., Encoder]
ZH = ("今天天气很好", "我们去公园看花", "晚上回家吃饭", "北京很大")
EN = ("The shop was closed", "we went home early", "said John Smith", "in Paris")


def records(*rows: dict[str, Any]) -> list[Record]:
    return [Record(fields=fields, source=f"set.jsonl:{line}") for line, fields in enumerate(rows, 1)]


def pair(first: str, second: str, **more: Any) -> dict[str, Any]:
    return {"text_a": first, "text_b": second, **more}


SCORED = records(
    pair(ZH[0], ZH[1], score=5.0), pair(EN[0], ZH[1], score=0.0), pair(EN[0], EN[1], score=4.0),
    pair(ZH[2], EN[1], score=1.0), pair(ZH[2], ZH[3], score=4.5), pair(EN[2], ZH[3], score=0.5),
)  # fmt: skip
LABELLED = records(
    pair(ZH[0], ZH[1], label=1), pair(EN[0], ZH[1], label=0), pair(EN[0], EN[1], label=1),
    pair(ZH[2], EN[1], label=0), pair(ZH[2], ZH[3], label=1), pair(EN[2], ZH[3], label=0),
)  # fmt: skip
CLASSES = records(
    pair(ZH[0], ZH[1], label="entailment"), pair(EN[0], ZH[1], label="neutral"),
    pair(EN[0], EN[1], label="contradiction"), pair(ZH[2], EN[1], label="neutral"),
)  # fmt: skip
PAIRS = records(*(pair(zh, en) for zh, en in zip(ZH, EN, strict=True)))
TEXTS = records(*({"text": each} for each in (*ZH, *EN)))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def encoder(encoder_of: Encoders) -> Encoder:
    return encoder_of("wordpiece", room=32)


def task_of(rows: list[Record], **settings: Any) -> SentenceSimilarity:
    return SentenceSimilarity.from_records(rows, TaskConfig(similarity=SimilarityConfig(**settings)))


def learner_of(task: SentenceSimilarity, encoder: Encoder, *, dropout: float = 0.0) -> Learner:
    sizes = {"hidden_size": 32, "num_layers": 1, "num_heads": 2, "intermediate_size": 64, "max_positions": 64}
    values = {"vocab_size": encoder.tokenizer.vocab_size, "dropout": dropout, "attention_dropout": 0.0}
    return Learner.build(Bert, build(Bert.Config, {**sizes, **values}), task.head_sizes(), seed=1)


def batch_of(task: SentenceSimilarity, rows: list[Record], encoder: Encoder, tokens: int = 1024) -> Batch:
    examples = [one.example for row in rows for one in task.encode(row, encoder, labelled=True)]
    (batch,) = Plan(source=ExampleSource(examples), seed=0, batch_tokens=tokens, max_length=128).stream(
        Cursor(), epochs=1
    )
    return batch


def learn(learner: Learner, task: SentenceSimilarity, batch: Batch, steps: int) -> list[float]:
    weights = Weights(learner, torch.float32)
    stepper = optimizer.build(
        learner.named_parameters(), OptimConfig(name="adamw", lr=3e-3, weight_decay=0.0)
    )
    return [
        train_step(weights, task, [batch], stepper, lr_scale=1.0, max_norm=1.0).loss for _ in range(steps)
    ]


@pytest.mark.parametrize(
    ("rows", "settings", "goal", "labels", "metric"),
    [
        (SCORED, {}, "regression", ("score",), "spearman"),
        (SCORED, {"loss": "cosent"}, "cosent", ("score",), "spearman"),
        (LABELLED, {}, "regression", ("0", "1"), "accuracy"),
        (LABELLED, {"loss": "cosent"}, "cosent", ("0", "1"), "accuracy"),
        (LABELLED, {"tune_for": "f1"}, "regression", ("0", "1"), "f1"),
        (LABELLED, {"loss": "softmax"}, "softmax", ("0", "1"), "accuracy"),
        (CLASSES, {}, "softmax", ("contradiction", "entailment", "neutral"), "accuracy"),
        (PAIRS, {}, "in_batch_negatives", (), "recall_at_1"),
        (LABELLED, {"loss": "in_batch_negatives"}, "in_batch_negatives", ("0", "1"), "accuracy"),
        (TEXTS, {}, "simcse", (), "spread"),
        (SCORED, {"encoder": "cross"}, "regression", ("score",), "spearman"),
        (LABELLED, {"encoder": "cross"}, "softmax", ("0", "1"), "accuracy"),
        (CLASSES, {"encoder": "cross"}, "softmax", ("contradiction", "entailment", "neutral"), "accuracy"),
    ],
)
def test_what_is_learned_follows_from_the_records(
    rows: list[Record],
    settings: dict[str, Any],
    goal: str,
    labels: tuple[str, ...],
    metric: str,
    encoder: Encoder,
) -> None:
    task = task_of(rows, **settings)
    assert (task.goal, task.labels, task.metric) == (goal, labels, metric)
    assert task.metric_on(rows) == metric
    batch = batch_of(task, rows, encoder)
    assert batch.counts()[task.term] == len(
        [row for row in rows if goal != "in_batch_negatives" or row.fields.get("label", 1)]
    )
    (loss,) = task.loss(learner_of(task, encoder), batch).values()
    assert loss.shape == () and loss.dtype == torch.float32 and torch.isfinite(loss)
    scores = task.score(rows, predict(task, learner_of(task, encoder), rows, encoder))
    assert metric in scores and all(np.isfinite(list(scores.values())))


@pytest.mark.parametrize(
    ("rows", "settings"),
    [
        (PAIRS, {"encoder": "cross"}),
        (TEXTS, {"encoder": "cross"}),
        (SCORED, {"loss": "softmax"}),
        (CLASSES, {"loss": "regression"}),
        (PAIRS, {"loss": "cosent"}),
        (SCORED, {"encoder": "cross", "loss": "cosent"}),
        (PAIRS, {"loss": "simcse"}),
        (LABELLED, {"encoder": "cross", "loss": "in_batch_negatives"}),
    ],
)
def test_a_loss_that_does_not_fit_says_which_do(rows: list[Record], settings: dict[str, Any]) -> None:
    with pytest.raises(InputError) as error:
        task_of(rows, **settings)
    assert error.value.key == "pairs.loss_needs"
    assert "set.jsonl:1" in str(error.value)
    assert len(str(error.value).splitlines()) == 3


def test_records_that_cannot_be_learned_from() -> None:
    for rows, key in (
        (records(pair("a", "b", score=1.0), pair("c", "d", score=1.0)), "pairs.one_score"),
        (records(pair("a", "b", label="x"), pair("c", "d", label="x")), "tasks.one_class"),
        (records(pair("a", "b", label="x"), pair("c", "d", label=3)), "pairs.mixed_labels"),
        (records(pair("a", "b", label="x"), {"text_a": "c", "label": "y"}), "pairs.missing_side"),
        (records(pair("a", "b", negative="c"), pair("c", "d")), "pairs.no_negative"),
        (records(pair("a", "b"), {"text": "c"}), "pairs.no_pair"),
    ):
        with pytest.raises(InputError) as error:
            task_of(rows)
        assert error.value.key == key


def test_regression_targets_are_the_share_of_the_range(encoder: Encoder) -> None:
    task = task_of(SCORED)
    (encoded,) = task.encode(SCORED[2], encoder, labelled=True)
    at, value = encoded.example.labels["similarity"]
    assert value.tolist() == [pytest.approx(0.8), -100]
    assert at.tolist() == [0, encoded.example.parts[0]]
    assert value.dtype == np.float32


def test_the_loss_over_a_batch_is_that_of_single_pairs(encoder: Encoder) -> None:
    task = task_of(SCORED)
    learner = learner_of(task, encoder).eval()
    together = task.loss(learner, batch_of(task, SCORED, encoder))["similarity"]
    by_hand = 0.0
    for row in SCORED:
        first, second = (vector_of(learner, encoder, str(row.fields[name])) for name in ("text_a", "text_b"))
        cosine = torch.nn.functional.cosine_similarity(first, second, dim=0)
        by_hand += (float(cosine.detach()) - float(str(row.fields["score"])) / 5) ** 2
    assert float(together.detach()) == pytest.approx(by_hand, rel=1e-4)


def vector_of(learner: Learner, encoder: Encoder, text: str) -> torch.Tensor:
    """The mean over the tokens of a text that stands alone."""
    task = SentenceSimilarity(labels=(), config=TaskConfig(), goal="simcse")
    (encoded,) = task.encode(Record(fields={"text": text}, source="-"), encoder, labelled=False)
    batch = next(
        Plan(source=ExampleSource([encoded.example]), seed=0, batch_tokens=32, max_length=32).stream(Cursor())
    )
    return learner.backbone(batch)[0, : len(encoded.example.input_ids)].mean(0)


def test_hard_negatives_stand_third(encoder: Encoder) -> None:
    rows = records(
        *({"anchor": zh, "positive": en, "negative": ZH[0]} for zh, en in zip(ZH[1:], EN[1:], strict=True))
    )
    task = task_of(rows)
    assert task.negatives
    (encoded,) = task.encode(rows[0], encoder, labelled=True)
    assert len(encoded.example.parts) == 3
    assert encoded.example.labels["similarity"][1].tolist() == [1, -100, -100]
    (unlabelled,) = task.encode(rows[0], encoder, labelled=False)
    assert len(unlabelled.example.parts) == 2
    assert torch.isfinite(task.loss(learner_of(task, encoder), batch_of(task, rows, encoder))["similarity"])


def test_simcse_reads_each_text_twice_under_different_dropout(encoder: Encoder) -> None:
    task = task_of(TEXTS)
    batch = batch_of(task, TEXTS, encoder)
    learner = learner_of(task, encoder, dropout=0.1).train()
    torch.manual_seed(1)
    vectors = task.outputs(learner, batch).detach().view(len(TEXTS), 2, -1)
    assert (vectors[:, 0] - vectors[:, 1]).abs().amax(dim=1).gt(1e-3).all()
    calm = task.outputs(learner.eval(), batch).detach().view(len(TEXTS), 2, -1)
    torch.testing.assert_close(calm[:, 0], calm[:, 1], atol=1e-5, rtol=0)


def test_simcse_is_measured_by_pairs_with_scores(encoder: Encoder) -> None:
    task = task_of(TEXTS)
    assert task.metric_on(SCORED) == "spearman"
    (encoded,) = task.encode(SCORED[0], encoder, labelled=True)
    assert (encoded.example.labels["similarity"][1] == -100).all()
    scores = task.score(SCORED, predict(task, learner_of(task, encoder), SCORED, encoder))
    assert set(scores) == {"spearman", "pearson"}


@pytest.mark.parametrize(
    ("rows", "settings", "metric", "steps"),
    [
        (SCORED, {}, "spearman", 60),
        (SCORED, {"pooling": "cls"}, "spearman", 60),
        (LABELLED, {}, "accuracy", 40),
        (CLASSES, {}, "accuracy", 40),
        (PAIRS, {}, "recall_at_1", 40),
        (SCORED, {"encoder": "cross"}, "spearman", 80),
        (CLASSES, {"encoder": "cross"}, "accuracy", 60),
    ],
)
def test_learns_a_few_pairs_by_heart(
    rows: list[Record], settings: dict[str, Any], metric: str, steps: int, encoder: Encoder
) -> None:
    task = task_of(rows, **settings)
    learner = learner_of(task, encoder)
    losses = learn(learner, task, batch_of(task, rows, encoder), steps)
    assert losses[-1] < 0.3 * losses[0]
    scores = task.score(rows, predict(task, learner, rows, encoder))
    assert scores[metric] > 0.99


def test_simcse_drives_texts_apart(encoder: Encoder) -> None:
    task = task_of(TEXTS)
    learner = learner_of(task, encoder, dropout=0.1)
    before = task.score(TEXTS, predict(task, learner, TEXTS, encoder))["spread"]
    learn(learner, task, batch_of(task, TEXTS, encoder), 20)
    assert task.score(TEXTS, predict(task, learner, TEXTS, encoder))["spread"] > before + 0.5


def test_the_threshold_is_chosen_on_dev_and_then_stays(encoder: Encoder) -> None:
    task = task_of(LABELLED)
    learner = learner_of(task, encoder)
    predictions = predict(task, learner, LABELLED, encoder)
    assert "label" not in predictions[0].to_json()
    tuned = task.tuned(LABELLED, predictions)
    found = task.score(LABELLED, predictions)
    assert tuned.threshold == found["threshold"]
    assert tuned.score(LABELLED, predictions)["accuracy"] == found["accuracy"]
    labels = [each.to_json()["label"] for each in predict(tuned, learner, LABELLED, encoder)]
    assert sum(int(one) == row.fields["label"] for one, row in zip(labels, LABELLED, strict=True)) / 6 == (
        pytest.approx(found["accuracy"])
    )


def test_what_is_saved_makes_the_same_task(encoder: Encoder) -> None:
    for rows, settings in (
        (SCORED, {"pooling": "cls"}),
        (SCORED, {"loss": "cosent"}),
        (LABELLED, {}),
        (CLASSES, {"encoder": "cross"}),
        (TEXTS, {}),
    ):
        task = task_of(rows, **settings)
        task = task.tuned(rows, predict(task, learner_of(task, encoder), rows, encoder))
        again = SentenceSimilarity.from_labels(task.labels, TaskConfig()).with_values(task.values)
        assert again.values == task.values
        assert (again.labels, again.head_sizes(), again.term) == (task.labels, task.head_sizes(), task.term)
        assert again.with_config(TaskConfig(label_field="gold")).pooling == task.pooling


def test_scores_come_back_on_the_scale_of_training(encoder: Encoder) -> None:
    task = task_of(SCORED)
    rows = np.array([[1.0, 0.0], [0.6, 0.8]], dtype=np.float32)
    encoded = task.encode(SCORED[0], encoder, labelled=False)
    found = task.decode(SCORED[0], encoded, [rows]).to_json()
    assert found == {"text": ZH[0], "text_pair": ZH[1], "similarity": 0.6, "score": 3.0}


def test_cosines_that_are_only_in_order_become_scores_by_a_line_of_dev(encoder: Encoder) -> None:
    task = task_of(SCORED, loss="cosent")
    learner = learner_of(task, encoder)
    learn(learner, task, batch_of(task, SCORED, encoder), 30)
    found = predict(task, learner, SCORED, encoder)
    tuned = task.tuned(SCORED, found)
    gold = [float(str(row.fields["score"])) for row in SCORED]
    distances = [
        np.abs(
            np.subtract([each.to_json()["score"] for each in predict(one, learner, SCORED, encoder)], gold)
        ).mean()
        for one in (task, tuned)
    ]
    assert distances[1] < distances[0]
    assert tuned.score(SCORED, found) == task.score(SCORED, found)  # the order is the same
    assert tuned.score(SCORED, found)["spearman"] > 0.9


def test_vectors_that_learnt_labels_are_measured_by_scores_whole_ones_too(encoder: Encoder) -> None:
    scored = records(pair("a", "b", score="5.000"), pair("c", "d", score="0"), pair("e", "f", score="4.8"))
    for rows in (LABELLED, CLASSES):
        task = task_of(rows)
        refuse_unseen(task, scored)
        (encoded,) = task.encode(scored[0], encoder, labelled=True)
        assert (encoded.example.labels["similarity"][1] == -100).all()
        assert task.metric_on(scored) == "spearman"


def test_records_that_a_model_cannot_be_measured_by(encoder: Encoder) -> None:
    for task, rows in (
        (task_of(SCORED, encoder="cross"), PAIRS),
        (task_of(CLASSES, encoder="cross"), SCORED),
        (task_of(SCORED), CLASSES),
    ):
        with pytest.raises(InputError) as error:
            task.metric_on(rows)
        assert error.value.key == "pairs.cannot_measure"


def test_a_label_that_training_never_saw(encoder: Encoder) -> None:
    row = records(pair("a", "b", label="perhaps"))[0]
    with pytest.raises(InputError) as error:
        task_of(CLASSES).encode(row, encoder, labelled=True)
    assert error.value.key == "tasks.unseen_label"


def test_long_texts_lose_their_tails(encoder: Encoder) -> None:
    row = records(pair("北京" * 40, "好", score=1.0))[0]
    (encoded,) = task_of(SCORED).encode(row, encoder, labelled=True)
    assert encoded.cut
    assert encoded.example.parts == (32, 3)


@pytest.mark.parametrize(("rows", "settings"), [(SCORED, {}), (PAIRS, {}), (TEXTS, {"pooling": "cls"})])
def test_a_bi_encoder_begins_without_the_mean_of_all_vectors(
    encoder: Encoder, rows: list[Record], settings: dict[str, str]
) -> None:
    task = task_of(rows, **settings)
    learner = learner_of(task, encoder)
    examples = [one.example for row in rows for one in task.encode(row, encoder, labelled=True)]

    def mean() -> np.ndarray:
        vectors = run(learner, examples, task.term, batch_tokens=64, outputs=task.outputs)
        found: np.ndarray = np.concatenate(vectors).mean(axis=0)
        return found

    assert np.abs(mean()).max() > 0.1
    task.begin(learner, examples)
    assert np.abs(mean()).max() < 1e-5


@pytest.mark.parametrize("settings", [{"encoder": "cross"}, {"loss": "softmax"}])
def test_what_compares_no_angles_begins_as_it_is(encoder: Encoder, settings: dict[str, str]) -> None:
    task = task_of(LABELLED, **settings)
    learner = learner_of(task, encoder)
    before = learner.backbone.last_norm.bias.clone()
    task.begin(learner, [one.example for row in LABELLED for one in task.encode(row, encoder, labelled=True)])
    assert torch.equal(learner.backbone.last_norm.bias, before)
