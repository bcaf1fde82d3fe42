"""What storyworld promises: labels that follow from the text, not its words; splits that share nothing."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from yanmo.corpus.builtin.storyworld import (
    Story,
    classification_records,
    documents,
    ner_records,
    question_records,
    similarity_records,
    storyworld,
    translation_records,
    wish_records,
)
from yanmo.corpus.builtin.storyworld.english import verb
from yanmo.corpus.builtin.storyworld.grammar import Parts, events, sections
from yanmo.corpus.builtin.storyworld.plot import split_of
from yanmo.corpus.builtin.storyworld.structure import ENTITY_KINDS, SENTIMENTS, SPLITS, TOPICS, Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@cache
def stories(split: str, size: int) -> tuple[Story, ...]:
    return tuple(storyworld(split=split, size=size))  # type: ignore[arg-type]


def sentences(split: str, size: int, language: Language) -> list[str]:
    texts = [story.text(language) for story in stories(split, size)]
    return [text.text[start:end] for text in texts for start, end in text.sentences]


def test_no_skeleton_in_two_splits() -> None:
    for split in SPLITS:
        assert all(split_of(story.skeleton) == split for story in stories(split, 300))
    train = {story.skeleton for story in stories("train", 4000)}
    assert not any(story.skeleton in train for story in stories("test", 1000))


@pytest.mark.parametrize("language", LANGUAGES)
def test_test_sentences_are_new(language: Language) -> None:
    train = set(sentences("train", 4000, language))
    test = sentences("test", 1000, language)
    assert sum(sentence in train for sentence in test) < 0.01 * len(test)


@pytest.mark.parametrize("vectorizer", [CountVectorizer, TfidfVectorizer])
@pytest.mark.parametrize("task", ["sentiment", "topic"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_bag_of_words_is_not_enough(language: Language, task: str, vectorizer: type) -> None:
    analyzer = "word" if language == "en" else "char"
    bag = vectorizer(ngram_range=(1, 2), analyzer=analyzer, min_df=3)
    model = make_pipeline(
        bag, LogisticRegression(C=1.0 if vectorizer is CountVectorizer else 10.0, max_iter=300)
    )
    train, test = stories("train", 4000), stories("test", 1000)
    model.fit([story.text(language).text for story in train], [getattr(story, task) for story in train])
    accuracy = model.score(
        [story.text(language).text for story in test], [getattr(story, task) for story in test]
    )
    assert 1 / len(TOPICS) < accuracy <= 0.85


EDGE = re.compile(r"\b")


def spans_of(names: Mapping[str, str], text: str, language: Language) -> Iterator[tuple[int, int]]:
    """Where names stand, the longest first; an English one is no part of a word."""
    longest, place = max(map(len, names)), 0
    while place < len(text):
        for end in range(min(place + longest, len(text)), place, -1):
            whole = language != "en" or (EDGE.match(text, place) and EDGE.match(text, end))
            if text[place:end] in names and whole:
                yield place, end
                place = end - 1
                break
        place += 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dictionary_of_names_is_not_enough(language: Language) -> None:
    known: dict[str, dict[str, int]] = {}
    for story in stories("train", 4000):
        text = story.text(language)
        for start, end, kind in text.entities:
            counts = known.setdefault(text.text[start:end], {})
            counts[kind] = counts.get(kind, 0) + 1
    kinds = {name: max(counts, key=counts.__getitem__) for name, counts in known.items()}
    right = said = there = 0
    for story in stories("test", 200):
        text = story.text(language)
        found = {
            (start, end, kinds[text.text[start:end]]) for start, end in spans_of(kinds, text.text, language)
        }
        right += len(found & set(text.entities))
        said, there = said + len(found), there + len(text.entities)
    assert 0.1 < 2 * right / (said + there) <= 0.70


@given(seed=st.integers(0, 2**40), split=st.sampled_from(SPLITS))
@settings(max_examples=60, deadline=None)
def test_every_story_is_whole(seed: int, split: str) -> None:
    (story,) = storyworld(split=split, size=1, seed=seed)  # type: ignore[arg-type]
    assert 2 < len(story.chinese.sentences) == len(story.english.sentences) <= 10
    assert story.sentiment in SENTIMENTS and story.topic in TOPICS
    (central,) = (event for event in story.events if event.central)
    assert central.topic == story.topic and central.well == (story.sentiment == "positive")
    for text in (story.chinese, story.english):
        assert not re.search("[{}<>^|()\\[\\]\ue000-\ue003]|  |None", text.text)
        for start, end in text.sentences:
            assert text.text[end - 1] in ".?!。？！”" and not text.text[start].islower()
        ends = [0, *(end for _, end, _ in text.entities)]
        for before, (start, end, kind) in zip(ends, text.entities, strict=False):
            assert before <= start < end and kind in ENTITY_KINDS
            name = text.text[start:end]
            assert name == name.strip(" ，。,.") and name
    assert not re.search("[A-Za-z,;?!]", story.chinese.text)
    assert not re.search(
        r"[\u4e00-\u9fff]|\b(?:a|A(?! [A-Z])) (?:[aei]|o(?!ne\b))|\ban [bcdfgj-np-tv-z]", story.english.text
    )
    for start, _ in story.english.sentences:
        assert not re.match("An [bcdfgj-np-tv-z]", story.english.text[start:])
    names = {event.who.name.english for event in story.events if event.central}
    assert any(name in story.english.text for name in names) or re.search(r"\bI\b", story.english.text)


def test_a_story_depends_on_seed_split_and_index_alone() -> None:
    assert list(storyworld(split="dev", size=5)) == list(storyworld(split="dev", size=9))[:5]
    assert next(iter(storyworld(split="dev", size=1, seed=1))) != stories("dev", 300)[0]


@pytest.mark.parametrize("split", SPLITS)
def test_labels_are_balanced(split: str) -> None:
    of = stories(split, 300)
    assert 0.35 < sum(story.sentiment == "positive" for story in of) / len(of) < 0.65
    assert all(sum(story.topic == topic for story in of) > 0.05 * len(of) for topic in TOPICS)


def wildcard(parts: Parts, form: str, denied: bool) -> str:
    """A pattern of an English template: its slots are anything, its clauses are groups."""
    pattern = ""
    for part in parts:
        if part.kind == "clause" and part.key in "RTF":
            pattern += f"(?P<{part.key}_{part.value}>.+?)"
        elif part.kind == "text":
            pattern += re.sub(r"\b([Aa])\\ $", r"\1n?\\ ", re.escape(part.value))  # a or an
        elif part.kind == "verb":
            pattern += re.escape(verb(part.value, form, denied))
        elif part.kind == "either":
            pattern += "(?:" + "|".join(wildcard(option, form, denied) for option in part.options) + ")"
        elif part.kind == "person":
            pattern += r"(?:(?!\b(?:not|had|would|how)\b).)+?"
        elif part.value == "later":
            times = "|".join(wildcard(time.english, "", False) for time in sections()["later"])
            pattern += f"(?:{times})"
        else:
            pattern += ".+?"
    return pattern


@cache
def clauses(topic: str, form: str) -> list[tuple[re.Pattern[str], bool]]:
    """The ways to tell an end in a form, and whether each is good."""
    return [
        (re.compile(wildcard(clause.english, form, denied), re.IGNORECASE), good != denied)
        for kind in events()[topic]
        for good, ends in ((True, kind.good), (False, kind.bad))
        for clause in ends
        for denied in (False, True)
    ]


def test_a_reader_of_the_text_finds_the_sentiment() -> None:
    """A rule that knows the frames, and sees the English text and the topic only, is nearly always right."""
    frames = [
        re.compile(wildcard(frame.english, "", False), re.IGNORECASE)
        for section in ("double", "true", "false", "despite", "because", "direct")
        for frame in reversed(sections()[section])
    ]
    right = read = 0
    for story in stories("test", 150):
        text = story.english
        said = [text.text[start:end] for start, end in text.sentences]
        ends = [
            good != group.startswith("F")
            for frame in frames
            for sentence in said
            if (match := frame.fullmatch(sentence))
            for group, clause in match.groupdict().items()
            for pattern, good in clauses(story.topic, group[2:])
            if pattern.fullmatch(clause)
        ]
        read += bool(ends)
        right += bool(ends) and ends[0] == (story.sentiment == "positive")
    assert read > 130 and right >= 0.97 * read, (right, read)


def test_both_languages_fill_the_same_slots() -> None:
    def slots(parts: Parts) -> set[str]:
        own = {part.key or part.value for part in parts if part.kind in ("slot", "clause", "person")}
        return own.union(*(slots(option) for part in parts for option in part.options))

    for entries in sections().values():
        for entry in entries:
            assert slots(entry.english) == slots(entry.chinese), entry.name
            choices = [
                [len(part.options) for part in side if part.options]
                for side in (entry.english, entry.chinese)
            ]
            assert not choices[0] or not choices[1] or choices[0] == choices[1], entry.name
    for kinds in events().values():
        for kind in kinds:
            for clause in (*kind.good, *kind.bad):
                assert slots(clause.english) == slots(clause.chinese), clause.name
                for side in (clause.english, clause.chinese):
                    assert sum(part.kind == "verb" for part in side) == 1, clause.name


def test_questions_have_their_answers_in_the_story() -> None:
    records = list(question_records(language="both", split="dev", size=300))
    without = 0
    for record in records:
        context, question = str(record.fields["context"]), str(record.fields["question"])
        answers: list[dict[str, object]] = record.fields["answers"]  # type: ignore[assignment]
        without += not answers
        assert ("zh" in record.source) == question.endswith("？")
        assert "{" not in question and "None" not in question
        for answer in answers:
            assert isinstance(answer["start"], int) and isinstance(answer["text"], str) and answer["text"]
            assert context[answer["start"] :].startswith(answer["text"])
    assert len(records) > 200 and 0.2 < without / len(records) < 0.6
    felt = {story.feeling.english for story in stories("dev", 300) if story.feeling}
    asked = [record for record in records if str(record.fields["question"]).startswith("How did")]
    told = [record.fields["answers"][0]["text"] for record in asked if record.fields["answers"]]  # type: ignore[index, call-overload]
    assert told and set(told) <= felt


def test_similar_wishes_are_of_one_kind() -> None:
    records = list(similarity_records(language="en", split="train", size=300))
    kinds = {
        event.goal.english: (event.id, event.topic)
        for story in stories("train", 4000)
        for event in story.events
    }
    scores = [record.fields["score"] for record in records]
    assert all(scores.count(score) > 50 for score in (0.0, 2.5, 5.0))
    for record in records:
        one, other = kinds[str(record.fields["text_a"])], kinds[str(record.fields["text_b"])]
        score = 5.0 if one == other else 2.5 if one[1] == other[1] else 0.0
        assert record.fields["score"] == score
        assert record.fields["text_a"] != record.fields["text_b"]


def test_wishes_have_their_topics() -> None:
    kinds = {event.goal.chinese: event.topic for story in stories("train", 60) for event in story.events}
    records = list(wish_records(language="zh", split="train", size=60))
    assert len({record.fields["label"] for record in records}) == len(TOPICS)
    assert all(kinds[str(record.fields["text"])] == record.fields["label"] for record in records)


def test_translations_are_the_sentences() -> None:
    records = list(translation_records(split="dev", size=3))
    of = stories("dev", 3)
    assert "".join(str(record.fields["zh"]) for record in records) == "".join(
        story.chinese.text for story in of
    )
    assert " ".join(str(record.fields["en"]) for record in records) == " ".join(
        story.english.text for story in of
    )


def test_vocabulary_is_wide() -> None:
    of = stories("train", 4000)
    words = {word for story in of for word in re.findall(r"[a-zà-ÿ]+", story.english.text.lower())}
    characters = {char for story in of for char in story.chinese.text if "\u4e00" <= char <= "\u9fff"}
    assert len(words) > 6000 and len(characters) > 2100


def test_records_and_documents() -> None:
    records = list(classification_records(language="both", split="dev", size=4, task="topic"))
    assert [record.source.split(":")[1] for record in records] == ["zh", "en", "zh", "en"]
    assert all(record.fields["label"] in TOPICS for record in records)
    (record,) = ner_records(language="en", split="dev", size=1)
    first = record.fields["entities"][0]  # type: ignore[index, call-overload]
    assert set(first) == {"start", "end", "label"}
    made = list(documents("both", 3))
    assert len(made) == 6 and len({document.id for document in made}) == 6
    assert made[0].text == stories("train", 4000)[0].chinese.text
