"""`yanmo predict`, `yanmo fill-mask`, `yanmo generate`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from yanmo.cli.options import File, Flag, Json
from yanmo.cli.screen import print_json, print_line
from yanmo.errors import ConfigError, InputError
from yanmo.messages import text

if TYPE_CHECKING:
    from yanmo.api.predict import MaskPrediction, Model
    from yanmo.corpus.document import Record
    from yanmo.tasks import TaskPrediction
    from yanmo.tasks.text_classification import ClassPrediction
    from yanmo.tasks.token_classification import EntityPrediction

BAR = 24  # characters of a bar for the probability 1
AT_ONCE = 256  # texts of a file; memory stays flat
STYLES = ("green", "magenta", "blue", "yellow", "cyan", "red")
Words = Annotated[str, Parameter(name="text", allow_leading_hyphen=True)]


def predict(
    model: str,
    /,
    *words: Words,
    file: File = None,
    text_field: str | None = None,
    json: Json = False,
) -> None:
    if bool(words) == bool(file):
        raise ConfigError("cli.texts_or_file")
    if file is not None:
        _check_file(file)
    loaded = _load(model)
    predictions = _of_file(loaded, file, text_field or "text") if file else loaded.predict(words)
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


def _of_file(model: Model, path: str, field: str) -> Iterator[TaskPrediction]:
    """One prediction for each line of a text file, or for each record of the other formats."""
    records = _records(path, field)
    while group := list(islice(records, AT_ONCE)):
        yield from model.predict(group)


def _records(path: str, field: str) -> Iterator[Record]:
    from pathlib import Path

    from yanmo.corpus.document import Record
    from yanmo.corpus.files import source_file
    from yanmo.corpus.read import CorpusConfig, read_raw, read_records
    from yanmo.corpus.statistics import CorpusReport

    if source_file(Path(path).expanduser()).format in (None, "text", "markdown"):
        config = CorpusConfig(paths=(path,), unit="line")
        lines = read_raw(config, CorpusReport())
        yield from (Record(fields={"text": line.text}, source=line.source) for line in lines if line.text)
        return
    for record in read_records(path):
        if field in record.fields or field != "text":
            record = Record(fields={"text": record.text(field)}, source=record.source)
        yield record  # else whatever the task reads: tokens, the two sides of a pair


def _show(prediction: TaskPrediction) -> None:
    from yanmo.tasks.text_classification import ClassPrediction
    from yanmo.tasks.token_classification import EntityPrediction
    from yanmo.tasks.translation import TranslationPrediction

    if isinstance(prediction, ClassPrediction):
        _show_classes(prediction)
    elif isinstance(prediction, EntityPrediction):
        _show_entities(prediction)
    elif isinstance(prediction, TranslationPrediction):
        print_line(prediction.translation)
    else:
        print_line(str(prediction.to_json()))


def _show_classes(prediction: ClassPrediction) -> None:
    chosen = ", ".join(f"{label} {prediction.scores[label]:.1%}" for label in prediction.labels)
    print_line((chosen or text("cli.no_label"), "bold green" if chosen else "dim"), "  ", prediction.text)


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
