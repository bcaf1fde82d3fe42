"""What a model said, for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yanmo.cli.screen import print_line
from yanmo.messages import listed, percent, text

if TYPE_CHECKING:
    from yanmo.api.answer import CitedAnswer
    from yanmo.tasks import TaskPrediction
    from yanmo.tasks.question_answering import AnswerPrediction, Candidate
    from yanmo.tasks.similarity_scores import SimilarityPrediction
    from yanmo.tasks.text_classification import ClassPrediction
    from yanmo.tasks.token_classification import EntityPrediction

LONGEST = 100  # characters of a text that stands beside its label
AROUND = 40  # characters of the context shown on each side of an answer
STYLES = ("green", "magenta", "blue", "yellow", "cyan", "red")


def show(prediction: TaskPrediction) -> None:
    """Prints it as it is read best; one that is not known here as it says itself."""
    from yanmo.tasks.generated import TextPrediction
    from yanmo.tasks.multiple_choice import ChoicePrediction
    from yanmo.tasks.question_answering import AnswerPrediction
    from yanmo.tasks.similarity_scores import SimilarityPrediction
    from yanmo.tasks.text_classification import ClassPrediction
    from yanmo.tasks.token_classification import EntityPrediction
    from yanmo.tasks.translation import TranslationPrediction

    if isinstance(prediction, ClassPrediction):
        show_classes(prediction)
    elif isinstance(prediction, AnswerPrediction):
        show_answer(prediction)
    elif isinstance(prediction, EntityPrediction):
        show_entities(prediction)
    elif isinstance(prediction, SimilarityPrediction):
        show_similarity(prediction)
    elif isinstance(prediction, TextPrediction):
        print_line((prediction.text, "dim"))
        print_line(prediction.generated)
    elif isinstance(prediction, TranslationPrediction):
        print_line(prediction.translation)
    elif isinstance(prediction, ChoicePrediction):
        answer, score = prediction.choices[prediction.index], prediction.scores[prediction.index]
        print_line((answer, "bold green"), f"  {percent(score)}  ", prediction.question)
    else:
        print_line(str(prediction))


def show_answer(prediction: AnswerPrediction) -> None:
    """The answer with its probability and its characters, and what stands around it."""
    answer = prediction.answer
    if answer is None:
        print_line((text("cli.no_answer"), "dim"), f"  {percent(prediction.score)}  ", prediction.question)
        return
    print_line((answer.text, "bold green"), f"  {percent(answer.score)}  [{answer.start}, {answer.end})")
    _show_around(answer, prediction.context)


def show_cited(answer: CitedAnswer) -> None:
    """The answer, the file and line of its passage, and what stands around it there."""
    print_line((answer.text, "bold green"), f"  {percent(answer.score)}  ", (answer.source, "cyan"))
    _show_around(answer, answer.passage)


def _show_around(answer: Candidate | CitedAnswer, context: str) -> None:
    before = context[max(0, answer.start - AROUND) : answer.start]
    after = context[answer.end : answer.end + AROUND]
    shown = ((before, "dim"), (answer.text, "green"), (after, "dim"))
    print_line("  ", *((re.sub(r"\s+", " ", part), style) for part, style in shown))


def show_classes(prediction: ClassPrediction) -> None:
    chosen = [f"{label} {percent(prediction.scores[label])}" for label in prediction.labels]
    shown = _both(prediction.text, prediction.text_pair)
    nothing = text("cli.abstained" if prediction.abstained else "cli.no_label")
    print_line((listed(chosen) if chosen else nothing, "bold green" if chosen else "dim"), "  ", shown)


def show_similarity(prediction: SimilarityPrediction) -> None:
    numbers = [prediction.score, prediction.similarity]
    value = next((f"{number:.4f}" for number in numbers if number is not None), "")
    if prediction.label is not None:
        chance = prediction.scores.get(prediction.label)
        value = prediction.label + (f" {percent(chance)}" if chance is not None else f" ({value})")
    print_line((value, "bold green"), "  ", _both(*prediction.texts))


def _both(first: str, second: str | None = None) -> str:
    return _short(first) if second is None else f"{_short(first)} ⇄ {_short(second)}"


def _short(words: str) -> str:
    """A text on one line, its end left out where it is long; --json has it whole."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def show_entities(prediction: EntityPrediction) -> None:
    """The text with each entity as [what it is: the words], then one line for each."""
    kinds = sorted({entity.kind for entity in prediction.entities})
    parts: list[str | tuple[str, str]] = []
    end = 0
    for entity in prediction.entities:
        style = STYLES[kinds.index(entity.kind) % len(STYLES)]
        words = prediction.text[entity.start : entity.end]
        parts += [
            prediction.text[end : entity.start],
            (text("cli.entity", kind=entity.kind, words=words), style),
        ]
        end = entity.end
    print_line(*parts, prediction.text[end:])
