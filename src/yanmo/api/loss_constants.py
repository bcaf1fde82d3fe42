"""What `benchmarks/plan_law.py` fitted to the runs in `benchmarks/results/plan_law.json`; change it there, not here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Constants:
    """Of one objective; the words are those of `yanmo.api.loss_law`.

    half: natural logarithm of tokens; reach: share of the unigram loss; both at `parameters`, `gain`,
    `unigram` and `length`.
    *_by_size: for each factor of e in parameters, *_by_gain: for a gain of 1, *_by_unigram: for a nat,
    *_by_length: for each factor of e in length.
    spread: standard deviation of the loss, spread_half: of `half`, between corpora that the fit had not seen.
    fewest_*, most_*: what was measured.
    """

    start: float
    steepness: float
    half: float
    half_by_size: float
    half_by_gain: float
    half_by_unigram: float
    half_by_length: float
    reach: float
    reach_by_size: float
    reach_by_gain: float
    parameters: int
    gain: float
    unigram: float
    length: float
    spread: float
    spread_half: float
    fewest_tokens: float
    most_tokens: float
    fewest_parameters: int
    most_parameters: int
    most_epochs: float


MLM = Constants(
    start=5e4, steepness=1.6, half=15.0, half_by_size=0.0, half_by_gain=0.0, half_by_unigram=0.0, half_by_length=0.5,
    reach=0.5, reach_by_size=0.04, reach_by_gain=0.5, parameters=3_159_040, gain=0.2, unigram=7.0, length=80.0,
    spread=0.15, spread_half=0.4, fewest_tokens=3e5, most_tokens=1.8e7, fewest_parameters=396_544,
    most_parameters=3_159_040, most_epochs=4.0,
)  # fmt: skip
CLM = Constants(
    start=5e4, steepness=0.8, half=14.0, half_by_size=0.0, half_by_gain=0.0, half_by_unigram=0.0, half_by_length=0.5,
    reach=0.5, reach_by_size=0.04, reach_by_gain=0.5, parameters=3_159_040, gain=0.2, unigram=7.0, length=80.0,
    spread=0.2, spread_half=0.4, fewest_tokens=3e5, most_tokens=3e6, fewest_parameters=396_544,
    most_parameters=3_159_040, most_epochs=4.0,
)  # fmt: skip
BY_TERM = {"mlm": MLM, "clm": CLM}
