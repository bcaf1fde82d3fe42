"""Tells a template in one language: fills its slots, chooses names or pronouns, puts clauses into their form.

Entities are wrapped in marks (private characters), so that offsets can be read off the finished text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from yanmo.corpus.builtin.storyworld import english
from yanmo.corpus.builtin.storyworld.grammar import Part, Parts, Template, sections
from yanmo.corpus.builtin.storyworld.structure import Language, Person, Phrase, Text

MARKS = {"PER": "\ue000", "LOC": "\ue001", "ORG": "\ue002"}
KINDS = {mark: kind for kind, mark in MARKS.items()}
END = "\ue003"
_MARK = re.compile("[\ue000-\ue003]")
# he, him, his; "I" is the person of a story told by I, "you" of a suggestion
WORDS = {
    "she": {"he": ("she", "她"), "him": ("her", "她"), "his": ("her", "她的")},
    "he": {"he": ("he", "他"), "him": ("him", "他"), "his": ("his", "他的")},
    "I": {"he": ("I", "我"), "him": ("me", "我"), "his": ("my", "我的")},
    "you": {"he": ("you", "你"), "him": ("you", "你"), "his": ("your", "你的")},
}
ROLE_FORMS = {"": "he", "n": "he", "o": "him", "s": "his"}


@dataclass(slots=True)
class Drawn:
    """A slot as it was filled: the template and how it read in each language."""

    template: Template
    told: dict[Language, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bound:
    """A clause or phrase that a frame may hold: of which event (scope), about whom, affirmed or denied."""

    template: Template
    scope: str
    who: Person
    denied: bool = False
    speaker: str = ""  # "I" or "you": in somebody's own words


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of a story. A is whom it is about; X is `relation` to A; Y and Z pass by."""

    people: Mapping[str, Person]
    relation: Template
    first_person: bool


