"""The encoder-decoder: who sees whom on both sides of packed rows, its cache, its padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from yanmo.config import build
from yanmo.data.batch import Batch
from yanmo.data.collate import collate
from yanmo.data.cursor import Cursor
from yanmo.data.example import Example
from yanmo.data.plan import Plan
from yanmo.data.source import ExampleSource
from yanmo.errors import ConfigError
from yanmo.models.learner import Learner
from yanmo.models.transformer import Transformer, TransformerConfig
from yanmo.optim import optimizer
from yanmo.optim.optimizer import OptimConfig
from yanmo.optim.parameter_groups import is_hidden_matrix
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.translation import Translation

PAD, END = 49, 0
PAIRS = [
    ([9, 30, 5, END], [7, 8]),
    ([7, 8, 9, 11, 3, END], [21, 22, 23, 24, 25, 26, 27]),
    ([44, END], [3, 4, 5, 6]),
    ([40, 41, 5, 3, 6, END], [12]),
    ([END], [33, 34]),
]


def config(**changes: object) -> TransformerConfig:
    values = {
        "vocab_size": 50, "hidden_size": 16, "num_layers": 2, "num_heads": 2, "intermediate_size": 32,
        "max_positions": 32, "dropout": 0.0, "attention_dropout": 0.0, "initializer_range": 0.3,
    }  # fmt: skip
    return build(TransformerConfig, values | changes)


def example(source: Sequence[int], target: Sequence[int]) -> Example:
    def side(ids: Sequence[int], prefix: int) -> Example:
        return Example(
            input_ids=np.array(ids, dtype=np.int64),
            token_type_ids=np.zeros(len(ids), dtype=np.int64),
            protected=np.zeros(len(ids), dtype=bool),
            prefix_length=prefix,
        )

    labels = {"seq2seq": (np.arange(len(target) + 1), np.array([*target, END], dtype=np.int64))}
    return replace(side(source, len(source)), target=replace(side([PAD, *target], 0), labels=labels))


def packed(rows: Sequence[Sequence[int]], length: int) -> Batch:
    return collate([[(number, example(*PAIRS[number])) for number in row] for row in rows], length)


def learner(**changes: object) -> Learner:
    made = Learner.build(Transformer, config(**changes), {"seq2seq": None}, seed=3)
    with torch.no_grad():  # biases too: those that are zero hide mistakes
        generator = torch.Generator().manual_seed(1)
        for name, parameter in made.named_parameters():
            if not name.endswith("word.weight"):
                parameter.add_(torch.empty_like(parameter).normal_(0.0, 0.1, generator=generator))
    return made


@pytest.mark.parametrize("rows", [[[0, 1], [2, 3, 4]], [[4, 3, 2, 1, 0]], [[1], [0], [3], [2], [4]]])
def test_a_packed_target_sees_its_own_source_alone(rows: list[list[int]]) -> None:
    backbone = learner().eval().backbone
    with torch.inference_mode():
        together = backbone(packed(rows, 32))
        for number, row in enumerate(rows):
            start = 0
            for place in row:
                length = len(PAIRS[place][1]) + 1
                alone = backbone(packed([[place]], len(PAIRS[place][0])))[0, :length]
                torch.testing.assert_close(
                    together[number, start : start + length], alone, atol=1e-5, rtol=1e-5
                )
                start += length
    assert together.isfinite().all()


def test_what_changes_what() -> None:
    """A source changes its own targets alone, a target's token those after it in its own sequence."""
    backbone = learner().eval().backbone
    batch = packed([[0, 1]], 16)
    assert batch.target is not None
    with torch.inference_mode():
        before = backbone(batch)[0]
        source = batch.input_ids.clone()
        source[0, 5] = 17  # of the second source
        after = backbone(replace(batch, input_ids=source))[0]
        assert torch.equal(before[:3], after[:3])
        assert bool((before[3:11] - after[3:11]).abs().amax(dim=1).gt(1e-4).all())
        target = batch.target.input_ids.clone()
        target[0, 6] = 17  # the third token of the second target
        after = backbone(replace(batch, target=replace(batch.target, input_ids=target)))[0]
        assert torch.equal(before[:6], after[:6])
        assert bool((before[6:11] - after[6:11]).abs().amax(dim=1).gt(1e-4).all())


def test_cached_steps_equal_full_recomputation() -> None:
    backbone = learner().eval().backbone
    assert isinstance(backbone, Transformer)
    batch = packed([[0], [1], [3]], 6)
    target = batch.target
    assert target is not None
    with torch.inference_mode():
        whole = backbone(batch)

        def column(place: int) -> Batch:
            cut = {
                name: getattr(target, name)[:, place : place + 1]
                for name in ("input_ids", "sequence_ids", "position_ids", "token_type_ids", "prefix_lengths")
            }
            return replace(target, **cut)

        memories = backbone.memories(batch, column(0))
        cache = backbone.new_cache(3, 8)
        for place in range(8):
            hidden = backbone.decode(column(place), memories, cache)
            for row, length in enumerate((3, 8, 2)):
                if place < length:
                    torch.testing.assert_close(hidden[row, 0], whole[row, place], atol=1e-5, rtol=1e-5)


