"""The Transformer against `transformers`' Marian: logits both ways, configuration, greedy and beam search, text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from yanmo.config import build
from yanmo.data.batch import Batch
from yanmo.data.collate import collate
from yanmo.data.example import Example
from yanmo.errors import InputError
from yanmo.generation.ending import Ending
from yanmo.generation.translate import translate
from yanmo.interop.huggingface import load_model, save_model
from yanmo.models.learner import Learner
from yanmo.models.transformer import Transformer, TransformerConfig
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train
from yanmo.tokenizers.pairs import for_pairs

transformers = pytest.importorskip("transformers")

TEXTS = [
    "今天天气很好，我们去公园。",
    "Once upon a time there was a king; he was old.",
    "He was in the park.",
] * 9
KINDS = {"unigram": 120, "byte_bpe": 300}


@pytest.fixture(scope="module", params=list(KINDS))
def words(request: pytest.FixtureRequest) -> Tokenizer:
    return for_pairs(train(TEXTS, TokenizerConfig(kind=request.param, vocab_size=KINDS[request.param])))


def settings(words: Tokenizer, **changes: object) -> TransformerConfig:
    values = {
        "vocab_size": words.vocab_size, "hidden_size": 16, "num_layers": 2, "num_heads": 2,
        "intermediate_size": 40, "max_positions": 64, "initializer_range": 0.3,
    }  # fmt: skip
    return build(TransformerConfig, values | changes)


def spread(module: torch.nn.Module, seed: int = 1) -> None:
    """Values as large as trained ones, biases and norms included; the padding's vector stays as it is."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            if not parameter.requires_grad:
                continue
            last = parameter[-1].clone() if parameter.dim() > 1 else None
            parameter.add_(torch.empty_like(parameter).normal_(0.0, 0.2, generator=generator))
            if last is not None and not last.any():
                parameter[-1] = last


def pairs(words: Tokenizer) -> list[tuple[list[int], list[int]]]:
    """Sources that end with the end token, and beginnings of targets."""
    choose = np.random.default_rng(0)
    return [
        (
            [*choose.integers(2, words.vocab_size - 1, length).tolist(), 0],
            choose.integers(2, words.vocab_size - 1, 9 - length).tolist(),
        )
        for length in (1, 3, 4, 7, 8)
    ]


def packed(rows: Sequence[Sequence[tuple[list[int], list[int]]]], pad: int) -> Batch:
    def side(ids: list[int], prefix: int) -> Example:
        zeros = np.zeros(len(ids), dtype=np.int64)
        return Example(
            input_ids=np.array(ids), token_type_ids=zeros, protected=zeros > 0, prefix_length=prefix
        )

    examples = [
        [(0, replace(side(source, len(source)), target=side([pad, *target], 0))) for source, target in row]
        for row in rows
    ]
    return collate(examples, 32)


def our_logits(learner: Learner, words: Tokenizer) -> list[Tensor]:
    """Of each pair's target, from packed rows."""
    everything = pairs(words)
    batch = packed([everything[:2], everything[2:]], words.vocab_size - 1)
    learner.eval()
    with torch.inference_mode():
        hidden = learner.backbone(batch)
        result = []
        for row, group in enumerate((everything[:2], everything[2:])):
            start = row * hidden.shape[1]
            for _, target in group:
                at = torch.arange(start, start + len(target) + 1)
                result.append(learner.logits("seq2seq", hidden, at))
                start += len(target) + 1
    return result


def their_logits(model: Any, words: Tokenizer) -> list[Tensor]:
    model.eval()
    with torch.inference_mode():
        return [
            model(
                input_ids=torch.tensor([source]),
                decoder_input_ids=torch.tensor([[words.vocab_size - 1, *target]]),
            ).logits[0]
            for source, target in pairs(words)
        ]


