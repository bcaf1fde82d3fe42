"""Parallel templates: one line of `data/` is the same thing said in English and in Chinese.

{thing}   a word or phrase of section [thing]; {thing2} is another one; once drawn it stays for the story
{thing.m} its measure word (Chinese); {thing+} its plural (English)
{A} {As} {Ao}  a person as subject, possessor, object: by name or pronoun; {he} {him} {his}: always a pronoun
{R:past}  a clause in a form; {goal} a phrase of the event
(a/b)     either, the same one in both languages
    <win>, ^  the verb of a clause; [了] only where the thing has happened
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from yanmo.corpus.builtin.storyworld.structure import TOPICS

PERSONS = frozenset("AXYZ")
PRONOUNS = frozenset({"he", "him", "his"})
FORMS = frozenset({"past", "perf", "would", "whave", "if"})
_TOKEN = re.compile(r"\{[^}]+\}|\([^()]*\)|<\w+>|\^|\[了\]|[^{(<^\[]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a template. `kind`: text, slot, person, name, pronoun, clause, either, verb, le."""

    kind: str
    value: str
    key: str = ""
    modifier: str = ""
    options: tuple[tuple[Part, ...], ...] = ()


Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """One line: its name (section.number), both sides, and the measure word if it is a noun."""

    name: str
    english: Parts
    chinese: Parts
    measure: str = ""
    quoted: bool = False  # somebody's words speak of the person: they would be wrong in a story told by "I"


@dataclass(frozen=True, slots=True)
class EventKind:
    """An event of `events.txt`: what is wanted, how it ends, what is done for it."""

    id: str
    topic: str
    goal: Template
    good: tuple[Template, ...]
    bad: tuple[Template, ...]
    work: tuple[Template, ...]


def compile_side(source: str, name: str = "") -> Parts:
    """The pieces of one side of the template `name`."""
    parts: list[Part] = []
    choices = 0
    for token in _TOKEN.findall(source):
        parts.append(_part(token, f"{name}#{choices}"))
        choices += token[0] == "("
    return tuple(parts)


def _part(token: str, place: str) -> Part:
    if token[0] == "(":
        options = tuple(compile_side(option) for option in token[1:-1].split("/"))
        return Part("either", token, key=place, options=options)
    if token[0] == "<":
        return Part("verb", token[1:-1])
    if token in ("^", "[了]"):
        return Part("verb" if token == "^" else "le", token)
    if token[0] != "{":
        return Part("text", token)
    name = token[1:-1]
    if ":" in name:
        key, _, form = name.partition(":")
        return Part("clause", form, key=key)
    if name == "NAME":
        return Part("name", name)
    if name in PRONOUNS:
        return Part("pronoun", name)
    if name[0] in PERSONS and name[1:] in ("", "s", "o", "n"):
        return Part("person", name[0], modifier=name[1:])
    modifier = "m" if name.endswith(".m") else "+" if name.endswith("+") else ""
    key = name.removesuffix(".m").removesuffix("+")
    return Part("slot", key.rstrip("0123456789"), key=key, modifier=modifier)


def _template(name: str, english: str, chinese: str, measure: str = "") -> Template:
    spoken = "".join(re.findall("“([^”]*)”", english))
    return Template(
        name=name,
        english=compile_side(english, name),
        chinese=compile_side(chinese, name),
        measure=measure,
        quoted=bool(re.search(r"\{(A|As|Ao|he|him|his|W|[RUTFCM]:\w+)\}", spoken)),
    )


def data_lines(file: str) -> list[str]:
    """The lines of a file in `data/`, without the empty ones and the notes."""
    text = (files(__package__) / "data" / file).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


FILES = (
    "names", "places", "words", "scenery", "causes", "frames_open", "frames_side", "frames_outcome",
    "frames_end", "frames_close",
)  # fmt: skip


@cache
def sections() -> Mapping[str, tuple[Template, ...]]:
    """Every section of words and frames by its name."""
    found: dict[str, list[Template]] = {}
    for file in FILES:
        section, measure = "", ""
        for line in data_lines(f"{file}.txt"):
            if line[0] == "[":
                section, _, measure = line[1:-1].partition(" ")
                continue
            entries = found.setdefault(section, [])
            pairs = [line.split(" | ")] if " | " in line else [pair.split("=") for pair in line.split("; ")]
            for english, chinese in pairs:
                entries.append(_template(f"{section}.{len(entries)}", english, chinese, measure))
    return {name: tuple(entries) for name, entries in found.items()}


@cache
def events() -> Mapping[str, tuple[EventKind, ...]]:
    """The kinds of events by topic."""
    lines: dict[str, dict[str, list[Template]]] = {}
    event = ""
    for line in data_lines("events.txt"):
        if line[0] == "[":
            event = line[1:-1].replace(" ", ".")
            lines[event] = {"goal": [], "good": [], "bad": [], "work": []}
            continue
        kind, english, chinese = line.split(" | ")
        name = f"{event}.{kind}.{len(lines[event][kind])}"
        lines[event][kind].append(_template(name, english, chinese))
    kinds = [
        EventKind(
            name, name.split(".")[0], of["goal"][0], tuple(of["good"]), tuple(of["bad"]), tuple(of["work"])
        )
        for name, of in lines.items()
    ]
    return {topic: tuple(kind for kind in kinds if kind.topic == topic) for topic in TOPICS}