class Teller:
    """Tells one story sentence by sentence; `scopes` keep what was drawn, for both languages."""

    def __init__(self, rng: random.Random, cast: Cast, scopes: dict[str, dict[str, Drawn]]) -> None:
        self.rng, self.cast, self.scopes = rng, cast, scopes
        self.bound: Mapping[str, Bound] = {}
        self.choices: dict[str, float] = {}  # of (a/b), by template
        self.language: Language = "en"
        self.start("en")

    def start(self, language: Language) -> None:
        """Begin the story anew in `language`."""
        self.language, self.index = language, 0 if language == "en" else 1
        self.known: set[str] = set()  # names that have been told
        self.before: list[Person] = []  # people of the last sentence
        self.now: list[Person] = []  # and of this one

    def sentence(self, template: Template, bound: Mapping[str, Bound]) -> str:
        self.bound, self.before, self.now = bound, self.now, []
        side = template.english if self.language == "en" else template.chinese
        text = self.tell(side, "story", self.cast.people["A"])
        return english.sentence(text) if self.language == "en" else text

    def both(self, bound: Bound) -> Phrase:
        """A clause (in the past) or a phrase on its own, in both languages."""
        self.start("en")
        english_text = self._bound(bound, "past")
        self.start("zh")
        return plain(self._bound(bound, "past"), english_text)

    def tell(
        self, parts: Parts, scope: str, who: Person, form: str = "", denied: bool = False, speaker: str = ""
    ) -> str:
        """The text of `parts`; slots belong to `scope`, and A is `who`."""
        told: list[str] = []
        for part in parts:
            kind = part.kind
            if kind == "text":
                told.append(part.value)
            elif kind == "slot":
                told.append(self._slot(part, scope))
            elif kind == "person":
                person = who if part.value == "A" else self.cast.people[part.value]
                told.append(self._person(part, person))
            elif kind == "verb":
                told.append(self._verb(part.value, form, denied))
            elif kind == "le":
                told.append("了" if form in ("past", "perf") and not denied else "")
            elif kind == "pronoun":
                told.append(self._pronoun(who, part.value, speaker))
            elif kind == "name":
                name = who.name
                told.append(MARKS["PER"] + (name.english, name.chinese)[self.index] + END)
            elif kind == "clause":
                told.append(self._bound(self.bound[part.key], part.value))
            else:
                choice = self.choices.setdefault(f"{scope}{part.key}", self.rng.random())
                option = part.options[int(choice * len(part.options))]
                told.append(self.tell(option, scope, who, form, denied, speaker))
        return "".join(told)

    def _bound(self, bound: Bound, form: str) -> str:
        side = bound.template.english if self.language == "en" else bound.template.chinese
        return self.tell(side, bound.scope, bound.who, form, bound.denied, bound.speaker)

    def _verb(self, value: str, form: str, denied: bool) -> str:
        if self.language == "en":
            return english.verb(value, form, denied)
        if form in ("past", "perf"):
            return "没有" if denied else ""
        if form == "if":
            return ""
        return ("就" if form == "whave" else "") + ("不会" if denied else "会")

    def _slot(self, part: Part, scope: str) -> str:
        name = part.value
        if name in self.bound:
            return self._bound(self.bound[name], "past")
        drawn = self.draw(part.key, name, scope)
        if part.modifier == "m":
            return drawn.template.measure
        text = drawn.told.get(self.language)
        if text is None:
            side = drawn.template.english if self.language == "en" else drawn.template.chinese
            inner = f"{scope}/{part.key}"
            text = self.tell(side, inner, self.cast.people["A"])
            mark = MARKS.get(name[:3].upper()) if name[:3] in ("loc", "org") else None
            if mark is not None:
                text = mark + _MARK.sub("", text) + END
            drawn.told[self.language] = text
        if self.language == "en" and name in NOUNS:
            one, slash, many = text.partition("/")
            if part.modifier == "+":
                return many if slash else english.plural(one)
            return one
        return text

    def draw(self, key: str, section: str, scope: str) -> Drawn:
        """What fills the slot `key`, drawn from its section when it is new."""
        slots = self.scopes.setdefault(scope, {})
        if key not in slots:
            entries = sections()[section]
            slots[key] = Drawn(entries[int(self.rng.random() * len(entries))])
        return slots[key]

    def _person(self, part: Part, person: Person) -> str:
        about = self.cast.people["A"]
        if person is about and self.cast.first_person:
            return WORDS["I"][ROLE_FORMS[part.modifier]][self.index]
        if self._clear(person):
            self.now.append(person)
            return self._pronoun(person, ROLE_FORMS[part.modifier], "")
        name = self._name(person, introduce=part.value == "X" and part.modifier != "n")
        self.now.append(person)
        possessive = ("’s", "的")[self.index] if part.modifier == "s" else ""
        return name + possessive

    def _clear(self, person: Person) -> bool:
        """Whether a pronoun can only mean this person."""
        if any(other is not person and other.female == person.female for other in self.now):
            return False
        if any(other is person for other in self.now):
            return True
        rivals = any(other is not person and other.female == person.female for other in self.before)
        named = any(other is person for other in self.before)
        return person is self.cast.people["A"] and named and not rivals and self.rng.random() < 0.75

    def _name(self, person: Person, *, introduce: bool) -> str:
        name = person.name.english
        if name in self.known:
            chosen = person.short if self.rng.random() < 0.6 else person.name
        else:
            chosen = person.name
            self.known.add(name)
        marked = MARKS["PER"] + (chosen.english, chosen.chinese)[self.index] + END
        about = self.cast.people["A"]
        if not introduce or chosen is not person.name or not self._new(person):
            return marked
        if not (self.cast.first_person or about.name.english in self.known):
            return marked
        whose = self._person(Part("person", "A", modifier="s"), about)
        relation = (self.cast.relation.english, self.cast.relation.chinese)[self.index][0].value
        return f"{whose} {relation} {marked}" if self.language == "en" else f"{whose}{relation}{marked}"

    def _new(self, person: Person) -> bool:
        """Whether this is the first time that the relation of this person is told."""
        key = "relation of " + person.name.english
        new = key not in self.known
        self.known.add(key)
        return new

    def _pronoun(self, person: Person, form: str, speaker: str) -> str:
        if speaker:
            words = WORDS[speaker]
        elif self.cast.first_person and person is self.cast.people["A"]:
            words = WORDS["I"]
        else:
            words = WORDS["she" if person.female else "he"]
        return words[form][self.index]


def plain(chinese: str, english_text: str) -> Phrase:
    """Both texts without the marks of entities."""
    return Phrase(chinese=_MARK.sub("", chinese), english=_MARK.sub("", english_text))


NOUNS = frozenset({"thing", "animal", "dish", "product", "job"})


def finish(sentences: list[str], language: Language) -> Text:
    """The sentences as one text, its marks turned into offsets."""
    joint = " " if language == "en" else ""
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    entities: list[tuple[int, int, str]] = []
    length = 0
    for sentence in sentences:
        if pieces:
            pieces.append(joint)
            length += len(joint)
        begin, kind, opened, last = length, "", 0, 0
        for match in _MARK.finditer(sentence):
            piece = sentence[last : match.start()]
            pieces.append(piece)
            length += len(piece)
            last = match.end()
            if match.group() == END:
                entities.append((opened, length, kind))
            else:
                kind, opened = KINDS[match.group()], length
        pieces.append(sentence[last:])
        length += len(sentence) - last
        spans.append((begin, length))
    return Text(text="".join(pieces), sentences=tuple(spans), entities=tuple(entities))
