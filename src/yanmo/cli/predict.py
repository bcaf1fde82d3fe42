"""`yanmo predict`, `yanmo fill-mask`, `yanmo generate`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from yanmo.cli.options import File, Flag, Json
from yanmo.cli.screen import print_json, print_line
from yanmo.errors import ConfigError, InputError
from yanmo.messages import text

if TYPE_CHECKING:
    from yanmo.api.predict import MaskPrediction, Model
    from yanmo.corpus.document import JsonValue, Record
    from yanmo.tasks import TaskPrediction
    from yanmo.tasks.question_answering import AnswerPrediction
    from yanmo.tasks.similarity_scores import SimilarityPrediction
    from yanmo.tasks.task import TaskConfig
    from yanmo.tasks.text_classification import ClassPrediction
    from yanmo.tasks.token_classification import EntityPrediction

BAR = 24  # characters of a bar for the probability 1
AT_ONCE = 256  # texts of a file; memory stays flat
AROUND = 40  # characters of the context shown on each side of an answer
STYLES = ("green", "magenta", "blue", "yellow", "cyan", "red")
Words = Annotated[str, Parameter(name="text", allow_leading_hyphen=True)]
Pair = Annotated[tuple[str, str] | None, Parameter(negative=(), metavar="A B", allow_leading_hyphen=True)]


def predict(
    model: str,
    /,
    *words: Words,
    pair: Pair = None,
    file: File = None,
    text_field: str | None = None,
    question: str | None = None,
    context: str | None = None,
    json: Json = False,
) -> None:
    asked = question is not None or context is not None
    if [bool(words), bool(pair), bool(file), asked].count(True) != 1:
        raise ConfigError("cli.texts_or_file")
    if asked and (question is None or context is None):
        raise ConfigError("cli.question_and_context")
    if file is not None:
        _check_file(file)
    given: Sequence[str | Mapping[str, JsonValue]] = words
    if asked:
        given = [{"question": question, "context": _text_of(context or "")}]
    loaded = _load(model)
    if words and loaded.task.reads != ("text",):
        raise ConfigError("cli.question_and_context")
    predictions: Iterable[TaskPrediction]
    if file:
        predictions = _of_file(loaded, file, text_field)
    else:
        predictions = loaded.predict_pairs([pair]) if pair else loaded.predict(given)
    if json:
        print_json({"predictions": [prediction.to_json() for prediction in predictions]})
        return
    for prediction in predictions:
        _show(prediction)


def fill_mask(model: str, /, *words: Words, top: int = 5, json: Json = False) -> None:
    _need_text(words)
    _at_least_one("--top", top)
    loaded = _load(model)
    results = [(each, loaded.fill_mask(each, top=top)) for each in words]
    if json:
        values = [{"text": given, "masks": [mask.to_json() for mask in masks]} for given, masks in results]
        print_json({"results": values})
        return
    for given, masks in results:
        _show_masks(given, masks)


def generate(
    model: str,
    /,
    *prompts: Annotated[str, Parameter(name="prompt", allow_leading_hyphen=True)],
    max_new_tokens: int = 50,
    temperature: float = 1.0,
    top_k: int = 50,
    top_p: float = 1.0,
    greedy: Flag = False,
    seed: int = 0,
    json: Json = False,
) -> None:
    from yanmo.config import build
    from yanmo.generation.sampling import GenerateOptions

    _need_text(prompts)
    options = build(
        GenerateOptions,
        {
            "max_new_tokens": max_new_tokens,
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "do_sample": not greedy,
            "seed": seed,
        },
    )
    generations = _load(model).generate(prompts, options)
    if json:
        print_json({"generations": [generation.to_json() for generation in generations]})
        return
    for number, generation in enumerate(generations):
        if number:
            print_line("")
        print_line((generation.prompt, "dim"), generation.text)


def _load(source: str) -> Model:
    from yanmo.api.predict import load, use_machine

    use_machine()
    return load(source)


def _need_text(words: tuple[str, ...]) -> None:
    if not words:
        raise ConfigError("cli.no_text")


def _at_least_one(name: str, value: int) -> None:
    if value < 1:
        raise ConfigError("cli.below_one", name=name, value=value)


def _check_file(path: str) -> None:
    from pathlib import Path

    if not Path(path).expanduser().is_file():
        raise InputError("errors.no_file", path=path, cwd=Path.cwd())


def _text_of(given: str) -> str:
    """A context: what the file of that name holds, else the words themselves."""
    from pathlib import Path

    from yanmo.corpus.files import FORMATS
    from yanmo.corpus.read import read_text

    names_a_file = not any(character.isspace() for character in given) and given.endswith(tuple(FORMATS))
    try:
        there = Path(given).expanduser().is_file()
    except (OSError, RuntimeError, ValueError):  # too long for a name
        there = False
    return read_text(given) if there or names_a_file else given


def _of_file(model: Model, path: str, field: str | None) -> Iterator[TaskPrediction]:
    """One prediction for each line of a text file, or for each record of the other formats."""
    from yanmo.corpus.read import read_records

    if model.task.reads == ("text",):
        records = _records(path, field or "text", model.settings)
    else:  # records alone have several fields
        if field is not None:
            model.task = model.task.with_config(model.settings.model_copy(update={"text_field": field}))
        records = read_records(path)
    while group := list(islice(records, AT_ONCE)):
        yield from model.predict(group)


def _records(path: str, field: str, pairs: TaskConfig) -> Iterator[Record]:
    """pairs: how the model reads pairs; those stay as they are."""
    from pathlib import Path

    from yanmo.corpus.document import Record
    from yanmo.corpus.files import source_file
    from yanmo.corpus.read import CorpusConfig, read_raw, read_records
    from yanmo.corpus.statistics import CorpusReport
    from yanmo.tasks.texts import pair_names

    if source_file(Path(path).expanduser()).format in (None, "text", "markdown"):
        config = CorpusConfig(paths=(path,), unit="line")
        lines = read_raw(config, CorpusReport())
        yield from (Record(fields={"text": line.text}, source=line.source) for line in lines if line.text)
        return
    for record in read_records(path):
        if pair_names(record, pairs) is not None:
            yield record
            continue
        name = field if field in record.fields or "tokens" not in record.fields else "tokens"
        value = record.text(field) if name == field else record.fields[name]
        yield Record(fields={"text" if name == field else name: value}, source=record.source)


def _show(prediction: TaskPrediction) -> None:
    from yanmo.tasks.question_answering import AnswerPrediction
    from yanmo.tasks.similarity_scores import SimilarityPrediction
    from yanmo.tasks.text_classification import ClassPrediction
    from yanmo.tasks.token_classification import EntityPrediction

    if isinstance(prediction, ClassPrediction):
        _show_classes(prediction)
    elif isinstance(prediction, AnswerPrediction):
        _show_answer(prediction)
    elif isinstance(prediction, EntityPrediction):
        _show_entities(prediction)
    elif isinstance(prediction, SimilarityPrediction):
        _show_similarity(prediction)
    else:
        print_line(str(prediction.to_json()))


def _show_answer(prediction: AnswerPrediction) -> None:
    """The answer with its probability and its characters, and what stands around it."""
    answer = prediction.answer
    if answer is None:
        print_line((text("cli.no_answer"), "dim"), f"  {prediction.score:.1%}  ", prediction.question)
        return
    before = prediction.context[max(0, answer.start - AROUND) : answer.start]
    after = prediction.context[answer.end : answer.end + AROUND]
    print_line((answer.text, "bold green"), f"  {answer.score:.1%}  [{answer.start}, {answer.end})")
    shown = ((before, "dim"), (answer.text, "green"), (after, "dim"))
    print_line("  ", *((re.sub(r"\s+", " ", part), style) for part, style in shown))


def _show_classes(prediction: ClassPrediction) -> None:
    chosen = ", ".join(f"{label} {prediction.scores[label]:.1%}" for label in prediction.labels)
    shown = _both(prediction.text, prediction.text_pair)
    print_line((chosen or text("cli.no_label"), "bold green" if chosen else "dim"), "  ", shown)


def _show_similarity(prediction: SimilarityPrediction) -> None:
    numbers = [prediction.score, prediction.similarity]
    value = next((f"{number:.4f}" for number in numbers if number is not None), "")
    if prediction.label is not None:
        chance = prediction.scores.get(prediction.label)
        value = prediction.label + (f" {chance:.1%}" if chance is not None else f" ({value})")
    print_line((value, "bold green"), "  ", _both(*prediction.texts))


def _both(first: str, second: str | None = None) -> str:
    return first if second is None else f"{first} ⇄ {second}"


def _show_entities(prediction: EntityPrediction) -> None:
    """The text with each entity as [what it is: the words], then one line for each."""
    kinds = sorted({entity.kind for entity in prediction.entities})
    parts: list[str | tuple[str, str]] = []
    end = 0
    for entity in prediction.entities:
        style = STYLES[kinds.index(entity.kind) % len(STYLES)]
        words = prediction.text[entity.start : entity.end]
        parts += [prediction.text[end : entity.start], (f"[{entity.kind}: {words}]", style)]
        end = entity.end
    print_line(*parts, prediction.text[end:])


def _show_masks(given: str, masks: list[MaskPrediction]) -> None:
    print_line((given, "bold"))
    for number, mask in enumerate(masks):
        if number:
            print_line("")
        for candidate in mask.candidates:
            share = candidate.probability
            bar = "█" * round(share * BAR)
            print_line(f"{share:7.1%}  ", (f"{bar:<{BAR}}", "cyan"), "  ", candidate.text)
