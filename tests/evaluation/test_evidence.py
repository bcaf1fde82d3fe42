"""Metrics from their rows: the value, its interval, the paired difference."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from yanmo.evaluation.evidence import Evidence, Measure, compare, interval
from yanmo.evaluation.significance import wilson
from yanmo.metrics import classification, correlation
from yanmo.metrics.translation import bleu, bleu_counts

WORDS = ["a", "cat", "sat", "on", "the", "mat", "dog", "ran", "home", "."]


def evidence(measure: Measure, rows: list[list[float]], metric: str = "accuracy") -> Evidence:
    return Evidence(metric=metric, measure=measure, rows=np.array(rows, dtype=np.float64))


def right(share: float, size: int, seed: int) -> Evidence:
    hits = np.random.default_rng(seed).random(size) < share
    return evidence("ratio", [[float(hit), 1.0] for hit in hits])


def test_values_are_those_of_the_metrics() -> None:
    assert evidence("ratio", [[1, 2], [2, 2]]).value == 0.75
    assert evidence("f1", [[1, 2, 1], [0, 0, 1]], "f1").value == pytest.approx(2 * 1 / (2 + 2))
    generator = np.random.default_rng(0)
    pairs = generator.normal(size=(40, 2)).round(1)
    for name in ("pearson", "spearman"):
        expected = getattr(correlation, name)(pairs[:, 0], pairs[:, 1])
        assert evidence(name, pairs.tolist(), name).value == pytest.approx(expected)  # type: ignore[arg-type]
    classes = generator.integers(3, size=(60, 2))
    labels = ["0", "1", "2"]
    scores = classification.single_label(
        [labels[g] for g, _ in classes], [labels[p] for _, p in classes], labels
    )
    for name in ("matthews", "macro_f1"):
        assert evidence(name, classes.tolist(), name).value == pytest.approx(scores[name])  # type: ignore[arg-type]


@pytest.mark.parametrize("chinese", [False, True])
def test_bleu_from_counts_is_sacrebleus(chinese: bool) -> None:
    generator = np.random.default_rng(1)
    references = [" ".join(generator.choice(WORDS, size=9)) for _ in range(12)]
    said = [" ".join(text.split()[:7]) for text in references]
    if chinese:
        said, references = (["".join("天地玄黄宇宙洪荒"[len(word) % 8] for word in each.split()) for each in side]
                            for side in (said, references))  # fmt: skip
    several = [references[place : place + 1 + place % 2] for place in range(len(references))]
    cut = "zh" if chinese else "13a"
    rows = [list(map(float, row)) for row in bleu_counts(said, several, tokenize=cut)]
    assert evidence("bleu", rows, "bleu").value == pytest.approx(bleu(said, several, tokenize=cut).value)


def test_the_interval_has_the_width_of_theory() -> None:
    found = interval(right(0.8, 1000, 3))
    error = np.sqrt(found.value * (1 - found.value) / 1000)
    assert found.low < found.value < found.high
    assert (found.high - found.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.06)


def test_a_clear_difference_is_significant_in_both_directions() -> None:
    weak, strong = right(0.7, 500, 1), right(0.85, 500, 2)
    forth, back = compare([weak], [strong]), compare([strong], [weak])
    assert forth.significant and forth.difference > 0
    assert back.significant and back.difference < 0
    assert forth.difference == pytest.approx(strong.value - weak.value) == pytest.approx(-back.difference)
    assert back.low is not None and back.high is not None
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


def test_equal_models_do_not_differ() -> None:
    same = right(0.7, 200, 1)
    assert compare([same], [same]).p_value == 1.0


def test_several_seeds_count_as_their_mean() -> None:
    first, second = [right(0.7, 300, seed) for seed in (1, 2)], [right(0.8, 300, seed) for seed in (3, 4)]
    expected = np.mean([one.value for one in second]) - np.mean([one.value for one in first])
    assert compare(first, second).difference == pytest.approx(expected)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_a_few_texts_are_no_verdict(count: int) -> None:
    for measure, bad, good in (
        ("ratio", [0.0, 1.0], [1.0, 1.0]),
        ("ratio", [3.0, 7.0], [2.0, 7.0]),
        ("f1", [0.0, 2.0, 2.0], [2.0, 2.0, 2.0]),
    ):
        found = compare([evidence(measure, [bad] * count)], [evidence(measure, [good] * count)])
        assert found.p_value == pytest.approx(2 / 2**count) and not found.significant
        assert (found.low, found.high) == (None, None)


def test_few_texts_that_differ_among_many() -> None:
    """Entities of 200 texts, of which the second model gets more in four and fewer in one: 12 of 32 exchanges."""
    first = [[2.0, 2.0, 2.0]] * 195 + [[0.0, 2.0, 2.0]] * 4 + [[2.0, 2.0, 2.0]]
    second = [[2.0, 2.0, 2.0]] * 199 + [[0.0, 2.0, 2.0]]
    found = compare([evidence("f1", first, "f1")], [evidence("f1", second, "f1")])
    assert found.difference == pytest.approx(3 / 200)
    assert found.p_value == pytest.approx(12 / 32)


def test_an_accuracy_is_no_surer_than_mcnemars_test() -> None:
    first = [[1.0, 1.0]] * 80 + [[0.0, 1.0]] * 9 + [[1.0, 1.0]] * 2
    second = [[1.0, 1.0]] * 89 + [[0.0, 1.0]] * 2
    found = compare([evidence("ratio", first)], [evidence("ratio", second)])
    expected = binomtest(2, 11, 0.5).pvalue
    assert expected > 0.05 and found.p_value == pytest.approx(expected)


def test_of_unequal_numbers_of_seeds_each_is_exchanged() -> None:
    one = evidence("ratio", [[0.25, 1.0]] * 3)
    others = [evidence("ratio", [[value, 1.0]] * 3) for value in (0.5, 0.75)]
    assert compare([one], others).p_value == pytest.approx(2 / 2**3)


def test_classes_without_a_matrix() -> None:
    """Of 3,000 classes one sample's matrix would take 72 MB."""
    generator = np.random.default_rng(2)
    rows = generator.integers(3000, size=(500, 2)).astype(float)
    rows[::2, 1] = rows[::2, 0]
    for name in ("macro_f1", "matthews"):
        found = evidence(name, rows.tolist(), name)  # type: ignore[arg-type]
        labels = [str(number) for number in range(3000)]
        gold, said = ([labels[int(one)] for one in side] for side in rows.T)
        assert found.value == pytest.approx(classification.single_label(gold, said, labels)[name])
        assert tracemalloc_peak(lambda found=found: found.of(np.arange(500)[None])) < 5e6


