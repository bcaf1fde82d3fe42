"""How well a tokenizer fits texts: what `yanmo tokenizer report` shows."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice, pairwise

from yanmo.tokenizers.scripts import Script, script
from yanmo.tokenizers.tokenizer import Encoding, Tokenizer, replace_surrogates
from yanmo.tokenizers.words import word_starts

_VISIBLE = re.compile(r"\S")
_BATCH = 256
_EXAMPLES = 10
_BEFORE, _SHOWN = 10, 40  # characters before a difference, and in all
_LONGEST_WORD = 40  # characters; longer ones are no words
_REMEMBERED = 100_000  # cut words; beyond twice as many the rarest are forgotten


@dataclass(frozen=True, kw_only=True)
class ScriptUse:
    """One script's share; tokens and words belong to the script of their first visible character."""

    script: Script
    characters: int
    tokens: int
    words: int
    characters_per_token: float
    tokens_per_word: float


@dataclass(frozen=True, kw_only=True)
class CutWord:
    """A word that takes several tokens; "·" is one more token inside the character before it."""

    word: str
    pieces: tuple[str, ...]
    count: int


@dataclass(frozen=True, kw_only=True)
class LostText:
    """A text that does not come back: what went in and what came out, as they are, around the first difference."""

    given: str
    returned: str


