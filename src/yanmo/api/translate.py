"""Records in, translations out: by an encoder-decoder, or by a decoder that has learnt to answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from yanmo.api.trained import require
from yanmo.config import build
from yanmo.corpus.document import Record
from yanmo.generation.generate import Continuation
from yanmo.generation.options import GenerateOptions
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.continued import ANSWER, continued
from yanmo.tasks.inference import predict
from yanmo.tasks.references import firsts
from yanmo.tasks.sides import source_of
from yanmo.tasks.translation import TranslationPrediction
from yanmo.tokenizers.chat import is_chat

if TYPE_CHECKING:
    from yanmo.api.predict import Model


def translate_records(
    model: Model, records: Sequence[Record], *, beams: int | None, length_penalty: float | None
) -> list[TranslationPrediction]:
    """One for each record, in their order. Errors: as `Model.translate`."""
    if "clm" in model.learner.heads and is_chat(model.tokenizer):
        return _answered(model, records, _options(beams, length_penalty))
    require(model, "seq2seq")
    given = {"beams": beams, "length_penalty": length_penalty}
    changes = {name: value for name, value in given.items() if value is not None}
    task = model.task.with_config(build(TaskConfig, model.settings.model_dump() | changes))
    found = predict(task, model.learner, records, model.encoder)
    return [one for one in found if isinstance(one, TranslationPrediction)]


def _options(beams: int | None, length_penalty: float | None) -> GenerateOptions:
    given = {"num_beams": beams, "length_penalty": length_penalty}
    changes = {name: value for name, value in given.items() if value is not None}
    return build(GenerateOptions, ANSWER.model_dump() | changes)


def _answered(
    model: Model, records: Sequence[Record], options: GenerateOptions
) -> list[TranslationPrediction]:
    """A blank text has a blank answer, and equal ones are read once."""
    texts = [source_of(record, model.settings, empty=True) for record in records]
    places = [place for place in firsts(texts) if texts[place].strip()]
    asked = [model.task.encode(records[place], model.encoder, labelled=False)[0] for place in places]
    prompts = [one.example.input_ids.tolist() for one in asked]
    said = {
        texts[place]: TranslationPrediction(
            text=texts[place], translation=one.text.strip(), score=_mean(one, options), cut=each.cut
        )
        for place, each, one in zip(
            places, asked, continued(model.writer, prompts, options, model.encoder), strict=True
        )
    }
    return [said.get(text, TranslationPrediction(text=text, translation="", score=0.0)) for text in texts]


def _mean(one: Continuation, options: GenerateOptions) -> float:
    """The log-probability of a token, as that of an encoder-decoder: a beam search has divided by their number."""
    if options.num_beams > 1:
        return one.score
    return one.score / min(len(one.ids) + 1, options.max_new_tokens)
