"""storyworld: short parallel Chinese and English stories with gold labels, of any number, from a seed.

A story is about one person who wants something. Its labels follow from its structure:

    sentiment  does the person get what they want?       positive, negative
    topic      what is it that they want?                structure.TOPICS
    entities   who, where, which organisation            PER, LOC, ORG with character offsets
    sentences  sentence i of one text translates sentence i of the other
"""

from yanmo.corpus.builtin.storyworld.records import (
    classification_records,
    ner_records,
    question_records,
    similarity_records,
    telling_records,
    translation_records,
    wish_records,
)
from yanmo.corpus.builtin.storyworld.stories import VERSION, documents, storyworld
from yanmo.corpus.builtin.storyworld.structure import Event, Person, Phrase, Story, Text

__all__ = [
    "VERSION", "Event", "Person", "Phrase", "Story", "Text", "classification_records", "documents", "ner_records",
    "question_records", "similarity_records", "storyworld", "telling_records",
    "translation_records", "wish_records",
]  # fmt: skip
