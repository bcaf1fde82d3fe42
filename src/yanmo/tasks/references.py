"""What was said for each source, beside every target that its records name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yanmo.metrics import translation as metrics
from yanmo.metrics.rouge import rouge_l
from yanmo.metrics.translation import Cut, Score
from yanmo.tokenizers.scripts import HAN_RUN, SPACELESS


@dataclass(frozen=True, kw_only=True)
class Answers:
    """places: the records that were answered; said: what was said there; references: the targets of each."""

    places: tuple[int, ...]
    said: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]

    @property
    def cut(self) -> Cut:
        """How BLEU cuts the texts, as most characters of the references are: Chinese as WMT does, other scripts without
        spaces between words into characters. The names in a direction do not tell: they are those of columns."""
        characters = "".join("".join(one.split()) for each in self.references for one in each)
        if 2 * sum(map(len, HAN_RUN.findall(characters))) > len(characters):
            return "zh"
        return "char" if 2 * len(SPACELESS.findall(characters)) > len(characters) else "13a"

    def rouge_l(self) -> list[float]:
        """Of each answer, 0 to 1; the score is their mean."""
        return rouge_l(self.said, self.references)

    def bleu_counts(self) -> list[list[int]]:
        """Of each answer what corpus BLEU adds up."""
        return metrics.bleu_counts(self.said, self.references, tokenize=self.cut)

    def scores(self) -> dict[str, Score]:
        """BLEU and chrF."""
        return {
            "bleu": metrics.bleu(self.said, self.references, tokenize=self.cut),
            "chrf": metrics.chrf(self.said, self.references),
        }

    @property
    def signatures(self) -> dict[str, str]:
        """How each of them is computed, where there are several definitions."""
        return {name: score.signature for name, score in self.scores().items()}


def answers_of(pairs: Sequence[tuple[str, str]], said: Sequence[str], *, by_source: bool) -> Answers:
    """Of records with these sources and targets.

    by_source: those of one source are references of one answer, as for data to text; else each is a line of its own, as
    translations are counted, also where a line stands twice.
    """
    if not by_source:
        return Answers(
            places=tuple(range(len(pairs))),
            said=tuple(said),
            references=tuple((target,) for _, target in pairs),
        )
    targets: dict[str, list[str]] = {}
    for source, target in pairs:
        targets.setdefault(source, []).append(target)
    places = firsts([source for source, _ in pairs])
    return Answers(
        places=tuple(places),
        said=tuple(said[place] for place in places),
        references=tuple(map(tuple, targets.values())),
    )


def firsts(texts: Sequence[str]) -> list[int]:
    """The place where each text stands first."""
    found: dict[str, int] = {}
    for place, text in enumerate(texts):
        found.setdefault(text, place)
    return list(found.values())
