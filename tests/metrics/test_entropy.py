"""Counts of one token and of two, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from yanmo.metrics.entropy import DISCOUNT, ngram_losses


def ids(*values):
    return np.array(values, dtype=np.int64)


def test_one_and_two_tokens_by_hand():
    unigram, bigram = ngram_losses(ids(0, 1, 0, 1, 0), ids(0, 1), vocab_size=2, order=2)
    one = 2.5 / 6  # two of five, and half a count for each of two
    assert unigram == pytest.approx(-math.log(one))
    assert bigram == pytest.approx(-math.log((2 - DISCOUNT + DISCOUNT * one) / 2))


def test_after_an_unknown_token_frequencies_alone_are_left():
    unigram, bigram = ngram_losses(ids(0, 1, 0, 1), ids(2, 1), vocab_size=3, order=2)
    assert unigram == bigram


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_probabilities_of_all_tokens_add_up_to_one(order):
    generator = np.random.default_rng(0)
    train = generator.integers(0, 5, 200)
    context = train[7 : 7 + order - 1]
    total = sum(
        math.exp(-ngram_losses(train, np.append(context, token), vocab_size=5, order=order)[-1])
        for token in range(5)
    )
    assert total == pytest.approx(1.0)


def test_who_knows_more_of_a_regular_text_loses_less():
    train = np.tile(ids(0, 1, 2, 0, 2, 1), 50)
    losses = ngram_losses(train, train[:60], vocab_size=3, order=3)
    assert losses[0] > losses[1] > losses[2]


def test_nothing_to_test_on_is_no_number():
    assert math.isnan(ngram_losses(ids(0, 1), ids(0), vocab_size=2, order=2)[0])
