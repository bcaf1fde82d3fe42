import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.preprocessing import MultiLabelBinarizer

from yanmo.metrics.classification import class_table, multi_label, single_label

LABELS = ("a", "b", "c")
PAIRS = st.lists(st.tuples(*[st.sampled_from(LABELS)] * 2), min_size=1, max_size=30)
SETS = st.lists(st.tuples(*[st.sets(st.sampled_from(LABELS))] * 2), min_size=1, max_size=20)


@given(PAIRS)
def test_one_class_equals_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    gold, found = ([pair[side] for pair in pairs] for side in (0, 1))
    ours = single_label(gold, found, LABELS)
    occurring = sorted({*gold, *found})
    assert ours["accuracy"] == pytest.approx(metrics.accuracy_score(gold, found))
    assert ours["macro_f1"] == pytest.approx(
        metrics.f1_score(gold, found, labels=occurring, average="macro", zero_division=0)
    )
    if len(set(gold)) > 1:  # scikit-learn warns otherwise
        assert ours["matthews"] == pytest.approx(metrics.matthews_corrcoef(gold, found))


@given(SETS)
def test_several_classes_equal_scikit_learn(pairs: list[tuple[set[str], set[str]]]) -> None:
    gold, found = ([pair[side] for pair in pairs] for side in (0, 1))
    ours = multi_label(gold, found, LABELS)
    binarizer = MultiLabelBinarizer(classes=LABELS).fit([])
    right, chosen = np.asarray(binarizer.transform(gold)), np.asarray(binarizer.transform(found))
    assert ours["accuracy"] == pytest.approx(metrics.accuracy_score(right, chosen))
    assert ours["micro_f1"] == pytest.approx(
        metrics.f1_score(right, chosen, average="micro", zero_division=0)
    )
    table = class_table(gold, found, LABELS)
    expected = metrics.f1_score(right, chosen, average=None, zero_division=0)
    assert [scores.f1 for scores in table.values()] == pytest.approx(list(expected))


def test_a_class_outside_the_labels_is_counted_and_one_that_never_occurs_is_not() -> None:
    scores = single_label(["a", "new"], ["a", "a"], ["a", "unused"])
    assert scores["accuracy"] == 0.5
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 0) / 2)
    assert list(class_table([["a"], ["new"]], [["a"], ["a"]], ["a", "unused"])) == ["a", "unused", "new"]
    assert single_label([], [], ["a"]) == {"accuracy": 0.0, "macro_f1": 0.0, "matthews": 0.0}


def test_thousands_of_classes_are_counted_once() -> None:
    labels = [str(number) for number in range(20_000)]
    scores = single_label(labels, [*labels[1:], labels[0]], labels)  # of a matrix, 3 GB
    assert scores == {"accuracy": 0.0, "macro_f1": 0.0, "matthews": pytest.approx(-1 / 19_999)}
    assert single_label(labels, labels, labels)["matthews"] == pytest.approx(1)