@dataclass(frozen=True, kw_only=True)
class TokenizerReport:
    """All shares are between 0 and 1.

    `coverage`: characters, white space aside, that are in no [UNK]. `unknown_rate`: tokens that are [UNK].
    `round_trip`: texts that come back whole from decoding: to the character for byte_bpe, otherwise after the
    tokenizer's own normalisation and with white space left out. `vocabulary_used`: entries that the texts
    need.
    """

    kind: str
    vocab_size: int
    texts: int
    characters: int
    tokens: int
    coverage: float
    unknown_rate: float
    scripts: tuple[ScriptUse, ...]
    round_trip: float
    lost_texts: tuple[LostText, ...]
    vocabulary_used: float
    longest_pieces: tuple[str, ...]
    cut_words: tuple[CutWord, ...]

    def to_json(self) -> str:
        """The whole report as one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False)


def report(tokenizer: Tokenizer, texts: Iterable[str]) -> TokenizerReport:
    """Encode and decode all `texts`, which are read once, in flat memory."""
    count = _Count(tokenizer=tokenizer)
    stream = iter(texts)
    while batch := list(islice(stream, _BATCH)):
        for text, encoding in zip(batch, tokenizer.encode_batch(batch, read_special=False), strict=True):
            count.add(text, encoding)
    tokens = sum(count.ids.values())
    unknown = 0 if tokenizer.unk_id is None else count.ids[tokenizer.unk_id]
    visible = sum(count.characters.values())
    return TokenizerReport(
        kind=tokenizer.kind,
        vocab_size=tokenizer.vocab_size,
        texts=count.texts,
        characters=visible,
        tokens=tokens,
        coverage=1 - count.uncovered / max(visible, 1),
        unknown_rate=unknown / max(tokens, 1),
        scripts=tuple(count.by_script()),
        round_trip=1 - count.lost / max(count.texts, 1),
        lost_texts=tuple(count.lost_texts),
        vocabulary_used=len(count.ids) / tokenizer.vocab_size,
        longest_pieces=longest_pieces(tokenizer),
        cut_words=tuple(
            CutWord(word=word, pieces=pieces, count=times)
            for (word, pieces), times in count.cut_words.most_common(_EXAMPLES)
        ),
    )


def longest_pieces(tokenizer: Tokenizer) -> tuple[str, ...]:
    """The ten longest entries as text (bytes decoded, ▁ as a space, no ##), special tokens left out."""
    pieces = tokenizer.backend.get_vocab()
    plain = (piece for piece, index in pieces.items() if index not in tokenizer.special_ids)
    return tuple(
        sorted((_readable(tokenizer, piece) for piece in plain), key=lambda text: (-len(text), text))[
            :_EXAMPLES
        ]
    )


def _readable(tokenizer: Tokenizer, piece: str) -> str:
    if tokenizer.kind == "byte_bpe":
        return str(tokenizer.backend.decoder.decode([piece]))
    return piece.removeprefix("##").replace("▁", " ")


def _visible(text: str) -> str:
    return "".join(text.split())


def _place(text: str, at: int, rewrite: Callable[[str], str]) -> int:
    """Where the character stands from which the one at `at` of the rewritten text comes."""
    return bisect_right(range(len(text)), at, key=lambda end: len(rewrite(text[: end + 1])))


def _excerpt(text: str, at: int) -> str:
    """A text around a place, as it is; … where it goes on."""
    start, end = max(0, at - _BEFORE), at - _BEFORE + _SHOWN
    return ("…" if start else "") + text[start : max(end, 0)] + ("…" if end < len(text) else "")


@dataclass(kw_only=True)
class _Count:
    """What has been seen so far."""

    tokenizer: Tokenizer
    texts: int = 0
    lost: int = 0
    uncovered: int = 0
    ids: Counter[int] = field(default_factory=Counter)
    characters: Counter[Script] = field(default_factory=Counter)
    tokens: Counter[Script] = field(default_factory=Counter)
    words: Counter[Script] = field(default_factory=Counter)
    cut_words: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)
    lost_texts: list[LostText] = field(default_factory=list)

    def add(self, text: str, encoding: Encoding) -> None:
        text = replace_surrogates(text)
        self.texts += 1
        self.ids.update(encoding.ids)
        self.characters.update(kind for character in text if (kind := script(character)) != "space")
        for index, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            if index == self.tokenizer.unk_id:
                self.uncovered += sum(not character.isspace() for character in text[start:end])
        self._add_words(text, encoding)
        self._add_round_trip(text, encoding)

    def _add_words(self, text: str, encoding: Encoding) -> None:
        starts = word_starts(text, encoding)
        firsts = [index for index, begins in enumerate(starts) if begins]
        for index, (start, _) in enumerate(encoding.offsets):
            visible = _VISIBLE.search(text, start)
            kind = script(visible.group()) if visible else "space"
            self.tokens[kind] += 1
            self.words[kind] += starts[index]
        for first, beyond in pairwise([*firsts, len(starts)]):
            spans = encoding.offsets[first:beyond]
            word = text[spans[0][0] : spans[-1][1]]
            apart = self.tokenizer.kind == "wordpiece" and script(word[:1] or " ") == "han"  # cut by its rule
            if len(spans) > 1 and len(word) <= _LONGEST_WORD and not apart:
                pieces = [
                    "·" if position and span == spans[position - 1] else text[slice(*span)]
                    for position, span in enumerate(spans)
                ]
                self.cut_words[word, tuple(pieces)] += 1
        if len(self.cut_words) > 2 * _REMEMBERED:
            self.cut_words = Counter(dict(self.cut_words.most_common(_REMEMBERED)))

    def _add_round_trip(self, text: str, encoding: Encoding) -> None:
        decoded = self.tokenizer.decode(encoding.ids, skip_special=False)
        given = self._compared(text)
        returned = decoded if self.tokenizer.kind == "byte_bpe" else "".join(decoded.split())
        if given == returned:
            return
        self.lost += 1
        if len(self.lost_texts) < _EXAMPLES:
            pairs = enumerate(zip(given, returned, strict=False))
            at = next((index for index, (old, new) in pairs if old != new), min(len(given), len(returned)))
            self.lost_texts.append(
                LostText(
                    given=_excerpt(text, _place(text, at, self._compared)),
                    returned=_excerpt(decoded, at if returned == decoded else _place(decoded, at, _visible)),
                )
            )

    def _compared(self, text: str) -> str:
        """What must come back of a text: all of it, or all but what normalisation and white space take away."""
        rules = self.tokenizer.backend.normalizer
        text = text if rules is None else rules.normalize_str(text)
        return text if self.tokenizer.kind == "byte_bpe" else _visible(text)

    def by_script(self) -> Iterator[ScriptUse]:
        order: tuple[Script, ...] = ("han", "latin", "digit", "punctuation", "other")
        for kind in order:
            characters, tokens, words = self.characters[kind], self.tokens[kind], self.words[kind]
            if tokens:
                yield ScriptUse(
                    script=kind, characters=characters, tokens=tokens, words=words,
                    characters_per_token=characters / tokens, tokens_per_word=tokens / max(words, 1),
                )  # fmt: skip
