"""What is frozen stays, to the bit; the rest learns."""

from __future__ import annotations

import pytest

from yanmo.config import build
from yanmo.errors import ConfigError
from yanmo.models.bert import Bert, BertConfig
from yanmo.models.learner import Learner
from yanmo.models.transformer import Transformer
from yanmo.training.adaptation import AdaptConfig, freeze

SIZES = {"hidden_size": 8, "num_layers": 2, "num_heads": 2, "intermediate_size": 16, "vocab_size": 20}


def learner() -> Learner:
    return Learner.build(Bert, BertConfig(**SIZES, max_positions=16), {"class": 2})


def frozen(wanted: str | None) -> set[str]:
    """The parts of which nothing learns."""
    one = learner()
    freeze(one, wanted)
    names = [name for name, parameter in one.named_parameters() if not parameter.requires_grad]
    return {".".join(name.split(".")[1:3]) if "layers" in name else name.split(".")[1] for name in names}


def test_embeddings_or_the_first_layers() -> None:
    assert frozen(None) == set()
    assert frozen("embeddings") == {"embedding"}
    assert frozen("1") == {"embedding", "layers.0"}
    assert frozen("2") == {"embedding", "layers.0", "layers.1"}  # the head alone learns


def test_more_layers_than_there_are_and_nothing_to_learn_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        freeze(learner(), "3")
    assert error.value.values == {"given": 3, "layers": 2}
    sizes = build(Transformer.Config, {**SIZES, "max_positions": 16})
    with pytest.raises(ConfigError) as error:
        freeze(Learner.build(Transformer, sizes, {"seq2seq": None}), "4")
    assert error.value.key == "training.freeze_all"


@pytest.mark.parametrize("value", ["embeddings", "3", 3, None])
def test_what_may_be_said(value: object) -> None:
    assert build(AdaptConfig, {"freeze": value}).freeze == (None if value is None else str(value))


@pytest.mark.parametrize("value", ["embedings", "0", -1, True, 1.5])
def test_what_may_not(value: object) -> None:
    with pytest.raises(ConfigError) as error:
        build(AdaptConfig, {"freeze": value})
    assert "freeze" in str(error.value)
