"""Pairs and vectors: here, in `transformers`, and in sentence-transformers, from plain text on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from yanmo.api.predict import load
from yanmo.config import build
from yanmo.interop.huggingface import Labelling, save_model
from yanmo.interop.sentence_transformers import Pooling, save_modules
from yanmo.models.backbone import Backbone
from yanmo.models.bert import Bert
from yanmo.models.gpt2 import Gpt2
from yanmo.models.learner import Learner
from yanmo.tasks.config import SimilarityConfig, TaskConfig
from yanmo.tasks.sentence_similarity import SentenceSimilarity
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train

transformers = pytest.importorskip("transformers")

TEXTS = ["今天天气很好,我们去公园。", "Once upon a time there was a king; he was old."]
ASKED = [*TEXTS, "king", "我们", "a time " * 40]
PAIRS = [
    ("今天天气很好", "我们去公园"),
    ("a king", "he was old;" * 30),
    ("we " * 60, "there was a time " * 9),
]
KINDS: dict[type[Backbone], str] = {Bert: "wordpiece", Gpt2: "byte_bpe"}
ROOM = 48


@pytest.fixture(scope="module")
def tokenizers() -> dict[str, Tokenizer]:
    config = TokenizerConfig(kind="byte_bpe", vocab_size=300)
    return {
        "wordpiece": train(TEXTS * 20, config.model_copy(update={"kind": "wordpiece", "vocab_size": 70})),
        "byte_bpe": train(TEXTS * 20, config),
    }


def learner_of(model: type[Backbone], tokenizer: Tokenizer, heads: dict[str, int | None]) -> Learner:
    sizes = {"hidden_size": 32, "num_layers": 2, "num_heads": 2, "intermediate_size": 64, "max_positions": 64}
    config = build(model.Config, {"vocab_size": tokenizer.vocab_size, "initializer_range": 0.3, **sizes})
    return Learner.build(model, config, heads, seed=3)


def saved_encoder(
    folder: Path, model: type[Backbone], tokenizer: Tokenizer, pooling: str, *, loss: str = "regression"
) -> str:
    """What fine-tuning leaves."""
    task = SentenceSimilarity(
        labels=("0", "1"), config=TaskConfig(similarity=SimilarityConfig(pooling=pooling)), goal=loss
    )
    learner = learner_of(model, tokenizer, dict(task.head_sizes()))
    found = Pooling.of(pooling, model.family)
    save_modules(folder / "model", found, learner.backbone.config.hidden_size, max_length=ROOM)
    labelling = Labelling(task="sentence_similarity", labels=task.labels, values=task.values)
    save_model(folder / "model", learner, tokenizer, labelling=labelling, max_length=ROOM)
    return str(folder / "model")


def their_vectors(folder: str, pooling: str, family: str) -> np.ndarray:
    """As sentence-transformers computes them, with `transformers` alone."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    rows = []
    for text in ASKED:
        inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=ROOM)
        with torch.inference_mode():
            hidden = model(**inputs).last_hidden_state[0]
        last = 0 if family == "encoder" else -1
        rows.append((hidden.mean(0) if pooling == "mean" else hidden[last]).numpy())
    return np.stack(rows)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("model", [Bert, Gpt2])
def test_vectors_are_those_of_transformers(
    tmp_path: Path, tokenizers: dict[str, Tokenizer], model: type[Backbone], pooling: str
) -> None:
    folder = saved_encoder(tmp_path, model, tokenizers[KINDS[model]], pooling)
    ours = load(folder).encode(ASKED)
    assert ours.dtype == np.float32
    theirs = their_vectors(folder, pooling, model.family)
    whole = slice(None) if model is Bert else slice(0, 4)  # a decoder's end token is cut off there
    np.testing.assert_allclose(ours[whole], theirs[whole], atol=1e-5, rtol=0)


