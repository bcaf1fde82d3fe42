"""Full-text search: the texts that share telling words with a question."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

_TERM = re.compile("[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])\\w)+")
K1, B = 1.2, 0.75  # how soon repetition stops to count, and how much length does: Lucene's


class Index:
    """Texts in memory, each with the terms that it holds.

    Paper: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond"; a term weighs, as in
    Lucene, log(1 + (N - n + 0.5) / (n + 0.5)), which is never negative.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        places: dict[str, list[int]] = {}
        counts: dict[str, list[int]] = {}
        lengths = np.zeros(len(texts))
        for place, text in enumerate(texts):
            found = Counter(terms(text))
            lengths[place] = found.total()
            for term, count in found.items():
                places.setdefault(term, []).append(place)
                counts.setdefault(term, []).append(count)
        self._norm = K1 * (1 - B + B * lengths / max(1.0, lengths.mean() if len(texts) else 1.0))
        self._postings = {
            term: (np.array(where, dtype=np.int64), np.array(counts.pop(term), dtype=np.float64))
            for term, where in places.items()
        }

    def best(self, query: str, top: int) -> list[tuple[int, float]]:
        """Places of the `top` best texts and their scores, the best first; none that share no term with the query."""
        scores = np.zeros(len(self._norm))
        for term in set(terms(query)):
            if term in self._postings:
                where, count = self._postings[term]
                weight = math.log(1 + (len(scores) - len(where) + 0.5) / (len(where) + 0.5))
                scores[where] += weight * count / (count + self._norm[where])
        order = np.argsort(-scores, kind="stable")[:top]
        return [(int(place), float(scores[place])) for place in order if scores[place] > 0]


def terms(text: str) -> Iterator[str]:
    """Words without case, and of Chinese every two neighbouring characters; one that stands alone is a term."""
    for match in _TERM.finditer(unicodedata.normalize("NFKC", text).casefold()):
        run = match[0]
        if "\u3400" <= run[0] <= "\u9fff" and len(run) > 1:
            yield from (run[place : place + 2] for place in range(len(run) - 1))
        else:
            yield run