def assert_same(ours: list[Tensor], theirs: list[Tensor]) -> None:
    assert len(ours) == len(theirs) == 5
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other[:, :-1], atol=1e-5, rtol=0)
        assert float(mine.std()) > 0.3


def saved(folder: Path, words: Tokenizer, **changes: object) -> Learner:
    learner = Learner.build(Transformer, settings(words, **changes), {"seq2seq": None}, seed=3)
    spread(learner)
    save_model(folder, learner, words)
    return learner


@pytest.mark.parametrize("layers", [2, 1])
def test_ours_runs_in_transformers(words: Tokenizer, tmp_path: Path, layers: int) -> None:
    learner = saved(tmp_path / "model", words, decoder_layers=layers)
    theirs, info = transformers.MarianMTModel.from_pretrained(tmp_path / "model", output_loading_info=True)
    assert not any(info.values()), info
    assert_same(our_logits(learner, words), their_logits(theirs, words))


def marian(words: Tokenizer, **changes: object) -> Any:
    size = words.vocab_size
    values = {
        "vocab_size": size, "d_model": 16, "encoder_layers": 2, "decoder_layers": 2, "encoder_ffn_dim": 40,
        "decoder_ffn_dim": 40, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
        "max_position_embeddings": 64, "activation_function": "gelu", "scale_embedding": True,
        "pad_token_id": size - 1, "eos_token_id": 0, "decoder_start_token_id": size - 1,
        "forced_eos_token_id": None,
    }  # fmt: skip
    theirs = transformers.MarianMTModel(transformers.MarianConfig(**(values | changes)))
    spread(theirs)
    return theirs


def test_theirs_runs_here(words: Tokenizer, tmp_path: Path) -> None:
    theirs = marian(words)
    theirs.save_pretrained(tmp_path)
    words.save(tmp_path, model_max_length=64)
    loaded = load_model(tmp_path)
    assert set(loaded.learner.heads) == {"seq2seq"}
    assert loaded.fresh == () and loaded.unused == ()
    assert_same(our_logits(loaded.learner, words), their_logits(theirs, words))


@pytest.mark.parametrize(
    "changes",
    [
        {"scale_embedding": False},
        {"decoder_attention_heads": 4},
        {"decoder_start_token_id": 0},
        {"pad_token_id": 3, "decoder_start_token_id": 3},
    ],
)
def test_what_computes_something_else_is_refused(
    words: Tokenizer, tmp_path: Path, changes: dict[str, object]
) -> None:
    marian(words, **changes).save_pretrained(tmp_path)
    words.save(tmp_path)
    with pytest.raises(InputError) as error:
        load_model(tmp_path)
    assert error.value.key == "interop.unsupported_option"


@pytest.mark.parametrize(
    ("silent", "changes", "key"),
    [
        ("activation_function", {}, None),
        ("max_position_embeddings", {"max_position_embeddings": 1024}, None),
        ("scale_embedding", {"scale_embedding": False}, "interop.unsupported_option"),
        ("decoder_layers", {}, "interop.missing_tensors"),
    ],
)
def test_what_a_config_leaves_out_is_what_transformers_takes(
    words: Tokenizer, tmp_path: Path, silent: str, changes: dict[str, object], key: str | None
) -> None:
    theirs = marian(words, **changes)
    theirs.save_pretrained(tmp_path)
    words.save(tmp_path)
    path = tmp_path / "config.json"
    tree = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({name: value for name, value in tree.items() if name != silent}))
    if key is not None:
        with pytest.raises(InputError) as error:
            load_model(tmp_path)
        assert error.value.key == key
        return
    loaded = load_model(tmp_path)
    assert loaded.config.max_positions == theirs.config.max_position_embeddings
    assert_same(our_logits(loaded.learner, words), their_logits(theirs, words))


def test_a_bias_that_would_be_lost_is_refused(words: Tokenizer, tmp_path: Path) -> None:
    theirs = marian(words)
    theirs.final_logits_bias[0, 3] = 1.0
    theirs.save_pretrained(tmp_path)
    words.save(tmp_path)
    with pytest.raises(InputError, match="final_logits_bias"):
        load_model(tmp_path)


