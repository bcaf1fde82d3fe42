"""Stories as a stream, and as documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from yanmo.corpus.builtin.storyworld.story import make_story
from yanmo.corpus.builtin.storyworld.structure import LANGUAGES, Language, Split, Story
from yanmo.corpus.document import Document

VERSION = "1"  # grows when the same seed gives another text
Languages = Literal["zh", "en", "both"]


def storyworld(*, language: Languages = "both", split: Split, size: int, seed: int = 0) -> Iterator[Story]:
    """Stories 0 to `size` - 1 of a split; every story has both texts, whatever `language` its reader wants.

    Train, dev and test share no skeleton, for any seeds.
    """
    for index in range(size):
        yield make_story(seed=seed, split=split, index=index)


def story_language(language: Languages, index: int) -> Language:
    """The language in which story `index` is read: the two take turns when both are wanted."""
    return LANGUAGES[index % 2] if language == "both" else language


def documents(language: Languages, size: int, split: Split = "train", seed: int = 0) -> Iterator[Document]:
    """One document for each story; with both languages the two texts of a story are two documents."""
    for story in storyworld(language=language, split=split, size=size, seed=seed):
        for one in LANGUAGES if language == "both" else (language,):
            place = f"storyworld:{one}:{story.id}"
            yield Document(text=story.text(one).text, id=place, source=place)
