"""The loss on held-out text that a number of tokens buys: a law fitted to short runs, and how far to trust it.

    loss = unigram + (ln V - unigram) e^(-T / start) - reach unigram / (1 + (half / T)^steepness)

T: tokens trained on. unigram: nats per token of who knows only how frequent each token is. A network first learns
frequencies (the second term dies out), then stays near the unigram loss (the plateau of decision 0007), and leaves it
around `half` tokens, for a share `reach` of that loss in the end. Both depend on the parameters of the layers and on
how much the token before tells of the next, the gain: 1 - neighbours / unigram, of counts of two tokens; `half` also
on the length of sequences, for in a short one there is less to choose what to look at from. A whole schedule belongs to
it: the law tells the loss at the end of a run of T tokens, not that of a longer run on its way.

Epochs: the n-th pass is worth less than the first (Muennighoff et al. 2023, "Scaling Data-Constrained Language
Models", section 5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from yanmo.api.loss_constants import Constants

BAND = 1.2816  # standard deviations to either side of 80 %
REPEATS = 15.0  # epochs after which further ones are worth little (R* of the paper)
MOST = 0.95  # of the unigram loss, that any network can save
PER_FACTOR = 0.15  # nats of further doubt for each factor of e beyond what was measured


@dataclass(frozen=True, kw_only=True)
class TextStatistics:
    """Of a corpus under a tokenizer: its tokens, losses of counts of one token and of two in nats, and the mean length.

    length: tokens of a sequence as it is trained on, special tokens counted.
    """

    vocab_size: int
    tokens: int
    unigram: float
    neighbours: float
    length: float


@dataclass(frozen=True, kw_only=True)
class ExpectedLoss:
    """Nats per predicted token; `low` to `high` should hold the true one in 80 % of cases.

    beyond: outside what the law was fitted to, in tokens, parameters or epochs; the band is wider there.
    """

    loss: float
    low: float
    high: float
    beyond: bool


def worth(tokens: float, corpus_tokens: int) -> float:
    """The fresh tokens that are as good as `tokens` drawn from a corpus again and again."""
    repeats = max(0.0, tokens / max(1, corpus_tokens) - 1)
    if not repeats:
        return tokens
    return corpus_tokens * (1 + REPEATS * (1 - math.exp(-repeats / REPEATS)))


def expected_loss(
    constants: Constants, text: TextStatistics, *, parameters: int, tokens: float
) -> ExpectedLoss:
    """At the end of a run of `tokens` tokens by a network with so many parameters in its layers."""
    useful = max(1.0, worth(tokens, text.tokens))
    loss = curve(constants, text, parameters=parameters, tokens=useful)
    later = curve(constants, text, parameters=parameters, tokens=useful * math.e)
    earlier = curve(constants, text, parameters=parameters, tokens=useful / math.e)
    slope = (later - earlier) / 2
    doubt = math.log(max(1.0, useful / constants.most_tokens, constants.fewest_tokens / useful))
    doubt += abs(math.log(parameters / _nearest(parameters, constants)))
    repeats = max(0.0, tokens / max(1, text.tokens) - constants.most_epochs)
    far = PER_FACTOR * (doubt + math.log1p(repeats))
    spread = math.sqrt((slope * constants.spread_half) ** 2 + constants.spread**2) + far
    return ExpectedLoss(
        loss=loss, low=max(0.0, loss - BAND * spread), high=loss + BAND * spread, beyond=far > 0.0
    )


def curve(constants: Constants, text: TextStatistics, *, parameters: int, tokens: float) -> float:
    """The law itself, for fresh tokens."""
    size = math.log(parameters / constants.parameters)
    gain = 1 - text.neighbours / text.unigram - constants.gain
    half = math.exp(
        constants.half
        + constants.half_by_size * size
        + constants.half_by_gain * gain
        + constants.half_by_unigram * (text.unigram - constants.unigram)
        + constants.half_by_length * math.log(text.length / constants.length)
    )
    reach = constants.reach + constants.reach_by_size * size + constants.reach_by_gain * gain
    reach = min(max(reach, 0.0), MOST)
    blind = (math.log(text.vocab_size) - text.unigram) * math.exp(-tokens / constants.start)
    learnt: float = reach / (1 + (half / tokens) ** constants.steepness)
    return text.unigram * (1 - learnt) + blind


def _nearest(parameters: int, constants: Constants) -> float:
    """The size nearest to `parameters` among those that were measured."""
    return min(max(parameters, constants.fewest_parameters), constants.most_parameters)