def test_config_is_what_transformers_writes(words: Tokenizer, tmp_path: Path) -> None:
    saved(tmp_path / "ours", words)
    transformers.MarianMTModel.from_pretrained(tmp_path / "ours").save_pretrained(tmp_path / "theirs")
    ours, theirs = (json.loads((tmp_path / side / "config.json").read_text()) for side in ("ours", "theirs"))
    assert ours.keys() == theirs.keys() - {"transformers_version"}
    assert ours == {key: theirs[key] for key in ours}


@pytest.mark.parametrize("beams", [1, 2, 4])
@pytest.mark.parametrize("penalty", [0.0, 1.0, 1.6])
def test_the_same_tokens_and_scores(words: Tokenizer, tmp_path: Path, beams: int, penalty: float) -> None:
    """Of sources of different lengths in one batch; random models end early or never, as they like."""
    if words.kind != "unigram":
        pytest.skip("to a search ids are ids, and with fewer of them more sequences end")
    lengths: set[int] = set()
    for seed in (3, 4, 5):
        learner = Learner.build(Transformer, settings(words), {"seq2seq": None}, seed=seed)
        spread(learner, seed)
        with torch.no_grad():  # or hardly any would end
            learner.backbone.vocabulary_weight[0] *= 2.5
        save_model(tmp_path / str(seed), learner, words)
        sources = [source for source, _ in pairs(words)]
        ours = translate(
            learner,
            sources,
            start=words.vocab_size - 1,
            ending=Ending(tokenizer=words, end=0),
            beams=beams,
            length_penalty=penalty,
            max_new_tokens=12,
        )
        theirs = transformers.MarianMTModel.from_pretrained(tmp_path / str(seed))
        assert_same_search(ours, theirs, sources, words, beams=beams, penalty=penalty)
        lengths |= {len(one.ids) for one in ours}
    assert 12 in lengths and min(lengths) < 12


def assert_same_search(
    ours: Any, theirs: Any, sources: list[list[int]], words: Tokenizer, *, beams: int, penalty: float
) -> None:
    pad, longest = words.vocab_size - 1, max(map(len, sources))
    inputs = torch.tensor([source + [pad] * (longest - len(source)) for source in sources])
    output = theirs.generate(
        input_ids=inputs,
        attention_mask=(inputs != pad).long(),
        num_beams=beams,
        length_penalty=penalty,
        max_new_tokens=12,
        max_length=None,
        do_sample=False,
        output_scores=True,
        return_dict_in_generate=True,
    )
    for row, one in enumerate(ours):
        tokens = output.sequences[row, 1:].tolist()
        tokens = tokens[: tokens.index(0)] if 0 in tokens else [token for token in tokens if token != pad]
        assert one.ids == tokens
        if beams > 1:
            assert one.score == pytest.approx(float(output.sequences_scores[row]), abs=1e-4)


def test_text_in_text_out(words: Tokenizer, tmp_path: Path) -> None:
    """With the tokenizer and the generation settings that stand in the folder."""
    learner = saved(tmp_path / "model", words)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path / "model")
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "model")
    for text in ("今天天气很好", "Once upon a king", "He was. </s>"):
        inputs = theirs(text, return_tensors="pt")
        ids = words.encode(text, read_special=True).ids
        assert inputs.input_ids[0].tolist() == [*ids, 0]
        output = model.generate(**inputs, max_new_tokens=10, max_length=None)
        ending = Ending(tokenizer=words, end=0)
        (ours,) = translate(
            learner, [[*ids, 0]], start=words.vocab_size - 1, ending=ending, beams=4, max_new_tokens=10
        )
        assert theirs.decode(output[0], skip_special_tokens=True).strip() == words.decode(ours.ids).strip()
