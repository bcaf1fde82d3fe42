"""Stories as the labelled records of every task. Labels are read off a story's structure."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from typing import Literal

from yanmo.corpus.builtin.storyworld.stories import Languages, story_language, storyworld
from yanmo.corpus.builtin.storyworld.structure import Event, Language, Phrase, Split, Story
from yanmo.corpus.document import JsonValue, Record

QUESTIONS: Mapping[str, Mapping[Language, str]] = {
    "feeling": {"en": "How did {who} feel in the end?", "zh": "{who}最后是什么心情？"},
    "who": {"en": "Who felt {feeling}?", "zh": "谁显得{feeling}？"},
    "when": {"en": "When does the story begin?", "zh": "故事从什么时候讲起？"},
}
TELL: Mapping[Language, str] = {
    "en": "Tell a story of somebody who wanted to {goal}.",
    "zh": "讲一个故事，主人公想{goal}。",
}
NARRATOR = Phrase(chinese="讲故事的人", english="the narrator")
SAME_EVENT, SAME_TOPIC, OTHER = 5.0, 2.5, 0.0


def classification_records(
    *, language: Languages, split: Split, size: int, seed: int = 0, task: Literal["sentiment", "topic"]
) -> Iterator[Record]:
    """Records with the fields `text` and `label`."""
    for story, one in _told(language, split, size, seed):
        label = story.sentiment if task == "sentiment" else story.topic
        yield _record(story, one, {"text": story.text(one).text, "label": label})


def ner_records(*, language: Languages, split: Split, size: int, seed: int = 0) -> Iterator[Record]:
    """Records with the fields `text` and `entities`: [{start, end, label}], end exclusive; PER, LOC, ORG."""
    for story, one in _told(language, split, size, seed):
        text = story.text(one)
        entities: list[JsonValue] = [
            {"start": start, "end": end, "label": kind} for start, end, kind in text.entities
        ]
        yield _record(story, one, {"text": text.text, "entities": entities})


def question_records(*, language: Languages, split: Split, size: int, seed: int = 0) -> Iterator[Record]:
    """Records with the fields `context`, `question` and `answers`: [{text, start}], empty where it is not told.

    At most one question a story, by turns: how somebody felt, who felt so, when it begins. A story whose words give
    no unique answer is left out, so there are fewer records than stories.
    """
    for number, (story, one) in enumerate(_told(language, split, size, seed)):
        kind = list(QUESTIONS)[number // 2 % len(QUESTIONS)]
        who = story.events[0].who.name
        named = _places(story.text(one).text, _in(who, one))
        if kind == "who":
            answer = who if named else None
            missing = story.feeling is None or not named
        else:
            answer = story.feeling if kind == "feeling" else story.when
            missing = False
        context = story.text(one).text
        places = [] if answer is None else _places(context, _in(answer, one))
        if missing or (answer is not None and not places) or (kind != "who" and len(places) > 1):
            continue
        question = QUESTIONS[kind][one].format(
            who=_in(who if named else NARRATOR, one),
            feeling="" if story.feeling is None else _in(story.feeling, one),
        )
        answers: list[JsonValue] = [{"text": context[start:end], "start": start} for start, end in places]
        yield _record(story, one, {"context": context, "question": question, "answers": answers})


def wish_records(*, language: Languages, split: Split, size: int, seed: int = 0) -> Iterator[Record]:
    """Records with the fields `text` and `label`: what somebody in a story wants, and its topic.

    Unlike the topic of a whole story it follows from the words, and a few hundred labels are enough to learn it.
    """
    for story, one in _told(language, split, size, seed):
        wish = story.events[0]
        yield _record(story, one, {"text": _in(wish.goal, one), "label": wish.topic})


def similarity_records(*, language: Languages, split: Split, size: int, seed: int = 0) -> Iterator[Record]:
    """Records with the fields `text_a`, `text_b` and `score`: what the people of two stories want, and how alike.

    5: the same kind of thing, 2.5: things of one topic, 0: neither; the partners are drawn from these by turns, where
    another wish is among them.
    """
    rng = random.Random(f"storyworld similarity {seed} {split}")
    told = [(story, one, story.events[0]) for story, one in _told(language, split, size, seed)]
    groups: dict[tuple[Language, str], list[Event]] = {}
    for _, one, event in told:
        for name in (event.id, event.topic, ""):
            groups.setdefault((one, name), []).append(event)
    for number, (story, one, event) in enumerate(told):
        alike = groups[one, (event.id, event.topic, "")[number // 2 % 3]]
        others = [other for other in alike if other.goal != event.goal]
        if not others:
            continue
        other = rng.choice(others)
        score = SAME_EVENT if event.id == other.id else SAME_TOPIC if event.topic == other.topic else OTHER
        yield _record(
            story, one, {"text_a": _in(event.goal, one), "text_b": _in(other.goal, one), "score": score}
        )


def telling_records(*, language: Languages, split: Split, size: int, seed: int = 0) -> Iterator[Record]:
    """Records with the fields `prompt` and `completion`: a wish, and the story of somebody who had it."""
    for story, one in _told(language, split, size, seed):
        prompt = TELL[one].format(goal=_in(story.events[0].goal, one))
        yield _record(story, one, {"prompt": prompt, "completion": story.text(one).text})


def translation_records(*, split: Split, size: int, seed: int = 0) -> Iterator[Record]:
    """Records with the fields `en` and `zh`: a sentence and its translation."""
    for story in storyworld(split=split, size=size, seed=seed):
        for english, chinese in zip(_sentences(story, "en"), _sentences(story, "zh"), strict=True):
            yield _record(story, "en-zh", {"en": english, "zh": chinese})


def _told(language: Languages, split: Split, size: int, seed: int) -> Iterator[tuple[Story, Language]]:
    for index, story in enumerate(storyworld(split=split, size=size, seed=seed)):
        yield story, story_language(language, index)


def _record(story: Story, language: str, fields: dict[str, JsonValue]) -> Record:
    return Record(fields=fields, source=f"storyworld:{language}:{story.id}")


def _in(phrase: Phrase, language: Language) -> str:
    return phrase.chinese if language == "zh" else phrase.english


def _sentences(story: Story, language: Language) -> list[str]:
    text = story.text(language)
    return [text.text[start:end] for start, end in text.sentences]


def _places(context: str, words: str) -> list[tuple[int, int]]:
    """Where the words stand, a capital letter at the start of a sentence or not; whole words of English alone."""
    edge = r"\b" if words.isascii() else ""
    found = re.finditer(f"{edge}{re.escape(words)}{edge}", context, re.IGNORECASE)
    return [match.span() for match in found]
