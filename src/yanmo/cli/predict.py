"""`yanmo predict`, `yanmo fill-mask`, `yanmo generate`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from yanmo.cli.model import load_model
from yanmo.cli.options import File, Flag, Json, Precision
from yanmo.cli.prediction import show
from yanmo.cli.screen import print_json, print_line
from yanmo.corpus.files import user_path
from yanmo.errors import ConfigError, InputError, no_file
from yanmo.messages import percent

if TYPE_CHECKING:
    from yanmo.api.predict import MaskPrediction, Model
    from yanmo.corpus.document import JsonValue, Record
    from yanmo.generation.options import GenerateOptions
    from yanmo.tasks import TaskPrediction
    from yanmo.tasks.config import TaskConfig

BAR = 24  # characters of a bar for the probability 1
ASKED = ("question", "context")
AT_ONCE = 2048  # texts of a file, sorted by length; memory stays flat
Words = Annotated[str, Parameter(name="text", allow_leading_hyphen=True)]
Pair = Annotated[tuple[str, str] | None, Parameter(negative=(), metavar="A B", allow_leading_hyphen=True)]


def predict(
    model: str,
    /,
    *words: Words,
    pair: Pair = None,
    file: File = None,
    text_field: str | None = None,
    encoding: str = "auto",
    question: str | None = None,
    context: str | None = None,
    abstain_below: float | None = None,
    precision: Precision = "fp32",
    json: Json = False,
) -> None:
    asked = question is not None or context is not None
    if [bool(words), bool(pair), bool(file), asked].count(True) != 1:
        raise ConfigError("cli.texts_or_file")
    if asked and (question is None or context is None):
        raise ConfigError("cli.question_and_context")
    if file is not None:
        _check_file(file)
    if abstain_below is not None and not 0 < abstain_below <= 1:
        raise ConfigError("cli.bad_probability", value=abstain_below)
    read = _text_of(context, encoding) if context is not None else ""
    loaded = load_model(model, precision)
    given: Sequence[str | Mapping[str, JsonValue]] = words
    if asked:
        given = [{"question": question, loaded.settings.context_field: read}]
    if abstain_below is not None:
        _check_abstention(loaded)
    if file is None:
        _check_reads(loaded, text_alone=bool(words))
    predictions: Iterable[TaskPrediction]
    if file:
        predictions = _of_file(loaded, file, text_field, encoding)
    else:
        predictions = loaded.predict_pairs([pair]) if pair else loaded.predict(given)
    if abstain_below is not None:
        predictions = _abstaining(predictions, abstain_below)
    predictions = _telling_cuts(predictions, loaded)
    if json:
        print_json({"predictions": [prediction.to_json() for prediction in predictions]})
        return
    for prediction in predictions:
        show(prediction)


def _check_reads(model: Model, *, text_alone: bool) -> None:
    """Errors: ConfigError where the task reads more than what the command line can hold."""
    reads = model.task.reads
    if text_alone and reads == ASKED:
        raise ConfigError("cli.question_and_context")
    if not {"text", "text_pair", *ASKED}.issuperset(reads) or (text_alone and reads != ("text",)):
        raise ConfigError("cli.fields_in_file", path=model.source, fields=reads)


def _telling_cuts(predictions: Iterable[TaskPrediction], model: Model) -> Iterator[TaskPrediction]:
    """The same; behind the last one is said how many texts were too long, on stderr."""
    from yanmo.cli.progress import ProgressBar
    from yanmo.evaluation.metric_text import number
    from yanmo.messages import text

    total = cut = 0
    for one in predictions:
        total += 1
        cut += one.cut
        yield one
    if cut:
        room, rule = model.encoder.room, model.task.truncation
        warning = text("run.warn_cut", count=number(cut), total=number(total), room=room, rule=rule)
        ProgressBar().warn(warning)


def _check_abstention(model: Model) -> None:
    from yanmo.tasks import name_of
    from yanmo.tasks.text_classification import TextClassification

    if not isinstance(model.task, TextClassification):
        raise ConfigError("cli.cannot_abstain", path=model.source, task=name_of(model.task))


def _abstaining(predictions: Iterable[TaskPrediction], probability: float) -> Iterator[TaskPrediction]:
    """The same, without a label where it is less sure than this."""
    from yanmo.tasks.text_classification import ClassPrediction

    for one in predictions:
        yield one.abstain_below(probability) if isinstance(one, ClassPrediction) else one


def fill_mask(model: str, /, *words: Words, top: int = 5, json: Json = False) -> None:
    _need_text(words)
    _at_least_one("--top", top)
    loaded = load_model(model)
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
    max_new_tokens: int | None = None,
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    greedy: Flag = False,
    num_beams: int | None = None,
    length_penalty: float | None = None,
    early_stopping: Literal["true", "false", "never"] | None = None,
    repetition_penalty: float | None = None,
    no_repeat_ngram_size: int | None = None,
    stop: Annotated[list[str] | None, Parameter(negative=(), allow_leading_hyphen=True)] = None,
    num_return_sequences: int | None = None,
    stream: Flag = False,
    seed: int = 0,
    precision: Precision = "fp32",
    json: Json = False,
) -> None:
    from yanmo.config import build
    from yanmo.generation.options import GenerateOptions

    _need_text(prompts)
    if stream and json:
        raise ConfigError("cli.stream_or_json")
    given = {
        "max_new_tokens": max_new_tokens,
        "do_sample": False if greedy else None,
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "min_p": min_p,
        "num_beams": num_beams,
        "length_penalty": length_penalty,
        "early_stopping": early_stopping,
        "repetition_penalty": repetition_penalty,
        "no_repeat_ngram_size": no_repeat_ngram_size,
        "stop_strings": stop,
        "num_return_sequences": num_return_sequences,
        "seed": seed,
    }
    options = build(GenerateOptions, {name: value for name, value in given.items() if value is not None})
    loaded = load_model(model, precision)
    if stream:
        _stream(loaded, prompts, options)
        return
    generations = loaded.generate(prompts, options)
    if json:
        print_json({"generations": [generation.to_json() for generation in generations]})
        return
    for number, generation in enumerate(generations):
        if number:
            print_line("")
        print_line((generation.prompt, "dim"), generation.text)


def _stream(model: Model, prompts: Sequence[str], options: GenerateOptions) -> None:
    """Each prompt and how it goes on, piece by piece."""
    streams = [model.stream(prompt, options) for prompt in prompts]  # an error comes before anything is shown
    for number, (prompt, pieces) in enumerate(zip(prompts, streams, strict=True)):
        print("\n\n" * bool(number) + prompt, end="", flush=True)
        for piece in pieces:
            print(piece, end="", flush=True)
    print()


def _need_text(words: tuple[str, ...]) -> None:
    if not words:
        raise ConfigError("cli.no_text")


def _at_least_one(name: str, value: int) -> None:
    if value < 1:
        raise ConfigError("cli.below_one", name=name, value=value)


def _check_file(path: str) -> None:
    if not user_path(path).is_file():
        raise no_file(path)


def _text_of(given: str, encoding: str) -> str:
    """A context: what the file of that name holds, else the words themselves."""
    from yanmo.corpus.encoding import known_encoding
    from yanmo.corpus.files import FORMATS
    from yanmo.corpus.read import read_text

    names_a_file = not any(character.isspace() for character in given) and given.endswith(tuple(FORMATS))
    try:
        there = user_path(given).is_file()
    except (OSError, ValueError):  # too long for a name
        there = False
    return read_text(given, encoding=known_encoding(encoding)) if there or names_a_file else given


def _of_file(model: Model, path: str, field: str | None, encoding: str) -> Iterator[TaskPrediction]:
    """One prediction for each line of a text file, or for each record of the other formats."""
    from yanmo.corpus.encoding import known_encoding
    from yanmo.corpus.read import read_records

    encoding = known_encoding(encoding)
    if _reads_records(model, path):
        if field is not None:
            model.task = model.task.with_config(model.settings.model_copy(update={"text_field": field}))
        records = read_records(path, encoding=encoding)
    else:
        records = _records(path, field, model.settings, encoding)
    empty = True
    while group := list(islice(records, AT_ONCE)):
        empty = False
        yield from model.predict(group)
    if empty:
        raise InputError("pairs.no_texts", path=path)


def _reads_records(model: Model, path: str) -> bool:
    """Whether the task reads more of a record than a text: questions with their context, conversations."""
    from yanmo.cli.lines import is_plain

    if model.task.reads != ("text",):
        return True
    return model.task.generates and not is_plain(user_path(path))


def _records(path: str, field: str | None, reads: TaskConfig, encoding: str) -> Iterator[Record]:
    """The text and id of each record, the text from `field` where it is given, under the name that the task reads it
    by; pairs, and what has no text, stay as they are."""

    from yanmo.cli.lines import is_plain, lines_of
    from yanmo.corpus.document import Record
    from yanmo.corpus.read import read_records
    from yanmo.tasks.texts import pair_names

    if is_plain(user_path(path)):
        yield from lines_of(user_path(path), reads.text_field, encoding=encoding)
        return
    for record in read_records(path, encoding=encoding):
        named = record.renamed(reads.columns)
        name = field or (reads.text_field if reads.text_field in named.fields else "text")
        if pair_names(named, reads) is None and (field is not None or name in named.fields):
            known = {"id": named.fields["id"]} if "id" in named.fields else {}
            record = Record(fields={**known, reads.text_field: named.text(name)}, source=record.source)
        yield record  # else whatever the task reads: tokens, the two sides of a pair


def _show_masks(given: str, masks: list[MaskPrediction]) -> None:
    print_line((given, "bold"))
    for number, mask in enumerate(masks):
        if number:
            print_line("")
        for candidate in mask.candidates:
            share = candidate.probability
            bar = "█" * round(share * BAR)
            print_line(f"{percent(share):>8}  ", (f"{bar:<{BAR}}", "cyan"), "  ", candidate.text)
