"""Classes of texts: labels in every form, long texts cut by rule, one class or several."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from yanmo import models, registry
from yanmo.config import build
from yanmo.corpus.document import Record
from yanmo.errors import InputError
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.tasks import Encoder
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.text_classification import ClassPrediction, TextClassification
from yanmo.tasks.unseen import unseen_label

NewRecord = Callable[..., Record]
Encoders = Callable[..., Encoder]


def make(records: list[Record], config: TaskConfig | None = None) -> TextClassification:
    return TextClassification.from_records(records, config or TaskConfig())


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["pos", "neg", "pos"], ("neg", "pos")),
        ([1, 0, 1], ("0", "1")),
        ([10, 9, 2], ("2", "9", "10")),
        (["10", "9", "x"], ("9", "10", "x")),
        (["好", "差"], ("好", "差")),
    ],
)
def test_labels(
    record: NewRecord, encoder_of: Encoders, labels: list[object], classes: tuple[str, ...]
) -> None:
    records = [record(text="a", label=label) for label in labels]
    task = make(records)
    assert set(task.labels) == set(classes)
    assert len(task.labels) == len(classes)
    if classes[0].isdecimal():
        assert task.labels == classes
    for one, label in zip(records, labels, strict=True):
        (encoded,) = task.encode(one, encoder_of("wordpiece"), labelled=True)
        at, value = encoded.example.labels["class"]
        assert at.tolist() == [0]
        assert task.labels[int(value[0])] == str(label)


@pytest.mark.parametrize("name", ["label", "labels", "category", "class"])
def test_usual_fields(record: NewRecord, name: str) -> None:
    assert make([record(text="a", **{name: "x"}), record(text="b", **{name: "y"})]).labels == ("x", "y")


def test_a_named_field_counts_alone(record: NewRecord) -> None:
    config = TaskConfig(label_field="mood", text_field="review")
    records = [record(review="a", mood="x", label="1"), record(review="b", mood="y", label="1")]
    assert make(records, config).labels == ("x", "y")
    with pytest.raises(InputError) as error:
        make([record(review="a", label="1")], config)
    assert error.value.key == "tasks.no_label"


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"text": "a"}, "tasks.no_label"),
        ({"text": "a", "label": None}, "tasks.bad_label"),
        ({"text": "a", "label": ""}, "tasks.bad_label"),
        ({"text": "a", "label": {"x": 1}}, "tasks.bad_label"),
        ({"text": "a", "label": ["x", None]}, "tasks.bad_label"),
    ],
)
def test_what_is_no_label_names_file_and_line(record: NewRecord, fields: dict[str, object], key: str) -> None:
    with pytest.raises(InputError) as error:
        make([record(**fields)])
    assert error.value.key == key
    assert "set.jsonl:7" in str(error.value)


def test_one_class_is_no_classification(record: NewRecord) -> None:
    for labels in (["x", "x"], [[], []]):
        with pytest.raises(InputError) as error:
            make([record(text="a", label=label) for label in labels])
        assert error.value.key == "tasks.one_class"


def test_an_unseen_label_names_file_and_line(record: NewRecord, encoder_of: Encoders) -> None:
    task = make([record(text="a", label="x"), record(text="b", label="y")])
    with pytest.raises(InputError) as error:
        task.encode(record(text="c", label="z"), encoder_of("wordpiece"), labelled=True)
    assert error.value.key == "tasks.unseen_label"
    assert (error.value.values["label"], error.value.values["known"]) == ("z", ["x", "y"])
    assert "set.jsonl:7" in str(error.value)


def test_of_many_known_labels_some_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANMO_LANG", "en")
    error = unseen_label([("x", "set.jsonl:7")], [f"class {number}" for number in range(500)])
    assert "class 19" in str(error)
    assert "class 20" not in str(error)
    assert "480 more" in str(error)


def test_several_labels_where_one_is_meant_are_refused(record: NewRecord, encoder_of: Encoders) -> None:
    task = make([record(text="a", label="x"), record(text="b", label="y")])
    for label in (["x", "y"], []):
        with pytest.raises(InputError) as error:
            task.encode(record(text="c", label=label), encoder_of("wordpiece"), labelled=True)
        assert error.value.key == "tasks.several_labels"
    (encoded,) = task.encode(record(text="c", label=["y"]), encoder_of("wordpiece"), labelled=True)
    assert encoded.example.labels["class"][1].tolist() == [1]


@pytest.mark.parametrize("kind", ["wordpiece", "byte_bpe"])
@pytest.mark.parametrize(("rule", "head", "tail"), [("head", 18, 0), ("tail", 0, 18), ("head_tail", 4, 14)])
def test_long_texts_are_cut_by_the_rule(
    record: NewRecord, encoder_of: Encoders, kind: str, rule: str, head: int, tail: int
) -> None:
    encoder = encoder_of(kind, room=20)
    text = "The shop in Paris was closed; we went home early, said John Smith. 今天天气很好"
    ids = encoder.encode(text).ids
    assert len(ids) > 18
    config = TaskConfig(truncate=rule)
    task = make([record(text="a", label="x"), record(text="b", label="y")], config)
    (encoded,) = task.encode(record(text=text), encoder, labelled=False)
    assert encoded.cut
    framed = encoded.example.input_ids.tolist()
    assert framed == [encoder.frame.start, *ids[:head], *ids[len(ids) - tail :], encoder.frame.end]
    assert encoded.example.labels["class"][0].tolist() == [0 if kind == "wordpiece" else 19]
    (short,) = task.encode(record(text="The shop"), encoder, labelled=False)
    assert not short.cut


def test_a_text_that_just_fits_is_not_cut(record: NewRecord, encoder_of: Encoders) -> None:
    task = make([record(text="a", label="x"), record(text="b", label="y")])
    text = "北" * 18
    (encoded,) = task.encode(record(text=text), encoder_of("wordpiece", room=20), labelled=False)
    assert not encoded.cut
    assert len(encoded.example.input_ids) == 20
    (longer,) = task.encode(record(text=text + "京"), encoder_of("wordpiece", room=20), labelled=False)
    assert longer.cut


def test_one_class_is_predicted_with_its_probability(record: NewRecord, encoder_of: Encoders) -> None:
    task = make([record(text="a", label="x"), record(text="b", label="y")])
    one = record(text="好的")
    logits = np.array([[1.0, 3.0]], dtype=np.float32)
    found = task.decode(one, task.encode(one, encoder_of("wordpiece"), labelled=False), [logits])
    assert (found.labels, found.text) == (("y",), "好的")
    assert found.scores["y"] == pytest.approx(1 / (1 + np.exp(-2)))
    assert sum(found.scores.values()) == pytest.approx(1)
    assert found.to_json()["label"] == "y"


def test_any_number_of_classes(record: NewRecord, encoder_of: Encoders) -> None:
    records = [record(text="a", labels=["x", "z"]), record(text="b", labels=[]), record(text="c", labels="y")]
    task = make(records)
    assert task.multi_label
    assert task.labels == ("x", "y", "z")
    targets = [
        task.encode(one, encoder_of("wordpiece"), labelled=True)[0].example.labels["class"][1]
        for one in records
    ]
    assert [target.tolist() for target in targets] == [[[1, 0, 1]], [[0, 0, 0]], [[0, 1, 0]]]
    (encoded,) = task.encode(records[0], encoder_of("wordpiece"), labelled=False)
    found = task.decode(records[0], [encoded], [np.array([[2.0, -1.0, 0.1]], dtype=np.float32)])
    assert found.labels == ("x", "z")
    assert found.to_json()["labels"] == ["x", "z"]
    nothing = task.decode(records[0], [encoded], [np.array([[-2.0, -1.0, -0.1]], dtype=np.float32)])
    assert nothing.labels == ()
    assert task.score([records[0]], [found])["accuracy"] == 1.0
    assert task.score([records[0]], [nothing])["accuracy"] == 0.0


def test_the_loss_over_several_classes_is_their_mean() -> None:
    task = TextClassification(labels=("x", "y"), config=TaskConfig(), several=True)
    logits = torch.tensor([[2.0, -1.0], [0.5, 0.0]], requires_grad=True)
    value = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    loss = task.term_loss("class", logits, value)
    expected = (
        torch.nn.functional.binary_cross_entropy_with_logits(logits, value) * 2
    )  # mean over classes, summed
    assert float(loss.detach()) == pytest.approx(float(expected.detach()))


def test_label_smoothing() -> None:
    one = TextClassification(labels=("x", "y"), config=TaskConfig(), label_smoothing=0.2)
    logits, value = torch.tensor([[2.0, -1.0]]), torch.tensor([0])
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor([[0.9, 0.1]]))
    assert float(one.term_loss("class", logits, value)) == pytest.approx(float(expected))
    several = TextClassification(labels=("x", "y"), config=TaskConfig(), several=True, label_smoothing=0.2)
    smooth = torch.tensor([[0.9, 0.1]])
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits, smooth)
    assert float(several.term_loss("class", logits, torch.tensor([[1.0, 0.0]]))) == pytest.approx(
        float(expected)
    )


def test_pairs_are_read_as_two_segments(record: NewRecord, encoder_of: Encoders) -> None:
    rows = [
        record(premise="好", hypothesis="北京", label="x"),
        record(premise="a", hypothesis="b", label="y"),
    ]
    task = make(rows)
    assert task.pairs
    assert task.truncation == "longest_first, head_tail"
    encoder = encoder_of("wordpiece")
    (encoded,) = task.encode(rows[0], encoder, labelled=True)
    first, second = (encoder.encode(each).ids for each in ("好", "北京"))
    start, end = encoder.frame.start, encoder.frame.end
    assert encoded.example.input_ids.tolist() == [start, *first, end, *second, end]
    assert encoded.example.token_type_ids.tolist() == [0] * (len(first) + 2) + [1] * (len(second) + 1)
    found = task.decode(rows[0], [encoded], [np.array([[1.0, 3.0]], dtype=np.float32)])
    assert found.to_json() | {"scores": {}} == {
        "text": "好", "text_pair": "北京", "label": "y", "scores": {},
    }  # fmt: skip


def test_a_long_pair_is_cut_and_counted(record: NewRecord, encoder_of: Encoders) -> None:
    rows = [record(text_a="北" * 30, text_b="京" * 4, label="x"), record(text_a="a", text_b="b", label="y")]
    encoder = encoder_of("wordpiece", room=20)
    (encoded,) = make(rows, TaskConfig(truncate="head")).encode(rows[0], encoder, labelled=True)
    assert encoded.cut
    assert len(encoded.example.input_ids) == 20
    assert encoded.example.token_type_ids.tolist() == [0] * 15 + [1] * 5


def test_single_texts_and_pairs_do_not_mix(record: NewRecord, encoder_of: Encoders) -> None:
    single, both = record(text="a", label="x"), record(text="b", text_pair="c", label="y")
    kinds = [
        ([single, single, both], "pairs.unexpected_pair"),
        ([single, both, both], "pairs.no_pair"),
        ([both, single], "pairs.no_pair"),
    ]
    for rows, key in kinds:
        with pytest.raises(InputError) as error:
            make(rows)
        assert error.value.key == key
    task = make([single, record(text="b", label="y")])
    assert not task.pairs
    with pytest.raises(InputError):
        task.encode(both, encoder_of("wordpiece"), labelled=False)
    unknown = TextClassification.from_labels(["x", "y"], TaskConfig())
    assert unknown.pairs is None
    assert unknown.encode(both, encoder_of("wordpiece"), labelled=False)
    assert unknown.with_values(task.values).pairs is False


def test_numbers_and_words_do_not_mix(record: NewRecord) -> None:
    for labels in (["x", 1], [1, "x"], [["x"], [2]]):
        with pytest.raises(InputError) as error:
            make([record(text="a", label=label) for label in labels])
        assert error.value.key == "pairs.mixed_labels"
        assert "set.jsonl:7" in str(error.value)


def predicted(*chances: float, gold: str = "x") -> tuple[list[Record], list[ClassPrediction]]:
    """Texts of class `gold`, and predictions that give x these probabilities."""
    records = [Record(fields={"text": "a", "label": gold}, source="set.jsonl:1") for _ in chances]
    found = [
        ClassPrediction(
            text="a",
            labels=("x" if chance > 0.5 else "y",),
            scores={"x": chance, "y": 1 - chance},
            multi_label=False,
        )
        for chance in chances
    ]
    return records, found


def test_a_temperature_is_fitted_and_used(record: NewRecord) -> None:
    task = make([record(text="a", label="x"), record(text="b", label="y")])
    records, found = predicted(0.99, 0.99, 0.99, 0.99)
    wrong, said = predicted(0.99, 0.99, gold="y")
    tuned = task.tuned(records + wrong, found + said)
    assert tuned.temperature > 3
    assert (
        tuned.score(records + wrong, found + said)["ece"]
        < task.score(records + wrong, found + said)["ece"] / 2
    )
    assert tuned.score(records, found)["accuracy"] == task.score(records, found)["accuracy"] == 1
    logits = np.array([[0.0, 4.0]], dtype=np.float32)
    decoded = tuned.decode(record(text="a"), [], [logits])
    assert decoded.scores["y"] == pytest.approx(1 / (1 + np.exp(-4 / tuned.temperature)))
    assert tuned.calibrated(task.decode(record(text="a"), [], [logits])).scores == pytest.approx(
        decoded.scores
    )
    retuned = tuned.tuned(
        records, [tuned.calibrated(each) for each in found]
    )  # on top of the one that was there
    assert retuned.temperature == pytest.approx(task.tuned(records, found).temperature, rel=1e-6)


@pytest.mark.parametrize("model", ["bert", "gpt2"])
def test_a_settled_temperature_is_in_the_network(record: NewRecord, model: str) -> None:
    """So that `transformers` shows the probabilities that Yanmo shows."""
    task = replace(make([record(text="a", label="x"), record(text="b", label="y")]), temperature=2.5)
    kind = registry.find(models, Backbone, model)
    sizes = {"hidden_size": 16, "num_layers": 1, "num_heads": 2, "intermediate_size": 32, "max_positions": 16}
    config = build(kind.Config, {"vocab_size": 50, **sizes})
    learner = Learner.build(kind, config, task.head_sizes(), seed=1).eval()
    hidden = torch.randn(1, 3, 16)
    before = learner.logits("class", hidden, torch.arange(3))
    settled = task.settled(learner)
    torch.testing.assert_close(learner.logits("class", hidden, torch.arange(3)), before / 2.5)
    assert settled == replace(task, temperature=1.0)


def test_several_labels_have_one_temperature_and_the_same_labels(record: NewRecord) -> None:
    records = [record(text="a", labels=["x"]), record(text="b", labels=["y"]), record(text="c", labels=[])]
    task = make(records)
    logits = [np.array([[8.0, -8.0]]), np.array([[8.0, 8.0]]), np.array([[-8.0, -8.0]])]
    found = [
        task.decode(one, [], [values.astype(np.float32)]) for one, values in zip(records, logits, strict=True)
    ]
    tuned = task.tuned(records, found)
    assert tuned.temperature > 1.5
    assert [tuned.calibrated(one).labels for one in found] == [one.labels for one in found]
    assert tuned.score(records, found)["ece"] < task.score(records, found)["ece"]
    sure = tuned.calibrated(found[0])
    assert sure.scores["x"] == pytest.approx(1 / (1 + np.exp(-8 / tuned.temperature)), rel=1e-4)


def test_a_temperature_that_makes_the_calibration_error_larger_is_not_taken(record: NewRecord) -> None:
    """Of few records the likeliest temperature can be wrong by more than none is."""
    values = [0.9, 0.7, 0.9, 0.6, 0.99, 0.8, 0.99, 0.95, 0.9, 0.6, 0.95, 0.55]
    task = make([record(text="a", label="x"), record(text="b", label="y")])
    records, found = predicted(*values[:-1])
    wrong, said = predicted(*values[-1:], gold="y")
    tuned = task.tuned(records + wrong, found + said)
    assert tuned.temperature == 1.0
    assert tuned.score(records + wrong, found + said) == task.score(records + wrong, found + said)


def test_the_calibration_error_of_a_hand_computed_case(record: NewRecord) -> None:
    task = make([record(text="a", label="x"), record(text="b", label="y")])
    records, found = predicted(0.9, 0.9)
    wrong, said = predicted(0.9, 0.9, gold="y")
    assert task.score(records + wrong, found + said)["ece"] == pytest.approx(
        0.4
    )  # sure of 0.9, right in half


def test_what_is_not_sure_enough_has_no_label() -> None:
    _, (sure, unsure) = predicted(0.9, 0.6)
    assert sure.abstain_below(0.8) is sure
    assert unsure.abstain_below(0.8).labels == ()
    assert unsure.abstain_below(0.8).to_json() == {
        "text": "a", "label": None, "abstained": True, "scores": {"x": 0.6, "y": 0.4},
    }  # fmt: skip
    several = ClassPrediction(text="a", labels=("x",), scores={"x": 0.9, "y": 0.3}, multi_label=True)
    assert several.confidence == pytest.approx(0.7)
    assert several.abstain_below(0.8).to_json()["labels"] == []
