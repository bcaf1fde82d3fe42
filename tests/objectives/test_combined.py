"""Objectives together: the rules that make it safe."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from yanmo.data.example import Example
from yanmo.data.frame import Frame
from yanmo.data.random import Key
from yanmo.errors import ConfigError
from yanmo.objectives import Objective, make
from yanmo.objectives.combined import combined
from yanmo.objectives.mlm import MLM
from yanmo.objectives.nsp import NSP

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
