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
    start=3.908e4, steepness=1.912, half=13.405, half_by_size=-0.1925, half_by_gain=0.743, half_by_unigram=0.669,
    half_by_length=0.179, reach=0.5157, reach_by_size=0.0259, reach_by_gain=0.984, parameters=3_159_040, gain=0.24,
    unigram=6.45, length=70.3, spread=0.12, spread_half=0.36, fewest_tokens=300_291, most_tokens=10_588_610,
    fewest_parameters=396_544, most_parameters=3_159_040, most_epochs=4.0,
)  # fmt: skip
CLM = Constants(
    start=4.816e4, steepness=1.975, half=12.713, half_by_size=0.0526, half_by_gain=-2.247, half_by_unigram=0.687,
    half_by_length=-0.164, reach=0.3183, reach_by_size=0.0487, reach_by_gain=0.431, parameters=3_159_040, gain=0.16,
    unigram=7.38, length=147.8, spread=0.143, spread_half=0.153, fewest_tokens=300_535, most_tokens=1_001_425,
    fewest_parameters=396_544, most_parameters=396_544, most_epochs=4.0,
)  # fmt: skip
BY_TERM = {"mlm": MLM, "clm": CLM}
