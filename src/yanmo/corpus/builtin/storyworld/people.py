"""People with names in both languages, Chinese or Western, composed, so that there are a million."""

from __future__ import annotations

import random

from yanmo.corpus.builtin.storyworld.grammar import Template, sections
from yanmo.corpus.builtin.storyworld.structure import Person, Phrase


def draw_person(rng: random.Random, *, not_female: bool | None = None) -> Person:
    """A person; `not_female` asks for a gender other than the given one."""
    female = rng.random() < 0.5 if not_female is None else not not_female
    return _chinese(rng, female) if rng.random() < 0.55 else _western(rng, female)


def _word(rng: random.Random, section: str) -> tuple[str, str]:
    entries = sections()[section]
    return both(entries[int(rng.random() * len(entries))])


def both(template: Template) -> tuple[str, str]:
    """English and Chinese of a plain word."""
    return template.english[0].value, template.chinese[0].value


def _chinese(rng: random.Random, female: bool) -> Person:
    family_en, family_zh = _word(rng, "surname_zh")
    own = "given_f_zh" if female else "given_m_zh"
    given = [_word(rng, own if rng.random() < 0.6 else "given_zh")]
    if rng.random() < 0.75:
        given.insert(0, _word(rng, "given_zh" if rng.random() < 0.6 else own))
    given_en = "".join(part for part, _ in given).capitalize()
    given_zh = "".join(part for _, part in given)
    full = Phrase(chinese=family_zh + given_zh, english=f"{family_en} {given_en}")
    if len(given) == 1:
        return Person(name=full, short=full, female=female)
    return Person(name=full, short=Phrase(chinese=given_zh, english=given_en), female=female)


def _western(rng: random.Random, female: bool) -> Person:
    given_en, given_zh = _word(rng, "given_f_en" if female else "given_m_en")
    family_en, family_zh = _word(rng, "surname_en")
    full = Phrase(chinese=f"{given_zh}·{family_zh}", english=f"{given_en} {family_en}")
    return Person(name=full, short=Phrase(chinese=given_zh, english=given_en), female=female)
