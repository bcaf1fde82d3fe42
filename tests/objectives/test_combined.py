"""Objectives together: the rules that make it safe."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

import numpy as np
import pytest
import torch
from torch import Tensor

from yanmo.data.batch import Batch, Labels
from yanmo.data.example import Example
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.errors import ConfigError
from yanmo.models.learner import Learner
from yanmo.objectives import Objective, make
from yanmo.objectives.clm import CLM
from yanmo.objectives.combined import combined
from yanmo.objectives.mlm import MLM
from yanmo.objectives.nsp import NSP

Batches: TypeAlias = Callable[..., list[Batch]]
NewLearner: TypeAlias = Callable[..., Learner]
FRAME = Frame(start=2, end=3, summary="first", vocab_size=99, mask=4, ordinary=np.arange(5, 99))


def test_names() -> None:
    both = make("mlm+nsp")
    assert both.terms == ("mlm", "nsp")
    assert dict(both.head_sizes()) == {"mlm": None, "nsp": None}
    assert both.needs_pairs
    assert both == make("mlm+nsp")
    assert hash(both) == hash(make("mlm+nsp"))
    assert make("mlm") == MLM()
    assert not make("mlm").needs_pairs


@pytest.mark.parametrize("name", ["mlm+nsp", "nsp+mlm"])
def test_the_perplexity_is_of_the_term_that_predicts_tokens(name: str) -> None:
    assert make(name).text_term == "mlm"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("mlm+mlm", "objectives.twice"),
        ("mlm+clm", "objectives.both_directions"),
        ("clm+mlm", "objectives.both_directions"),
        ("nsp+clm", "objectives.both_directions"),
        ("mlmm", "errors.unknown_name"),
        ("mlm+", "errors.unknown_name"),
        ("", "errors.unknown_name"),
        ("combined", "errors.unknown_name"),
        ("objective", "errors.unknown_name"),
    ],
)
def test_refused(name: str, key: str) -> None:
    with pytest.raises(ConfigError) as error:
        make(name)
    assert error.value.key == key


def test_two_selectors_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        combined(NSP(), NSP())
    assert error.value.key == "objectives.two_selectors"


@pytest.mark.parametrize("name", ["mlm+nsp", "nsp+mlm"])
def test_masks_are_those_of_mlm_alone(name: str) -> None:
    example = FRAME.build([np.arange(5, 60), np.arange(60, 90)])
    for index in range(20):
        alone = MLM().corrupt(example, Key(1, 2, index), FRAME)
        together = make(name).corrupt(example, Key(1, 2, index), FRAME)
        assert np.array_equal(together.input_ids, alone.input_ids)
        assert np.array_equal(together.labels["mlm"][0], alone.labels["mlm"][0])


@dataclass(frozen=True, kw_only=True)
class Vandal(Objective):
    terms: ClassVar = ("vandal",)

    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example:
        return replace(example, input_ids=np.full_like(example.input_ids, 9))


def test_a_member_that_touches_what_is_protected_is_found() -> None:
    example = FRAME.build([np.arange(5, 60)])
    with pytest.raises(AssertionError):
        combined(MLM(), Vandal()).corrupt(example, Key(0, 0, 0), FRAME)


@dataclass(frozen=True, kw_only=True)
class Prefix(Objective):
    """Chooses who sees whom."""

    terms: ClassVar = ("tag",)

    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example:
        return replace(example, prefix_length=1)


@pytest.mark.parametrize("other", [MLM(), CLM()])
def test_members_agree_on_who_sees_whom(other: Objective) -> None:
    with pytest.raises(ConfigError, match=r"test_combined.* and (mlm|clm)") as error:
        combined(Prefix(), other).corrupt(FRAME.build([np.arange(5, 60)]), Key(0, 0, 0), FRAME)
    assert error.value.key == "objectives.both_directions"


def test_a_head_has_one_member() -> None:
    with pytest.raises(ConfigError, match="tag") as error:
        combined(Prefix(), MLM(), Prefix())
    assert error.value.key == "objectives.shared_term"


@dataclass(frozen=True, kw_only=True)
class Twice(Objective):
    """A loss that needs forwards of its own."""

    terms: ClassVar = ("twice",)

    def corrupt(self, example: Example, key: Key, frame: Frame) -> Example:
        return replace(
            example, labels={**example.labels, "twice": (np.zeros(1, dtype=int), np.ones(1, dtype=int))}
        )

    def head_sizes(self) -> Mapping[str, int | None]:
        return {}

    def loss(self, learner: Learner, batch: Batch) -> dict[str, Tensor]:
        first, second = (learner.backbone(batch)[:, 0] for _ in range(2))
        return {"twice": (first - second + 2).square().sum()}


def test_a_loss_of_its_own_keeps_it_beside_others(batches: Batches, new_learner: NewLearner) -> None:
    learner = new_learner("mlm").eval()
    together = combined(MLM(label_smoothing=0.1), Twice())
    (batch, *_) = batches("mlm")
    at = torch.zeros(1, dtype=torch.int64)
    labels = {**batch.labels, "twice": Labels(at=at, value=at)}
    batch = replace(batch, labels=labels)
    losses, sums = together.loss(learner, batch), together.measure(learner, batch)
    rows, _, width = learner.backbone(batch).shape
    assert float(losses["twice"].detach()) == sums["loss_twice"] == 4 * rows * width
    assert sums["count_twice"] == 1 and "correct_twice" not in sums
    assert float(losses["mlm"].detach()) != pytest.approx(sums["loss_mlm"]), (
        "measured without label smoothing"
    )
    assert sums["loss_mlm"] == pytest.approx(MLM().measure(learner, batch)["loss_mlm"])
