"""`--precision int8`: nearly the same answers, told in what they were computed, refused where it cannot be."""

from __future__ import annotations

import numpy as np
import pytest

import yanmo
from yanmo.api import predict
from yanmo.layers.int8 import int8_way

needs_int8 = pytest.mark.skipif(int8_way() is None, reason="no fast integer products here")


@needs_int8
def test_an_evaluation_says_in_what_it_was_computed(run, classifier, files):
    for precision in ("fp32", "int8"):
        ran = run("evaluate", classifier, files.classes_dev, "--precision", precision, "--json")
        assert ran.code == 0, ran.err
        assert ran.json["precision"] == precision


@needs_int8
def test_probabilities_and_vectors_are_nearly_those_of_fp32(classifier):
    texts = ["第3家酒店很好", "服务很差", "房间不错"]
    exact, rounded = (yanmo.load(str(classifier), precision=each) for each in ("fp32", "int8"))
    pairs = zip(exact.predict(texts), rounded.predict(texts), strict=True)
    for one, other in pairs:
        assert one.scores != other.scores
        assert list(other.scores.values()) == pytest.approx(list(one.scores.values()), abs=0.03)
    one, other = (model.encode(texts, normalize=True) for model in (exact, rounded))
    assert other.dtype == np.float32
    assert np.all(np.sum(one * other, axis=1) > 0.998)


@needs_int8
def test_a_decoder_writes(run, gpt):
    ran = run("generate", gpt, "第", "--greedy", "--max-new-tokens", "8", "--precision", "int8", "--json")
    assert ran.code == 0, ran.err
    exact = run("generate", gpt, "第", "--greedy", "--max-new-tokens", "8", "--json")
    score, expected = ran.json["generations"][0]["score"], exact.json["generations"][0]["score"]
    assert score == pytest.approx(expected, rel=0.1)


def test_where_it_cannot_be_it_is_refused(run, classifier, monkeypatch):
    monkeypatch.setattr(predict, "int8_way", lambda: None)
    ran = run("predict", classifier, "很好", "--precision", "int8", "--json")
    assert ran.json["error"]["code"] == "predict.no_int8"
