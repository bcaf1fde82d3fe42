"""Logits of ours and of `transformers` on equal weights, both ways, packed rows against single ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from yanmo.data.batch import Batch
from yanmo.interop.huggingface import Labelling, load_model, save_model
from yanmo.models.backbone import Backbone
from yanmo.models.bert import Bert
from yanmo.models.gpt2 import Gpt2
from yanmo.models.learner import Learner
from yanmo.tokenizers import Tokenizer

transformers = pytest.importorskip("transformers")
Pack = Callable[..., Batch]

SEQUENCES = [[2, 9, 30, 3], [2, 7, 8, 9, 11, 3, 21, 22, 3], [2, 44, 3], [2, 40, 41, 5, 3], [2, 3]]
ROWS = [SEQUENCES[:2], SEQUENCES[2:]]  # 13 and 10 tokens
STARTS = [0, 4, 16, 19, 24]  # of each sequence, in the flattened rows of 16
CASES: list[tuple[type[Backbone], str, dict[str, int | None]]] = [
    (Bert, "BertForPreTraining", {"mlm": None, "nsp": None}),
    (Bert, "BertForMaskedLM", {"mlm": None}),
    (Bert, "BertForNextSentencePrediction", {"nsp": None}),
    (Bert, "BertForSequenceClassification", {"class": 3}),
    (Bert, "BertForTokenClassification", {"tag": 5}),
    (Bert, "BertForQuestionAnswering", {"span": 2}),
    (Gpt2, "GPT2LMHeadModel", {"clm": None}),
    (Gpt2, "GPT2ForSequenceClassification", {"class": 3}),
    (Gpt2, "GPT2ForTokenClassification", {"tag": 5}),
]
each_class = pytest.mark.parametrize(("model", "name", "heads"), CASES, ids=[case[1] for case in CASES])


def our_logits(learner: Learner, batch: Batch) -> dict[str, list[Tensor]]:
    """Per term, one tensor per sequence: of all its tokens, or of the one that stands for it."""
    learner.eval()
    last = learner.backbone.family == "decoder"
    result: dict[str, list[Tensor]] = {}
    with torch.inference_mode():
        hidden = learner.backbone(batch)
        for term in learner.heads:
            result[term] = []
            for start, ids in zip(STARTS, SEQUENCES, strict=True):
                at = torch.arange(start, start + len(ids))
                if term in ("nsp", "class"):
                    at = at[-1:] if last else at[:1]
                result[term].append(learner.logits(term, hidden, at))
    return result


def their_logits(model: Any, terms: Mapping[str, int | None], *, segments: bool) -> dict[str, list[Tensor]]:
    """The same from a `transformers` model, one sequence at a time."""
    model.eval()
    result: dict[str, list[Tensor]] = {term: [] for term in terms}
    for ids in SEQUENCES:
        types = [int(segments and 2 * place >= len(ids)) for place in range(len(ids))]
        inputs = {"input_ids": torch.tensor([ids])}
        if segments:  # GPT-2 reads them as more words
            inputs["token_type_ids"] = torch.tensor([types])
        with torch.inference_mode():
            output = model(**inputs)
        if "nsp" in terms and "mlm" in terms:
            logits = {"mlm": output.prediction_logits[0], "nsp": output.seq_relationship_logits}
        elif "span" in terms:
            logits = {"span": torch.stack([output.start_logits[0], output.end_logits[0]], dim=-1)}
        else:
            (term,) = terms
            logits = {term: output.logits if term in ("nsp", "class") else output.logits[0]}
        for term, value in logits.items():
            result[term].append(value)
    return result


def assert_same(ours: dict[str, list[Tensor]], theirs: dict[str, list[Tensor]]) -> None:
    assert ours.keys() == theirs.keys()
    for term, tensors in ours.items():
        for mine, other in zip(tensors, theirs[term], strict=True):
            torch.testing.assert_close(mine, other, atol=1e-5, rtol=0)


def spread(module: torch.nn.Module) -> None:
    """Values as large as trained ones, and different in every tensor, biases and norms included."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.empty_like(parameter).normal_(0.0, 0.1, generator=generator))


