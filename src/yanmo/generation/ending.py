"""Where a continuation ends, and the text that it is up to there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yanmo.tokenizers import Tokenizer

HALF = "\ufffd"  # what bytes that are no whole character are decoded as


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A continuation ends with the end token, or where its text holds one of the stop strings."""

    tokenizer: Tokenizer
    end: int
    stop_strings: tuple[str, ...] = ()

    @property
    def never(self) -> list[int]:
        """What no text holds: the special tokens but the end token."""
        return sorted(
            token for token in self.tokenizer.special_ids if token is not None and token != self.end
        )

    def reached(self, ids: Sequence[int]) -> bool:
        """Whether nothing comes after these tokens."""
        if ids[-1] == self.end:
            return True
        return bool(self.stop_strings) and self.found(self.whole(ids)) is not None

    def without(self, ids: Sequence[int]) -> Sequence[int]:
        """The tokens without the end token."""
        return ids[:-1] if ids and ids[-1] == self.end else ids

    def text(self, ids: Sequence[int]) -> str:
        """The text of the tokens before the first stop string; a character that was begun alone is left out."""
        text = self.whole(ids)
        place = self.found(text)
        return text if place is None else text[:place]

    def whole(self, ids: Sequence[int]) -> str:
        """The text of the tokens in whole characters, stop strings and all."""
        text = self.tokenizer.decode(self.without(ids))
        # a character is at most 4 bytes, and a beginning of one is decoded as one mark
        return text[:-1] if text.endswith(HALF) else text

    def found(self, text: str) -> int | None:
        """Where the first stop string begins."""
        places = [place for stop in self.stop_strings if (place := text.find(stop)) >= 0]
        return min(places, default=None)

    def settled(self, text: str) -> int:
        """How much of a text that goes on is certain to stay: its end may be the beginning of a stop string."""
        for start in range(max(0, len(text) - max(map(len, self.stop_strings), default=0) + 1), len(text)):
            if any(stop.startswith(text[start:]) for stop in self.stop_strings):
                return start
        return len(text)
