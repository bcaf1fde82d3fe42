"""The plan of a story: which templates, in which order, about which events. Its names are the skeleton.

Labels are hard to guess from words alone because the plan keeps the words balanced: what did not happen is
told in the same words as what did (hoped, feared, dreamed, rumoured, denied), and somebody else's story, of
another topic and with an end of its own, is told at the side.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from yanmo.corpus.builtin.storyworld.grammar import EventKind, Template, events, sections
from yanmo.corpus.builtin.storyworld.structure import SENTIMENTS, TOPICS, Sentiment, Split

Item = TypeVar("Item")
OUTCOMES = ("direct", "because", "despite", "true", "false", "double")
OUTCOME_WEIGHTS = (0.33, 0.12, 0.11, 0.11, 0.10, 0.23)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How an event ends: a clause, or the denial of its opposite."""

    clause: Template
    denied: bool
    good: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Everything about a story but the words that fill its slots."""

    voice: str  # third, first or news
    sentiment: Sentiment
    main: EventKind
    ending: Ending
    opposite: Ending
    feared: Template
    side: EventKind
    side_ending: Ending
    cause: Template
    beats: tuple[Template, ...]

    @property
    def skeleton(self) -> tuple[str, ...]:
        """The names of the events, ends, causes and sentence frames that make the story."""
        parts = (
            self.main.id,
            self.side.id,
            self.ending.clause.name,
            self.cause.name,
            self.side_ending.clause.name,
        )
        return (*parts, *(beat.name for beat in self.beats))


def draw(rng: random.Random, items: Sequence[Item]) -> Item:
    return items[int(rng.random() * len(items))]


def split_of(skeleton: Sequence[str]) -> Split:
    """The split to which a skeleton belongs: train 80 %, dev and test 10 % each, whatever the seed."""
    bucket = hashlib.blake2b("|".join(skeleton).encode(), digest_size=2).digest()[0] % 10
    return "dev" if bucket == 8 else "test" if bucket == 9 else "train"


def draw_plan(rng: random.Random, split: Split) -> Plan:
    """A plan whose skeleton belongs to `split`; topic and sentiment are balanced in each."""
    topic, sentiment = draw(rng, TOPICS), draw(rng, SENTIMENTS)
    while True:
        plan = _candidate(rng, topic, sentiment)
        if split_of(plan.skeleton) == split:
            return plan


def _candidate(rng: random.Random, topic: str, sentiment: Sentiment) -> Plan:
    main = draw(rng, events()[topic])
    side = draw(rng, events()[draw(rng, [other for other in TOPICS if other != topic])])
    good = sentiment == "positive"
    outcome = rng.choices(OUTCOMES, OUTCOME_WEIGHTS)[0]
    helps = {"because": good, "despite": not good}.get(outcome, rng.random() < 0.5)
    voice = rng.choices(("third", "first", "news"), (0.68, 0.2, 0.12))[0]
    ending = opposite = _ending(rng, main, good)
    while opposite.clause is ending.clause or opposite.good == good:
        opposite = _ending(rng, main, not good)
    return Plan(
        voice=voice,
        sentiment=sentiment,
        main=main,
        ending=ending,
        opposite=opposite,
        feared=draw(rng, main.bad),
        side=side,
        side_ending=_ending(rng, side, rng.random() < 0.5),
        cause=draw(rng, sections()["help" if helps else "hindrance"]),
        beats=tuple(_beats(rng, voice, outcome, side.topic)),
    )


def _ending(rng: random.Random, event: EventKind, good: bool) -> Ending:
    denied = rng.random() < 0.2
    return Ending(clause=draw(rng, event.good if good != denied else event.bad), denied=denied, good=good)


def _beats(rng: random.Random, voice: str, outcome: str, topic: str) -> list[Template]:
    """The frames in order: linear, or the end first and then how it began; `topic` is that of the side."""

    def frame(section: str) -> Template:
        entries = sections()[section]
        if voice == "first":
            entries = tuple(entry for entry in entries if not entry.quoted)
        return draw(rng, entries)

    opening = {"third": "opening", "first": "opening_i", "news": "opening_news"}[voice]
    side = _side(rng, topic)
    end = [frame(outcome)]
    if rng.random() < 0.65:
        end.append(frame("contrast" if rng.random() < 0.5 else "plain"))
    wish = [frame("hope" if rng.random() < 0.7 else "fear")]
    if len(side) < 3 and rng.random() < 0.45:
        wish.append(frame("work"))
    if outcome not in ("because", "despite") and rng.random() < 0.3:
        wish.append(frame("middle"))
    if rng.random() < 0.15:
        beats = [frame(opening), *end[:1], frame("hope_back"), *map(frame, side), *end[1:]]
    else:
        first, rest = (side, []) if rng.random() < 0.3 else ([], side)
        beats = [
            frame(opening),
            *map(frame, first),
            wish[0],
            *_mixed(rng, wish[1:], list(map(frame, rest))),
            *end,
        ]
    if len(beats) < 9 and rng.random() < 0.35:
        beats.insert(1 + int(rng.random() * (len(beats) - 1)), frame("scenery"))
    if rng.random() < 0.5:
        beats.append(frame("closing"))
    return beats


def _side(rng: random.Random, topic: str) -> list[str]:
    """What is told at the side: about Y, or a plan and a memory of A's own (nobody plans an illness)."""
    length = rng.choices((0, 1, 2, 3), (0.10, 0.25, 0.35, 0.30))[0]
    thread = (
        ["side_goal", "side_work", "side_out"]
        if topic == "health" or rng.random() < 0.6
        else ["side_plan", "side_memory"]
    )
    while len(thread) > length:
        thread.pop(int(rng.random() * len(thread)))
    return thread


def _mixed(rng: random.Random, one: list[Template], other: list[Template]) -> list[Template]:
    """Both lists in one, each in its own order."""
    mixed: list[Template] = []
    while one or other:
        mixed.append((one if one and (not other or rng.random() < 0.5) else other).pop(0))
    return mixed
