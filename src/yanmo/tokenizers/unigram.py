"""Unigram language-model tokenizer (Kudo 2018, arXiv:1804.10959)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers
from tokenizers import Tokenizer as Backend
from yanmo.tokenizers.config import TokenizerConfig
from yanmo.tokenizers.kind import TokenizerKind, check_maximum, check_minimum
from yanmo.tokenizers.sample import alphabet, draw
from yanmo.tokenizers.tokenizer import BERT_SPECIALS, Tokenizer, add_bert_specials

SPACE = "▁"
LONGEST_PIECE = 16
HAN_RUN = 4  # characters; the best cut of a run is found whatever it begins with, so longer ones help
_SEEDS_PER_ENTRY = 8
_KEPT_PER_ROUND = 0.5
_BATCH = 20_000  # chunks encoded at once: each result takes about a kilobyte


class Unigram(TokenizerKind):
    """Of all cuts of a text into known pieces, the most probable one; white space is the piece mark ▁.

    Trained here, on the library's Viterbi search: its own trainer gives another vocabulary in every process
    (seeds are taken in the order of a hash map with a random seed). Frequent substrings are the seeds; rounds
    of counting the best cuts (hard EM) and of dropping the pieces whose loss costs least lead down to the
    wanted size. Only integers are summed, so the result is the same everywhere.
    """

    sample_characters = 4_000_000

    def train(self, texts: Iterable[str], config: TokenizerConfig) -> Tokenizer:
        sample = draw(texts, config.sample_characters or self.sample_characters)
        backend = _pipeline(config)
        letters = alphabet(
            sample,
            {raw: backend.normalizer.normalize_str(raw).strip() for raw, _ in sample.characters()},
            config.character_coverage,
        )
        required = sorted({SPACE, *letters.characters})
        check_minimum(config, len(BERT_SPECIALS) + len(required))
        chunks = _chunks(backend, letters.clean(sample.blocks))
        wanted = config.vocab_size - len(BERT_SPECIALS) - len(required)
        known = set(required)  # NFC may compose a character that is none of them
        counts = {
            piece: count
            for piece, count in seeds(chunks, config.min_frequency).items()
            if known.issuperset(piece)
        }
        check_maximum(config, config.vocab_size - wanted + len(counts))
        backend.model = _model(_learn(chunks, counts, required, wanted))
        add_bert_specials(backend)
        return Tokenizer(backend)


def _learn(
    chunks: Mapping[str, int], counts: Mapping[str, int], required: Sequence[str], wanted: int
) -> dict[str, float]:
    """The log probabilities of `wanted` of the pieces in `counts`, and of the `required` characters."""
    pieces = sorted(counts, key=lambda piece: (-counts[piece] * len(piece), piece))
    pieces = pieces[: wanted * _SEEDS_PER_ENTRY]
    scores = _log_probabilities({piece: counts[piece] for piece in pieces} | dict.fromkeys(required, 1))
    while True:
        used = _best_cuts(scores, chunks)
        scores = _log_probabilities(used)
        if len(pieces) == wanted:
            return scores
        cost = {piece: used[piece] * (scores[piece] - _without(piece, scores)) for piece in pieces}
        pieces.sort(key=lambda piece: (-cost[piece], -counts[piece], piece))
        pieces = pieces[: max(wanted, int(len(pieces) * _KEPT_PER_ROUND))]
        scores = {piece: scores[piece] for piece in [*pieces, *required]}


def seeds(chunks: Mapping[str, int], min_frequency: int) -> dict[str, int]:
    """Substrings of two characters or more with their counts, at least `min_frequency` each.

    A substring is counted at a length only where its own beginning was frequent enough one length before, so
    rare ones take no memory.
    """
    found: dict[str, int] = {}
    shorter: set[str] | None = None
    for length in range(2, LONGEST_PIECE + 1):
        counts: Counter[str] = Counter()
        for chunk, count in chunks.items():
            for start in range(len(chunk) - length + 1):
                if shorter is None or chunk[start : start + length - 1] in shorter:
                    counts[chunk[start : start + length]] += count
        frequent = {piece: count for piece, count in counts.items() if count >= min_frequency}
        if not frequent:
            break
        found |= frequent
        shorter = set(frequent)
    return found


def _pipeline(config: TokenizerConfig) -> Backend:
    """NFC, runs of white space as one ▁ which begins the next word; digits in pairs, punctuation apart."""
    backend = Backend(models.Unigram())
    steps: list[normalizers.Normalizer] = [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " ")]
    if config.lowercase:
        steps.append(normalizers.Lowercase())
    backend.normalizer = normalizers.Sequence(steps)
    letter = r"(?:(?!\p{Han})[\p{L}\p{M}])"
    other = rf"{SPACE}?(?:{letter}{{1,64}}|\p{{N}}{{1,2}}|[^\p{{L}}\p{{N}}{SPACE}])"
    pattern = rf"\p{{Han}}{{1,{config.han_run or HAN_RUN}}}|{other}"
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="never", split=False),
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
        ]
    )
    backend.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme="never", split=False)
    return backend


def _chunks(backend: Backend, blocks: Iterable[str]) -> dict[str, int]:
    """The pre-split chunks with their counts, in the order in which they first occur."""
    counts: Counter[str] = Counter()
    for block in blocks:
        split = backend.pre_tokenizer.pre_tokenize_str(backend.normalizer.normalize_str(block))
        counts.update(chunk for chunk, _ in split)
    return counts


def _best_cuts(scores: Mapping[str, float], chunks: Mapping[str, int]) -> dict[str, int]:
    """How often each piece occurs in the best cuts of all chunks."""
    cutter = Backend(_model(scores))  # the chunks are normalised and split already
    words = list(chunks)
    weights = np.fromiter(chunks.values(), dtype=np.int64, count=len(words))
    totals = np.zeros(cutter.get_vocab_size(), dtype=np.int64)
    for start in range(0, len(words), _BATCH):
        cuts = [cut.ids for cut in cutter.encode_batch_fast(words[start : start + _BATCH])]
        repeated = np.repeat(weights[start : start + _BATCH], [len(cut) for cut in cuts])
        np.add.at(totals, np.concatenate([np.asarray(cut, dtype=np.int64) for cut in cuts]), repeated)
    return {piece: int(totals[index]) for piece, index in cutter.get_vocab().items() if piece in scores}


def _model(scores: Mapping[str, float]) -> models.Unigram:
    """Special tokens first (their scores are never used), then the pieces from the most probable on."""
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return models.Unigram(
        [*((token, 0.0) for token in BERT_SPECIALS), *ranked], BERT_SPECIALS.index("[UNK]"), False
    )


def _log_probabilities(counts: Mapping[str, int]) -> dict[str, float]:
    """Natural logarithms; a piece that occurs nowhere counts as half an occurrence."""
    total = math.log(sum(counts.values()))
    return {piece: round(math.log(count or 0.5) - total, 6) for piece, count in counts.items()}


def _without(piece: str, scores: Mapping[str, float]) -> float:
    """The log probability of the best cut of `piece` into smaller pieces."""
    best = [0.0] + [-math.inf] * len(piece)
    for end in range(1, len(piece) + 1):
        for start in range(end):
            score = scores.get(piece[start:end], -math.inf) if end - start < len(piece) else -math.inf
            best[end] = max(best[end], best[start] + score)
    return best[-1]
