"""Models that were never fine-tuned are measured by the cosine of their vectors, where that is what is asked."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import yanmo
from yanmo.config import build
from yanmo.interop.huggingface import save_model
from yanmo.interop.sentence_transformers import Pooling, save_modules
from yanmo.metrics.correlation import spearman
from yanmo.models.bert import Bert
from yanmo.models.learner import Learner
from yanmo.tokenizers import TokenizerConfig, train

PLACES = ("北京", "上海", "London", "Paris", "广州", "Berlin")
ROWS = [
    {
        "text_a": f"第{number}天我们去了{PLACES[number % 6]}",
        "text_b": f"{PLACES[(number + number % 2) % 6]}的天",
        "score": number % 5,
    }
    for number in range(24)
]


@pytest.fixture
def scored(tmp_path):
    path = tmp_path / "scored.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def by_hand(model):
    sides = [
        yanmo.load(str(model)).encode([row[name] for row in ROWS], normalize=True)
        for name in ("text_a", "text_b")
    ]
    return spearman((sides[0] * sides[1]).sum(axis=1).tolist(), [row["score"] for row in ROWS])


@pytest.mark.parametrize("kind", ["bert", "gpt"])
def test_a_pretrained_model_is_a_bi_encoder(run, request, scored, kind):
    model = request.getfixturevalue(kind)
    ran = run("evaluate", model, scored, "--task", "sentence_similarity", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["metrics"]["spearman"] == pytest.approx(by_hand(model), abs=1e-6)
    assert "bi-encoder" in ran.err
    assert "bi-encoder" not in run("evaluate", model, scored).err  # nobody asked for it


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Large random weights, so that no two texts have nearly the same vector."""
    path = tmp_path_factory.mktemp("bare") / "model"
    texts = [row[name] for row in ROWS for name in ("text_a", "text_b")]
    tokenizer = train(texts, TokenizerConfig(kind="wordpiece", vocab_size=70, character_coverage=1))
    sizes = {"hidden_size": 32, "num_layers": 2, "num_heads": 2, "intermediate_size": 64, "max_positions": 64}
    values = {"vocab_size": tokenizer.vocab_size, "initializer_range": 0.3, **sizes}
    save_model(path, Learner.build(Bert, build(Bert.Config, values), {}, seed=3), tokenizer)
    return path


def test_a_directory_of_sentence_transformers_pools_as_it_says(run, folder, scored, tmp_path):
    mean = tmp_path / "mean"
    shutil.copytree(folder, mean)
    save_modules(folder, Pooling(mode="cls_token"), 32, max_length=64)
    ran = run("evaluate", folder, scored, "--task", "sentence_similarity", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["metrics"]["spearman"] == pytest.approx(by_hand(folder), abs=1e-6)
    assert not np.isclose(by_hand(folder), by_hand(mean))
    both = run("compare", mean, folder, scored, "--task", "sentence_similarity", "--json")
    assert both.code == 0, both.err
    assert both.json["metric"] == "spearman"

    save_modules(folder, Pooling(mode="lasttoken"), 32, max_length=64)
    ran = run("evaluate", folder, scored, "--task", "sentence_similarity")
    assert ran.code == 2 and "lasttoken" in ran.err


def test_a_suite_of_pairs_says_it_by_itself(run, bert, scored, tmp_path):
    suite = tmp_path / "pairs.yaml"
    suite.write_text(
        "# Pairs.\n# 句对。\ntask: sentence_similarity\nlanguage: zh\nsource: example\nlicence: none\nfolder: .\n"
        f"splits:\n  test: {{file: scored.jsonl, sha256: {'a' * 64}, records: 24}}\nmetric: spearman\n",
        encoding="utf-8",
    )
    ran = run("evaluate", bert, suite, "--data", tmp_path, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["interval"]["metric"] == "spearman"
    assert "bi-encoder" in ran.err
