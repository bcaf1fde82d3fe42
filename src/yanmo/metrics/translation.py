"""Scores of translations and other texts with references: BLEU and chrF, by sacrebleu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, TypeAlias


@dataclass(frozen=True, kw_only=True)
class Score:
    """value: 0 to 100. signature: how it was computed, as papers quote it."""

    value: float
    signature: str


Cut = Literal["13a", "zh", "char"]  # sacrebleu's tokenizers: of WMT; of WMT for Chinese; into characters
References: TypeAlias = Sequence[Sequence[str]]  # of each text one or more; their number may differ


def bleu(hypotheses: Sequence[str], references: References, *, tokenize: Cut = "13a") -> Score:
    """Corpus BLEU, 0 to 100.

    Paper: Papineni et al. 2002, "BLEU"; Post 2018, "A Call for Clarity in Reporting BLEU Scores".
    """
    from sacrebleu.metrics.bleu import BLEU

    metric = BLEU(tokenize=tokenize)
    value = metric.corpus_score(list(hypotheses), _streams(references)).score
    return Score(value=float(value), signature=f"BLEU|{metric.get_signature()}")


def bleu_counts(
    hypotheses: Sequence[str], references: References, *, tokenize: Cut = "13a"
) -> list[list[int]]:
    """What corpus BLEU adds up, of each text: both lengths, the right n-grams of each order, all of each order."""
    from sacrebleu.metrics.bleu import BLEU

    metric = BLEU(tokenize=tokenize, effective_order=True)  # which silences a warning, no more
    found = [metric.sentence_score(one, right) for one, right in zip(hypotheses, references, strict=True)]
    return [[one.sys_len, one.ref_len, *one.counts, *one.totals] for one in found]


def bleu_of_counts(sums: Sequence[int]) -> float:
    """Corpus BLEU, 0 to 100, from the sums of `bleu_counts`."""
    from sacrebleu.metrics.bleu import BLEU

    length, reference, *counts = sums
    orders = len(counts) // 2
    score = BLEU.compute_bleu(
        correct=counts[:orders], total=counts[orders:], sys_len=length, ref_len=reference, smooth_method="exp"
    )
    return float(score.score)


def chrf(hypotheses: Sequence[str], references: References) -> Score:
    """Corpus chrF2, the F score of n-grams of up to six characters. Paper: Popovic 2015."""
    from sacrebleu.metrics.chrf import CHRF

    metric = CHRF()
    value = metric.corpus_score(list(hypotheses), _streams(references)).score
    return Score(value=float(value), signature=f"chrF2|{metric.get_signature()}")


def _streams(references: References) -> list[list[str]]:
    """The first reference of every text, the second of every text ...; None where one has no more, which sacrebleu
    takes though its types do not say so."""
    return [list(each) for each in zip_longest(*references)]
