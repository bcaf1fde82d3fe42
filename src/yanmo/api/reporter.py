"""How a verb tells what it is doing; silent unless a front end overrides it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from yanmo.training.hooks import Hook

Advance = Callable[[int, int], None]  # (characters, tokens) so far


class Reporter(Hook):
    """A hook of the training loop that also hears of the stages around it."""

    def note(self, message: str) -> None:
        """One line of what was decided or found."""

    def warn(self, message: str) -> None:
        """One line that the user should read."""

    @contextmanager
    def stage(self, description: str) -> Iterator[Advance]:
        """Around work that takes time: reading, tokenising."""
        yield lambda characters, tokens: None
