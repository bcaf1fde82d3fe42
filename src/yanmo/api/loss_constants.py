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
    start=4.417e4, steepness=1.458, half=14.464, half_by_size=-0.174, half_by_gain=2.969, half_by_unigram=0.842,
    half_by_length=0.579, reach=0.599, reach_by_size=0.0247, reach_by_gain=1.194, parameters=3_159_040, gain=0.24,
    unigram=6.5, length=71.7, spread=0.227, spread_half=0.396, fewest_tokens=300_291, most_tokens=17_853_533,
    fewest_parameters=396_544, most_parameters=3_159_040, most_epochs=4.0,
)  # fmt: skip
CLM = Constants(
    start=4.873e4, steepness=1.698, half=12.795, half_by_size=0.0488, half_by_gain=-1.998, half_by_unigram=0.681,
    half_by_length=-0.148, reach=0.3305, reach_by_size=0.0477, reach_by_gain=0.467, parameters=3_159_040, gain=0.16,
    unigram=7.38, length=147.8, spread=0.122, spread_half=1.222, fewest_tokens=300_535, most_tokens=1_001_425,
    fewest_parameters=396_544, most_parameters=396_544, most_epochs=4.0,
)  # fmt: skip
BY_TERM = {"mlm": MLM, "clm": CLM}