def tracemalloc_peak(what: Callable[[], object]) -> int:
    tracemalloc.start()
    what()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_what_is_not_alike_is_not_compared() -> None:
    one = right(0.7, 20, 1)
    for other in (one.part(range(10)), replace(one, metric="f1"), evidence("f1", [[1, 1, 1]] * 20)):
        with pytest.raises(ValueError, match="same texts"):
            compare([one], [other])
    with pytest.raises(ValueError, match="nothing"):
        compare([], [one])


def test_it_can_be_kept_as_json() -> None:
    one = evidence("f1", [[1, 2, 3], [0, 1, 0]], "f1")
    again = Evidence.from_json(json.loads(json.dumps(one.to_json())))
    assert (again.metric, again.measure, again.value) == ("f1", "f1", one.value)
    assert one.higher_is_better and not replace(one, metric="bits_per_byte").higher_is_better


def test_an_accuracy_of_all_or_none_has_wilsons_interval() -> None:
    every, none = (interval(evidence("ratio", [[hit, 1.0]] * 80)) for hit in (1.0, 0.0))
    assert (every.value, every.high) == (1.0, 1.0)
    assert every.low == pytest.approx(80 / (80 + 1.959964**2))  # all right: n / (n + z^2)
    assert none.low == pytest.approx(0.0)
    assert none.high == pytest.approx(1 - 80 / (80 + 1.959964**2))


@pytest.mark.parametrize("measure", ["f1", "macro_f1"])
def test_of_other_metrics_that_do_not_vary_no_interval_is_known(measure: Measure) -> None:
    rows = {"f1": [[2.0, 2.0, 2.0]], "macro_f1": [[1.0, 1.0]]}[measure] * 20
    found = interval(evidence(measure, rows, measure))
    assert (found.value, found.low, found.high) == (1.0, None, None)


def test_wilson_as_published() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