def test_a_pair_is_classified_the_same(tmp_path: Path, tokenizers: dict[str, Tokenizer]) -> None:
    learner = learner_of(Bert, tokenizers["wordpiece"], {"class": 3})
    labelling = Labelling(task="text_classification", labels=("a", "b", "c"), values={"pairs": True})
    save_model(tmp_path / "model", learner, tokenizers["wordpiece"], labelling=labelling, max_length=ROOM)
    model = load(str(tmp_path / "model"))
    model.settings = TaskConfig(truncate="head")
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "model")
    theirs = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path / "model").eval()
    for found, (first, second) in zip(model.predict_pairs(PAIRS), PAIRS, strict=True):
        inputs = tokenizer(first, second, return_tensors="pt", truncation="longest_first", max_length=ROOM)
        with torch.inference_mode():
            chances = theirs(**inputs).logits[0].softmax(0).tolist()
        if inputs.input_ids.shape[1] < ROOM:  # ties are cut on another side there
            assert list(found.to_json()["scores"].values()) == pytest.approx(chances, abs=1e-5)


def test_a_cross_encoder_gives_the_logit_of_transformers(
    tmp_path: Path, tokenizers: dict[str, Tokenizer]
) -> None:
    config = TaskConfig(similarity=SimilarityConfig(encoder="cross"))
    task = SentenceSimilarity(labels=("score",), config=config, low=1.0, high=5.0)
    learner = learner_of(Bert, tokenizers["wordpiece"], dict(task.head_sizes()))
    labelling = Labelling(task="sentence_similarity", labels=task.labels, values=task.values)
    save_model(tmp_path / "model", learner, tokenizers["wordpiece"], labelling=labelling, max_length=ROOM)
    (found,) = load(str(tmp_path / "model")).predict_pairs(PAIRS[:1])
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "model")
    theirs = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path / "model").eval()
    assert theirs.config.num_labels == 1 and theirs.config.problem_type == "regression"
    with torch.inference_mode():
        logit = theirs(**tokenizer(*PAIRS[0], return_tensors="pt")).logits.item()
    assert found.to_json()["similarity"] == pytest.approx(logit, abs=1e-5)
    assert found.to_json()["score"] == pytest.approx(1 + 4 * min(max(logit, 0), 1), abs=1e-5)


def test_the_head_of_softmax_comes_back_and_is_not_in_the_way(
    tmp_path: Path, tokenizers: dict[str, Tokenizer]
) -> None:
    folder = saved_encoder(tmp_path, Bert, tokenizers["wordpiece"], "mean", loss="softmax")
    assert (Path(folder) / "heads.safetensors").is_file()
    model = load(folder)
    assert model.loaded.fresh == ()
    original = learner_of(Bert, tokenizers["wordpiece"], {"compare": 2})
    assert torch.equal(model.learner.heads["compare"].output.weight, original.heads["compare"].output.weight)
    (found,) = model.predict_pairs(PAIRS[:1])
    assert set(found.to_json()) == {"text", "text_pair", "similarity", "label", "scores"}
    _, report = transformers.BertModel.from_pretrained(folder, output_loading_info=True)
    assert not report["unexpected_keys"]


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_sentence_transformers_gives_the_same_vectors(
    tmp_path: Path, tokenizers: dict[str, Tokenizer], pooling: str
) -> None:
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    folder = saved_encoder(tmp_path, Bert, tokenizers["wordpiece"], pooling)
    ours = load(folder).encode(ASKED)
    code = (
        "import json, sys; from sentence_transformers import SentenceTransformer\n"
        f"model = SentenceTransformer({folder!r}, device='cpu')\n"
        f"model.save_pretrained({str(tmp_path / 'theirs')!r})\n"
        f"print(json.dumps(model.encode({ASKED!r}).tolist()))"
    )
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    theirs = np.array(json.loads(done.stdout.splitlines()[-1]))
    np.testing.assert_allclose(ours, theirs, atol=1e-5, rtol=0)
    back = load(str(tmp_path / "theirs")).encode(ASKED)
    np.testing.assert_allclose(back, theirs, atol=1e-5, rtol=0)
