"""Texts -> ids by a memory of pieces: what a corpus repeats is given to the tokenizer once.

A piece is a stretch of text that the tokenizer reads the same way whatever stands around it, so the tokens of a text
are those of its pieces, one after the other. Which stretches those are follows from the pipeline:

- BERT's rules (wordpiece) look at one character at a time and cut at white space, at punctuation and around each
  Chinese character. Only characters are cut at that every version of Unicode puts there.
- Our byte_bpe cuts by a regular expression without a look behind. A piece is one of its chunks where the next
  character alone tells that the chunk ends; else all up to a place where a chunk surely begins.

Every other pipeline reads each text as one piece, and nothing is remembered.
"""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from tokenizers import models, normalizers, pre_tokenizers, processors
from yanmo.tokenizers.byte_bpe import split_pattern
from yanmo.tokenizers.tokenizer import Encoding, Tokenizer

IntArray = NDArray[np.int64]
REMEMBERED_CHARACTERS = 4_000_000  # of pieces; then all are forgotten. Some 60 MB

_HAN = "\u4e00-\u9fa5"  # in every version of Unicode
_CHINESE_MARKS = "，。！？；：、“”‘’（）《》「」【】…—–·"
_MARKS = r"!-&(-/:-@\[-`{-~" + _CHINESE_MARKS  # an apostrophe is none: chunks of byte_bpe begin with it
_VISIBLE = f"!-~{_CHINESE_MARKS}{_HAN}"
_PLAIN = re.compile(f" ?[A-Za-z]+|[{_HAN}]+")  # what no line end beside it changes
_FRAMES = (type(None), processors.TemplateProcessing, processors.BertProcessing)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """The tokens of several texts, those of one after those of the other.

    ids: [tokens]. starts: first character of each token, counted through all texts, [tokens]. chunks: whether a
    pre-split chunk begins with it, [tokens]. ends: tokens up to the end of each text, [texts].
    """

    ids: NDArray[np.int32]
    starts: IntArray
    chunks: NDArray[np.bool_]
    ends: IntArray


