"""What config.json says of a classifier's outputs: classes, their number and names, or numbers that are no classes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yanmo.api.predict import load
from yanmo.errors import InputError, RunError
from yanmo.interop.huggingface import Labelling, load_model, save_model
from yanmo.tokenizers import Tokenizer

from .conftest import tiny_bert


def described(folder: Path, tokenizer: Tokenizer, size: int, **values: object) -> Path:
    """A classifier as somebody else describes it."""
    labelling = Labelling(task=None, labels=tuple(map(str, range(size))))
    save_model(folder, tiny_bert({"class": size}), tokenizer, labelling=labelling)
    path = folder / "config.json"
    ours = ("id2label", "label2id", "problem_type", "finetuning_task")
    tree = {
        key: value for key, value in json.loads(path.read_text(encoding="utf-8")).items() if key not in ours
    }
    path.write_text(json.dumps(tree | values), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("size", "values"),
    [
        (1, {"id2label": {"0": "LABEL_0"}}),
        (1, {"id2label": {"0": "LABEL_0"}, "problem_type": "regression"}),
        (3, {"num_labels": 3, "problem_type": "regression", "finetuning_task": "stsb"}),
    ],
)
def test_numbers_are_no_classes(
    size: int, values: dict[str, object], tokenizer: Tokenizer, tmp_path: Path
) -> None:
    """The probability of a single class would always be 1."""
    model = load(str(described(tmp_path / "model", tokenizer, size, **values)))
    with pytest.raises(RunError, match="problem_type") as error:
        model.predict(["w1 w2"])
    assert error.value.key == "run.numbers" and len(str(error.value).splitlines()) == 3


def test_one_class_that_is_there_or_not(tokenizer: Tokenizer, tmp_path: Path) -> None:
    values = {"id2label": {"0": "spam"}, "problem_type": "multi_label_classification"}
    (found,) = load(str(described(tmp_path / "model", tokenizer, 1, **values))).predict(["w1"])
    assert 0 < found.to_json()["scores"]["spam"] < 1


def test_nameless_classes_are_counted(tokenizer: Tokenizer, tmp_path: Path) -> None:
    loaded = load_model(described(tmp_path / "model", tokenizer, 3, num_labels=3))
    assert loaded.labelling is not None and loaded.labelling.labels == ("LABEL_0", "LABEL_1", "LABEL_2")
    assert loaded.fresh == ()


def test_another_number_of_classes_than_the_head_has(tokenizer: Tokenizer, tmp_path: Path) -> None:
    folder = described(tmp_path / "model", tokenizer, 3, num_labels=2)
    with pytest.raises(InputError, match=r"classifier\.weight") as error:
        load_model(folder)
    assert error.value.key == "interop.wrong_shape"
    assert load_model(folder, heads={"class": 2}).fresh, "a new head takes its place"


def test_equal_names(tokenizer: Tokenizer, tmp_path: Path) -> None:
    folder = described(tmp_path / "model", tokenizer, 3, id2label={"0": "a", "1": "b", "2": "a"})
    with pytest.raises(RunError) as error:
        load(str(folder)).predict(["w1"])
    assert error.value.key == "run.equal_names" and len(str(error.value).splitlines()) == 3


def test_classes_without_numbers(tokenizer: Tokenizer, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="id2label"):
        load_model(described(tmp_path / "model", tokenizer, 2, id2label={"a": "0", "b": "1"}))


@pytest.mark.parametrize("numbers", [("1", "2"), ("0", "2"), ("0", "01")])
def test_classes_that_are_not_numbered_from_0_on(
    numbers: tuple[str, str], tokenizer: Tokenizer, tmp_path: Path
) -> None:
    """In their order alone each would be called by the name of another output."""
    named = dict(zip(numbers, ("bad", "good"), strict=True))
    with pytest.raises(InputError, match="id2label") as error:
        load_model(described(tmp_path / "model", tokenizer, 2, id2label=named))
    assert error.value.values["needed"] == ["0", "1"]


def test_quantized_weights_are_refused(tokenizer: Tokenizer, tmp_path: Path) -> None:
    """Their tensors may have the right names and shapes, and hold something else."""
    folder = described(tmp_path / "model", tokenizer, 2, quantization_config={"quant_method": "fp8"})
    with pytest.raises(InputError, match="quantization_config to fp8"):
        load_model(folder)
