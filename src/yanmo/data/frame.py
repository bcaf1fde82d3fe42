"""Where special tokens go, and what an objective must know of the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from yanmo.data.example import BoolArray, Example, IntArray
from yanmo.errors import ConfigError
from yanmo.tokenizers import Tokenizer


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """The special tokens of an architecture.

    Encoder: [CLS] a [SEP], or [CLS] a [SEP] b [SEP]. Decoder: <bos> where a document starts, <eos> where it ends,
    so a piece from the middle of a document has neither. Encoder-decoder: a source ends with </s>; the decoder starts
    from the padding and ends with </s>.
    """

    start: int
    end: int
    summary: Literal["first", "last"]
    vocab_size: int
    mask: int | None
    ordinary: IntArray  # ids that are not special: what a random replacement is drawn from

    def framed_length(self, *lengths: int) -> int:
        """Tokens of a sequence of segments of these lengths, at most."""
        return sum(lengths) + 1 + len(lengths)

    def build(self, segments: Sequence[IntArray], *, starts: bool = True, ends: bool = True) -> Example:
        """The segments with their special tokens. `starts`, `ends`: whether it opens or closes its document."""
        if self.summary == "first":
            starts = ends = True
        ids: list[IntArray] = []
        types: list[IntArray] = []
        for number, segment in enumerate(segments):
            before = [self.start] if number == 0 and starts else []
            after = [self.end] if ends else []
            length = len(before) + len(segment) + len(after)
            ids += [np.array(before, dtype=np.int64), segment, np.array(after, dtype=np.int64)]
            types.append(np.full(length, number if self.summary == "first" else 0, dtype=np.int64))
        input_ids = np.concatenate(ids).astype(np.int64)
        return Example(
            input_ids=input_ids,
            token_type_ids=np.concatenate(types),
            protected=self._is_special[
                np.minimum(input_ids, self.vocab_size)
            ],  # [UNK] too: there is nothing to learn from it
        )

    def source(self, ids: IntArray) -> Example:
        """What the encoder of an encoder-decoder reads."""
        return _plain(np.append(ids, self.end))

    def pair(self, source: IntArray, target: IntArray, term: str) -> Example:
        """A source, and the target that the decoder writes: its tokens and its end are labels of `term`."""
        read = _plain(np.insert(target, 0, self.start))
        value = np.append(target, self.end)
        labels = {term: (np.arange(len(value)), value)}
        return replace(self.source(source), target=replace(read, prefix_length=0, labels=labels))

    @cached_property
    def _is_special(self) -> BoolArray:
        special = np.ones(self.vocab_size + 1, dtype=np.bool_)
        special[self.ordinary] = False
        special[-1] = False  # of any id beyond the vocabulary
        return special

    def prefix_length(self, length: int) -> int:
        """Who sees whom in a sequence of `length` tokens: everyone in an encoder, a decoder looks back."""
        return length if self.summary == "first" else 0

    def summary_position(self, length: int) -> int:
        """The token whose hidden state stands for the sequence: the first of an encoder, the last of a decoder."""
        return 0 if self.summary == "first" else length - 1


def frame_of(tokenizer: Tokenizer, family: Literal["encoder", "decoder", "encoder_decoder"]) -> Frame:
    """The frame that a model family needs from this tokenizer. Errors: ConfigError naming the missing token."""
    if family == "encoder":
        start, end, needed = tokenizer.cls_id, tokenizer.sep_id, "[CLS], [SEP]"
    elif family == "decoder":
        start, end, needed = tokenizer.bos_id, tokenizer.eos_id, "<bos>, <eos>"
    else:
        start, end, needed = tokenizer.pad_id, tokenizer.eos_id, "<pad>, </s>"
    if start is None or end is None:
        raise ConfigError("data.no_special_tokens", kind=tokenizer.kind, needed=needed)
    ids = np.arange(tokenizer.vocab_size, dtype=np.int64)
    return Frame(
        start=start,
        end=end,
        summary="first" if family == "encoder" else "last",
        vocab_size=tokenizer.vocab_size,
        mask=tokenizer.mask_id,
        ordinary=ids[~np.isin(ids, sorted(tokenizer.special_ids))],
    )


def _plain(ids: IntArray) -> Example:
    """Tokens that all see each other."""
    return Example(
        input_ids=ids.astype(np.int64),
        token_type_ids=np.zeros(len(ids), dtype=np.int64),
        protected=np.zeros(len(ids), dtype=bool),
        prefix_length=len(ids),
    )
