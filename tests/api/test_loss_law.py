"""The law of the loss: what must hold whatever the constants, and that the constants meet the runs they come from."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from yanmo.api.loss_constants import BY_TERM
from yanmo.api.loss_law import BAND, TextStatistics, curve, expected_loss, worth

RUNS = Path(__file__).parents[2] / "benchmarks" / "results" / "plan_law.json"
TEXT = TextStatistics(vocab_size=8000, tokens=10**9, unigram=6.8, neighbours=5.4, length=80.0)
TINY, MINI = 396_544, 3_159_040


def test_tokens_count_whole_until_they_repeat():
    assert worth(500, 1000) == 500
    assert worth(1000, 1000) == 1000
    assert 1900 < worth(2000, 1000) < 2000
    assert worth(10**9, 1000) == pytest.approx(16_000)


@pytest.mark.parametrize("term", BY_TERM)
def test_more_tokens_never_hurt(term):
    losses = [
        curve(BY_TERM[term], TEXT, parameters=MINI, tokens=10**power) for power in (3, 4, 5, 6, 7, 8, 9)
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] < 9.0, "random weights guess among all tokens"
    assert losses[-1] > 0


@pytest.mark.parametrize("term", BY_TERM)
def test_few_tokens_leave_it_at_frequencies_and_none_at_a_blind_guess(term):
    constants = replace(BY_TERM[term], half=25.0)
    assert curve(constants, TEXT, parameters=MINI, tokens=10**6) == pytest.approx(TEXT.unigram, abs=0.01)
    assert curve(constants, TEXT, parameters=MINI, tokens=1) == pytest.approx(math.log(8000), abs=0.01)


@pytest.mark.parametrize("term", BY_TERM)
def test_a_text_whose_words_tell_more_of_each_other_is_learnt_further(term):
    regular = replace(TEXT, neighbours=2.0)
    most = {"parameters": MINI, "tokens": 3e6}
    assert curve(BY_TERM[term], regular, **most) < curve(BY_TERM[term], TEXT, **most)


@pytest.mark.parametrize("term", BY_TERM)
def test_the_band_is_around_the_loss_and_wider_where_nothing_was_measured(term):
    constants = BY_TERM[term]
    inside = expected_loss(constants, TEXT, parameters=TINY, tokens=constants.most_tokens / 2)
    outside = expected_loss(constants, TEXT, parameters=30 * MINI, tokens=100 * constants.most_tokens)
    assert inside.low < inside.loss < inside.high
    assert not inside.beyond
    assert inside.high - inside.loss >= BAND * constants.spread
    assert outside.beyond
    assert outside.high - outside.low > inside.high - inside.low


def test_many_epochs_are_beyond_what_was_measured():
    text = replace(TEXT, tokens=100_000)
    assert expected_loss(BY_TERM["mlm"], text, parameters=TINY, tokens=5_000_000).beyond


@pytest.mark.parametrize("term", BY_TERM)
def test_the_constants_meet_the_runs_that_they_were_fitted_to(term):
    runs = [run for run in json.loads(RUNS.read_text(encoding="utf-8")).values() if run["term"] == term]
    assert len(runs) >= 6
    inside = 0
    for run in runs:
        text = TextStatistics(
            vocab_size=run["vocab_size"],
            tokens=run["corpus_tokens"],
            unigram=run["unigram"],
            neighbours=run["neighbours"],
            length=run["length"],
        )
        found = expected_loss(BY_TERM[term], text, parameters=run["layers"], tokens=run["trained"])
        inside += found.low <= run["loss"] <= found.high
    assert inside >= 0.8 * len(runs)
