"""What a story is made of. The labels of every task are read off these values, never off the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]
Split = Literal["train", "dev", "test"]
Sentiment = Literal["positive", "negative"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
SPLITS: tuple[Split, ...] = ("train", "dev", "test")
SENTIMENTS: tuple[Sentiment, ...] = ("positive", "negative")
TOPICS = ("school", "food", "travel", "sport", "health", "business", "arts", "animals")
ENTITY_KINDS = ("PER", "LOC", "ORG")


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """The same words in both languages."""

    chinese: str
    english: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with a full name and the short one that later mentions may use."""

    name: Phrase
    short: Phrase
    female: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that somebody wanted and how it ended.

    `well` says whether it ended as `who` wished; None where the story leaves that open (a dropped plan).
    `central` marks the event that the story is about: its topic and its end are the labels of the story.
    """

    id: str
    topic: str
    who: Person
    central: bool
    well: bool | None
    goal: Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A story in one language: its text, the spans of its sentences, its entities as (start, end, kind)."""

    text: str
    sentences: tuple[tuple[int, int], ...]
    entities: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A story and what is true in it. Sentence i of one text translates sentence i of the other."""

    id: str
    skeleton: tuple[str, ...]
    events: tuple[Event, ...]
    when: Phrase | None
    where: Phrase | None
    why: Phrase | None
    feeling: Phrase | None
    sentiment: Sentiment
    topic: str
    chinese: Text
    english: Text

    def text(self, language: Language) -> Text:
        return self.chinese if language == "zh" else self.english
