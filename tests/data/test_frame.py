"""Special tokens and rows of examples."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from yanmo.data.batch import Batch, Labels
from yanmo.data.collate import collate
from yanmo.data.example import Example
from yanmo.data.frame import Frame, frame_of
from yanmo.data.random import Key
from yanmo.data.source import TextSource
from yanmo.errors import ConfigError
from yanmo.objectives import make
from yanmo.tokenizers import TokenizerConfig, train

NewFrame = Callable[[str], Frame]


def test_encoder(frame: NewFrame) -> None:
    example = frame("encoder").build([np.array([10, 1, 12]), np.array([20])], starts=False, ends=False)
    assert example.input_ids.tolist() == [2, 10, 1, 12, 3, 20, 3]
    assert example.token_type_ids.tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert example.protected.tolist() == [True, False, True, False, True, False, True]  # 1: unknown
    assert frame("encoder").framed_length(3, 1) == len(example.input_ids)
    assert frame("encoder").summary_position(7) == 0


@pytest.mark.parametrize(
    ("starts", "ends", "ids"),
    [
        (True, True, [2, 10, 11, 3]),
        (True, False, [2, 10, 11]),
        (False, True, [10, 11, 3]),
        (False, False, [10, 11]),
    ],
)
def test_decoder(frame: NewFrame, starts: bool, ends: bool, ids: list[int]) -> None:
    example = frame("decoder").build([np.array([10, 11])], starts=starts, ends=ends)
    assert example.input_ids.tolist() == ids
    assert not example.token_type_ids.any()
    assert frame("decoder").summary_position(len(ids)) == len(ids) - 1


def test_a_decoder_sees_where_documents_begin_and_end(
    new_store: Callable[..., object], frame: NewFrame
) -> None:
    with new_store([[25], [6]]) as store:
        source = TextSource(store, make("clm"), frame("decoder"), 12, 10)
        framed = [
            source.example(sample, Key(0, 0, 0)).input_ids.tolist()
            for unit in range(len(source))
            for sample in source.samples(unit, Key(0, 0, unit))
        ]
    assert framed == [
        [2, *range(5, 15)],
        [*range(15, 25)],
        [*range(25, 30), 3],
        [2, *range(30, 36), 3],
    ]


def test_of_a_tokenizer() -> None:
    bert = train(["abc abd"] * 9, TokenizerConfig(vocab_size=14, character_coverage=1))
    found = frame_of(bert, "encoder")
    assert (found.start, found.end, found.mask) == (bert.cls_id, bert.sep_id, bert.mask_id)
    assert set(found.ordinary.tolist()) == set(range(bert.vocab_size)) - bert.special_ids
    with pytest.raises(ConfigError) as error:
        frame_of(bert, "decoder")
    assert error.value.key == "data.no_special_tokens"


def test_collate() -> None:
    def example(*ids: int, label: int) -> Example:
        return Example(
            input_ids=np.array(ids),
            token_type_ids=np.ones(len(ids), dtype=np.int64),
            protected=np.zeros(len(ids), dtype=bool),
            prefix_length=len(ids) - 1,
            labels={"mlm": (np.array([1]), np.array([label])), "nsp": (np.array([0]), np.array([-100]))},
        )

    batch = collate(
        [[(7, example(5, 6, 7, label=50)), (8, example(8, 9, label=51))], [(9, example(10, 11, label=52))]], 6
    )
    assert batch.input_ids.tolist() == [[5, 6, 7, 8, 9, 0], [10, 11, 0, 0, 0, 0]]
    assert batch.sequence_ids.tolist() == [[1, 1, 1, 2, 2, 0], [1, 1, 0, 0, 0, 0]]
    assert batch.position_ids.tolist() == [[0, 1, 2, 0, 1, 0], [0, 1, 0, 0, 0, 0]]
    assert batch.prefix_lengths.tolist() == [[2, 2, 2, 1, 1, 0], [1, 1, 0, 0, 0, 0]]
    assert batch.labels["mlm"].at.tolist() == [1, 4, 7]
    assert batch.labels["mlm"].value.tolist() == [50, 51, 52]
    assert batch.samples.tolist() == [7, 8, 9]
    assert batch.num_tokens == 7
    assert batch.counts() == {"mlm": 3, "nsp": 0}
    moved = batch._map(lambda tensor: tensor + 1)
    assert moved.input_ids.tolist()[1] == [11, 12, 1, 1, 1, 1]
    assert moved.labels["mlm"].at.tolist() == [2, 5, 8]
    assert (moved.num_tokens, moved.key, moved.cursor) == (batch.num_tokens, batch.key, batch.cursor)
    assert batch.to(torch.device("cpu")) is batch


def test_counts_of_several_classes_are_rows() -> None:
    labels = Labels(at=torch.tensor([0, 3]), value=torch.zeros(2, 5))
    zeros = torch.zeros(1, 4, dtype=torch.int64)
    batch = Batch(
        input_ids=zeros,
        sequence_ids=zeros,
        position_ids=zeros,
        token_type_ids=zeros,
        prefix_lengths=zeros,
        labels={"class": labels},
        samples=torch.tensor([0]),
        num_tokens=4,
    )
    assert batch.counts() == {"class": 2}