def tiny(model: type[Backbone]) -> Any:
    return model.Config(
        vocab_size=50, hidden_size=16, num_layers=2, num_heads=2, intermediate_size=40, max_positions=20
    )


def labelling(heads: Mapping[str, int | None]) -> Labelling | None:
    (size,) = set(heads.values())
    return Labelling(task="test", labels=tuple(f"L{n}" for n in range(size))) if size else None


@each_class
def test_ours_runs_in_transformers(
    model: type[Backbone],
    name: str,
    heads: dict[str, int | None],
    tokenizer: Tokenizer,
    pack: Pack,
    tmp_path: Path,
) -> None:
    learner = Learner.build(model, tiny(model), heads, seed=3)
    spread(learner)
    save_model(tmp_path / "model", learner, tokenizer, labelling=labelling(heads))

    theirs, info = getattr(transformers, name).from_pretrained(tmp_path / "model", output_loading_info=True)

    assert not any(info.values()), info
    bert = model is Bert
    batch = pack(ROWS, 16, causal=not bert, segments=bert)
    assert_same(our_logits(learner, batch), their_logits(theirs, heads, segments=bert))


@each_class
def test_theirs_runs_here(
    model: type[Backbone],
    name: str,
    heads: dict[str, int | None],
    tokenizer: Tokenizer,
    pack: Pack,
    tmp_path: Path,
) -> None:
    theirs = their_model(name, heads)
    theirs.save_pretrained(tmp_path)
    tokenizer.save(tmp_path, model_max_length=20)

    loaded = load_model(tmp_path)

    assert set(loaded.learner.heads) == set(heads)
    assert loaded.fresh == () and loaded.unused == ()
    bert = model is Bert
    batch = pack(ROWS, 16, causal=not bert, segments=bert)
    assert_same(our_logits(loaded.learner, batch), their_logits(theirs, heads, segments=bert))


def their_model(name: str, heads: Mapping[str, int | None]) -> Any:
    (size,) = set(heads.values())
    labels = {"num_labels": size} if size else {}
    if name.startswith("Bert"):
        config = transformers.BertConfig(
            vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40,
            max_position_embeddings=20, hidden_act="gelu_new", **labels,
        )  # fmt: skip
    else:
        config = transformers.GPT2Config(
            vocab_size=50, n_embd=16, n_layer=2, n_head=2, n_positions=20, bos_token_id=2, eos_token_id=3,
            pad_token_id=0, **labels,
        )  # fmt: skip
    theirs = getattr(transformers, name)(config)
    spread(theirs)
    return theirs


@each_class
def test_config_is_what_transformers_writes(
    model: type[Backbone], name: str, heads: dict[str, int | None], tokenizer: Tokenizer, tmp_path: Path
) -> None:
    learner = Learner.build(model, tiny(model), heads)
    save_model(tmp_path / "ours", learner, tokenizer, labelling=labelling(heads))
    getattr(transformers, name).from_pretrained(tmp_path / "ours").save_pretrained(tmp_path / "theirs")

    ours, theirs = (json.loads((tmp_path / side / "config.json").read_text()) for side in ("ours", "theirs"))
    assert ours.keys() == theirs.keys() - {"transformers_version"}
    assert ours == {key: theirs[key] for key in ours}


def test_save_and_load_is_the_same_model(tokenizer: Tokenizer, tmp_path: Path) -> None:
    learner = Learner.build(Bert, tiny(Bert), {"tag": 3})
    what = Labelling(task="token_classification", labels=("O", "B-人名", "I-人名"))
    save_model(tmp_path / "model", learner, tokenizer, labelling=what)
    loaded = load_model(tmp_path / "model")
    assert loaded.labelling == what
    assert loaded.fresh == () and loaded.config == learner.backbone.config
    for (name, ours), (_, back) in zip(
        learner.named_parameters(), loaded.learner.named_parameters(), strict=True
    ):
        assert torch.equal(ours, back), name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"], "temporary files are gone"