def test_rows_of_a_cache_can_be_chosen_again() -> None:
    backbone = learner().eval().backbone
    assert isinstance(backbone, Transformer)
    batch = packed([[0], [3]], 6)
    assert batch.target is not None
    with torch.inference_mode():
        memories, cache = backbone.memories(batch, batch.target), backbone.new_cache(2, 20)
        backbone.decode(batch.target, memories, cache)
        chosen = torch.tensor([1, 1, 0])
        cache.select(chosen)
        picked = [memory.select(chosen) for memory in memories]
        ids = torch.tensor([[5], [6], [5]])
        next_one = replace(
            batch.target,
            input_ids=ids,
            sequence_ids=torch.ones_like(ids),
            position_ids=torch.tensor([[2], [2], [3]]),
            token_type_ids=torch.zeros_like(ids),
            prefix_lengths=torch.zeros_like(ids),
        )
        hidden = backbone.decode(next_one, picked, cache)
        for row, (source, target) in enumerate([(3, [12, 5]), (3, [12, 6]), (0, [7, 8, 5])]):
            alone = collate([[(0, example(PAIRS[source][0], target))]], 6)
            torch.testing.assert_close(hidden[row, 0], backbone(alone)[0, len(target)], atol=1e-5, rtol=1e-5)


def test_the_padding_stays_zero_and_is_never_predicted() -> None:
    made = learner()
    word = made.backbone.vocabulary_weight
    assert not word[PAD].any()
    batch = packed([[0, 1], [2, 3]], 16)
    stepper = optimizer.build(made.named_parameters(), OptimConfig(lr=0.1))
    task = Translation(labels=(), config=TaskConfig(), label_smoothing=0.1)
    for _ in range(3):
        (loss,) = task.loss(made, batch).values()
        loss.backward()
        stepper.step(1.0)
        stepper.zero_grad()
    assert not word[PAD].any()
    assert batch.target is not None
    logits = made.logits("seq2seq", made.backbone(batch), batch.target.labels["seq2seq"].at)
    assert logits.shape == (3 + 8 + 5 + 2, 49)


def test_both_sides_of_a_row_fit_and_everything_is_counted() -> None:
    examples = [example(*pair) for pair in PAIRS * 9]
    plan = Plan(source=ExampleSource(examples), seed=1, batch_tokens=64, max_length=32)
    seen: list[int] = []
    for batch in plan.stream(Cursor(), epochs=1):
        target = batch.target
        assert target is not None
        assert torch.equal(batch.samples, target.samples)
        assert batch.input_ids.shape[1] <= 32 and target.input_ids.shape[1] <= 32
        assert torch.equal(batch.sequence_ids.amax(dim=1), target.sequence_ids.amax(dim=1))
        assert batch.counts() == {"seq2seq": int((target.sequence_ids > 0).sum())}
        assert batch.num_tokens == int((batch.sequence_ids > 0).sum() + (target.sequence_ids > 0).sum())
        seen += batch.samples.tolist()
    assert len(seen) == len(set(seen)) == len(examples)


def test_data_of_another_target_is_other_data() -> None:
    one, two = ExampleSource([example([5, 0], [7])]), ExampleSource([example([5, 0], [8])])
    assert one.digest != two.digest


def test_a_shallow_decoder() -> None:
    backbone = Transformer.build(config(num_layers=3, decoder_layers=1))
    assert len(backbone.layers) == 3 and len(backbone.new_cache(1, 1).layers) == 1
    assert config(num_layers=3).decoder_layers == 3
    with pytest.raises(ConfigError, match="decoder_layers"):
        config(decoder_layers=0)


def test_word_vectors_start_as_large_as_positions() -> None:
    """A word's vector, scaled by the root of the width, has elements of deviation one."""
    backbone = Transformer.build(config(vocab_size=400, hidden_size=64))
    scaled = backbone.vocabulary_weight[:-1].detach() * 64**0.5
    assert float(scaled.std()) == pytest.approx(1.0, abs=0.05)


def test_hidden_matrices_of_both_stacks_are_muons() -> None:
    chosen = {name for name, parameter in learner().named_parameters() if is_hidden_matrix(name, parameter)}
    assert {
        "backbone.layers.1.attention.qkv.weight",
        "backbone.decoder.layers.0.cross_attention.key.weight",
    } <= chosen
