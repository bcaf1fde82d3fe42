"""Story number `index`: a function of (seed, split, index) alone."""

from __future__ import annotations

import random
from dataclasses import replace

from yanmo.corpus.builtin.storyworld.grammar import EventKind, Template, sections
from yanmo.corpus.builtin.storyworld.people import draw_person
from yanmo.corpus.builtin.storyworld.plot import Ending, Plan, draw, draw_plan
from yanmo.corpus.builtin.storyworld.structure import Event, Language, Person, Phrase, Split, Story, Text
from yanmo.corpus.builtin.storyworld.teller import Bound, Cast, Teller, finish, plain


def make_story(*, seed: int, split: Split, index: int) -> Story:
    """One story, with its structure and its two texts."""
    rng = random.Random(f"storyworld {seed} {split} {index}")
    plan = draw_plan(rng, split)
    cast = _cast(rng, plan)
    teller = Teller(rng, cast, {})
    bound = _bindings(rng, plan, cast)
    english = _told(teller, plan, bound, "en")
    chinese = _told(teller, plan, bound, "zh")
    sections_told = {beat.name.partition(".")[0] for beat in plan.beats}
    return Story(
        id=f"{seed}-{split}-{index}",
        skeleton=plan.skeleton,
        events=_events(teller, plan, bound),
        when=_drawn(teller, "when"),
        where=_drawn(teller, "loc"),
        why=teller.both(bound["C"]) if sections_told & {"middle", "because", "despite"} else None,
        feeling=teller.both(bound["G"]) if sections_told & {"plain", "contrast"} else None,
        sentiment=plan.sentiment,
        topic=plan.main.topic,
        chinese=chinese,
        english=english,
    )


def _cast(rng: random.Random, plan: Plan) -> Cast:
    people: dict[str, Person] = {}
    for role in "AXYZ":
        person = draw_person(rng)
        while any(person.short.english == other.short.english for other in people.values()):
            person = draw_person(rng)
        people[role] = person
    relation = draw(rng, sections()["rel"])
    return Cast(people=people, relation=relation, first_person=plan.voice == "first")


def _bindings(rng: random.Random, plan: Plan, cast: Cast) -> dict[str, Bound]:
    """What the clause names of the frames stand for."""
    about, other = cast.people["A"], cast.people["Y"]
    glad, sad = draw(rng, sections()["glad"]), draw(rng, sections()["sad"])
    feeling, opposite = (glad, sad) if plan.ending.good else (sad, glad)

    def main(template: Template, speaker: str = "") -> Bound:
        return Bound(template, "main", about, speaker=speaker)

    def end(ending: Ending, scope: str, who: Person) -> Bound:
        return Bound(ending.clause, scope, who, ending.denied)

    real, unreal = end(plan.ending, "main", about), end(plan.opposite, "main", about)
    return {
        "goal": main(plan.main.goal),
        "mygoal": main(plan.main.goal, "I"),
        "yourgoal": main(plan.main.goal, "you"),
        "R": real, "T": real, "U": unreal, "F": unreal,
        "B": main(plan.feared),
        "W": main(draw(rng, plan.main.work)),
        "C": Bound(plan.cause, "story", about),
        "G": Bound(feeling, "story", about),
        "O": Bound(opposite, "story", about),
        "side": Bound(plan.side.goal, "side", other),
        "S": end(plan.side_ending, "side", other),
        "M": end(plan.side_ending, "side", about),
        "V": Bound(draw(rng, plan.side.work), "side", other),
    }  # fmt: skip


def _told(teller: Teller, plan: Plan, bound: dict[str, Bound], language: Language) -> Text:
    """The text in one language; English comes first, it draws what fills the slots."""
    teller.start(language)
    own = bound | {"side": replace(bound["side"], who=teller.cast.people["A"])}
    sentences = [
        teller.sentence(beat, own if beat.name.startswith("side_plan") else bound) for beat in plan.beats
    ]
    return finish(sentences, language)


def _events(teller: Teller, plan: Plan, bound: dict[str, Bound]) -> tuple[Event, ...]:
    """The central event, and the one at the side when it is told."""
    found = [_event(teller, plan.main, bound["goal"], central=True, well=plan.ending.good)]
    names = {beat.name.partition(".")[0] for beat in plan.beats}
    if names & {"side_plan", "side_memory"}:
        well = plan.side_ending.good if "side_memory" in names else None
        side = replace(bound["side"], who=teller.cast.people["A"])
        found.append(_event(teller, plan.side, side, central=False, well=well))
    elif names & {"side_goal", "side_work", "side_out"}:
        well = plan.side_ending.good if "side_out" in names else None
        found.append(_event(teller, plan.side, bound["side"], central=False, well=well))
    return tuple(found)


def _event(teller: Teller, kind: EventKind, goal: Bound, *, central: bool, well: bool | None) -> Event:
    return Event(
        id=kind.id, topic=kind.topic, who=goal.who, central=central, well=well, goal=teller.both(goal)
    )


def _drawn(teller: Teller, key: str) -> Phrase | None:
    drawn = teller.scopes["story"].get(key)
    return None if drawn is None or len(drawn.told) < 2 else plain(drawn.told["zh"], drawn.told["en"])