class PieceReader:
    """Reads texts with a tokenizer, as `encode_batch(texts, read_special=False)` does."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.vocab_size = tokenizer.vocab_size
        self._tokenizer = tokenizer
        self._pattern = piece_pattern(tokenizer)
        self._forget()

    def read(self, texts: Sequence[str]) -> Tokens:
        """The tokens of the texts."""
        if self._pattern is None or self._characters > REMEMBERED_CHARACTERS:
            self._forget()
        find = self._pattern.findall if self._pattern else _whole
        pieces = [find(text) for text in texts]
        numbers = list(map(self._numbers.get, chain.from_iterable(pieces)))
        if None in numbers:
            self._learn(dict.fromkeys(chain.from_iterable(pieces)))
            numbers = list(map(self._numbers.get, chain.from_iterable(pieces)))
        ends = np.cumsum(np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces)))
        return self._gather(np.array(numbers, dtype=np.int64), ends)

    def _gather(self, numbers: IntArray, piece_ends: IntArray) -> Tokens:
        """numbers: of the pieces of all texts. piece_ends: pieces up to the end of each text."""
        counts = np.asarray(self._counts)[numbers]
        after = np.zeros(len(numbers) + 1, dtype=np.int64)  # tokens before each piece
        np.cumsum(counts, out=after[1:])
        places = np.repeat(np.asarray(self._firsts)[numbers] - after[:-1], counts) + np.arange(after[-1])
        widths = np.asarray(self._widths)[numbers]
        offsets = np.cumsum(widths, dtype=np.int64) - widths
        return Tokens(
            ids=np.asarray(self._ids)[places],
            starts=np.asarray(self._starts)[places] + np.repeat(offsets, counts),
            chunks=np.asarray(self._chunks)[places].astype(np.bool_),
            ends=after[piece_ends],
        )

    def _forget(self) -> None:
        self._numbers: dict[str, int] = {}
        self._characters = 0
        # of each piece: the place of its first token, its tokens and its characters
        self._firsts, self._counts, self._widths = array("i"), array("i"), array("i")
        # of each token of all pieces
        self._ids, self._starts, self._chunks = array("i"), array("i"), array("b")

    def _learn(self, pieces: Iterable[str]) -> None:
        new = [piece for piece in pieces if piece not in self._numbers]
        plain = [piece for piece in new if _PLAIN.fullmatch(piece)] if self._pattern else []
        self._learn_plain(plain)
        others = [piece for piece in new if piece not in self._numbers]
        encodings = self._tokenizer.encode_batch(others, read_special=False)
        for piece, encoding in zip(others, encodings, strict=True):
            starts = [start for start, _ in encoding.offsets]
            self._remember(piece, encoding.ids, starts, chunk_begins(encoding))

    def _learn_plain(self, pieces: Sequence[str]) -> None:
        """All at once, a line each: a call of the tokenizer for each of them costs twenty times as much."""
        encoding = self._tokenizer.encode("\n".join(pieces), read_special=False)
        starts, chunks = [start for start, _ in encoding.offsets], chunk_begins(encoding)
        line = 0
        for piece in pieces:
            first = bisect_left(starts, line)
            last = bisect_left(starts, line + len(piece), lo=first)
            places = [start - line for start in starts[first:last]]
            self._remember(piece, encoding.ids[first:last], places, chunks[first:last])
            line += len(piece) + 1

    def _remember(
        self, piece: str, ids: Sequence[int], starts: Sequence[int], chunks: Sequence[bool]
    ) -> None:
        self._numbers[piece] = len(self._numbers)
        self._characters += len(piece)
        self._firsts.append(len(self._ids))
        self._counts.append(len(ids))
        self._widths.append(len(piece))
        self._ids.extend(ids)
        self._starts.extend(starts)
        self._chunks.extend(chunks)


def chunk_begins(encoding: Encoding) -> list[bool]:
    """For each token whether a pre-split chunk begins with it; a special token is in none and begins one."""
    before = [None, *encoding.word_ids]
    return [word is None or word != last for word, last in zip(encoding.word_ids, before, strict=False)]


def piece_pattern(tokenizer: Tokenizer) -> re.Pattern[str] | None:
    """What tiles any text with pieces of this tokenizer; None where its pipeline is not known to have any."""
    backend = tokenizer.backend
    added = backend.get_added_tokens_decoder().values()
    if not all(token.special for token in added) or not isinstance(backend.post_processor, _FRAMES):
        return None  # other added tokens are looked for before the text is cut; other frames change offsets
    rules, split, model = backend.normalizer, backend.pre_tokenizer, backend.model
    if isinstance(model, models.WordPiece) and isinstance(rules, normalizers.BertNormalizer):
        if isinstance(split, pre_tokenizers.BertPreTokenizer):
            return _bert_pattern(chinese_apart=rules.handle_chinese_chars)
    elif isinstance(model, models.BPE) and model.dropout is None:
        han_run = _han_run(json.loads(backend.to_str())["pre_tokenizer"])
        if han_run and isinstance(rules, normalizers.Lowercase | None):
            return _byte_bpe_pattern(han_run)
    return None


def _bert_pattern(*, chinese_apart: bool) -> re.Pattern[str]:
    """White space with one mark, one Chinese character, or a run of anything else behind it."""
    han = _HAN if chinese_apart else ""
    inside = f"[^ \\t\\n{_MARKS}'{han}]+"
    return re.compile(f"[ \\t\\n]*(?:{inside}|[{_MARKS}'{han}])|[ \\t\\n]+")


def _byte_bpe_pattern(han_run: int) -> re.Pattern[str]:
    """The chunks of `split_pattern(han_run)` in the order in which it tries them, then the rest."""
    han = _HAN + "〇"  # a Chinese character for it, and a number: what it may stand behind are no digits
    alternatives = (
        r"'(?:[sdmtSDMT]|[lL]{2}|[vV][eE]|[rR][eE])",
        rf"[{han}]{{{han_run}}}",
        rf"[{han}]{{1,{han_run}}}(?=[ \n!-~{_CHINESE_MARKS}]|\Z)",
        rf"[ {_MARKS}]?[A-Za-z]{{1,64}}(?=[ \n0-9{_MARKS}'{han}]|\Z)",
        rf"[0-9]{{2}}|[0-9](?=[ \nA-Za-z{_MARKS}'{_HAN}]|\Z)",
        rf" ?[{_MARKS}]{{1,16}}(?=[ 0-9{han}]|\Z)",
        rf"(?: [{_MARKS}]|[{_MARKS}]{{2}})[{_MARKS}]{{0,14}}(?=[A-Za-z])",
        rf" ?[{_MARKS}]{{1,16}}\n+(?=[ {_VISIBLE}])",
        rf" *\n+(?= *[{_VISIBLE}])",
        rf" +(?= [{_VISIBLE}])| (?=[0-9{han}])",
        rf"[\s\S]+?(?=(?<=[{_VISIBLE}]) [A-Za-z]|(?<=\n)[{_VISIBLE}]|\Z)",
    )
    return re.compile("|".join(alternatives))


def _han_run(split: object) -> int | None:
    """Of our byte_bpe, from the pre-tokenizer as JSON; None for any other."""
    match split:
        case {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
                {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False},
            ],
        }:
            return next((number for number in range(1, 17) if split_pattern(number) == pattern), None)
    return None


def _whole(text: str) -> list[str]:
    return [text] if text else []
