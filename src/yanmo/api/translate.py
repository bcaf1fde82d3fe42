"""Records in, translations out: by an encoder-decoder, or by a decoder that has learnt to answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from yanmo.api.trained import require
from yanmo.config import build
from yanmo.corpus.document import Record
from yanmo.generation.options import GenerateOptions
from yanmo.generation.prompt_rows import new_tokens
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
    """A blank text has a blank answer, and equal ones are read once.

    A score is the mean log-probability of a token, as of an encoder-decoder; a beam search has divided already.
    """
    texts = [source_of(record, model.settings, empty=True) for record in records]
    places = [place for place in firsts(texts) if texts[place].strip()]
    asked = [model.task.encode(records[place], model.encoder, labelled=False)[0] for place in places]
    prompts = [one.example.input_ids.tolist() for one in asked]
    room = new_tokens(model.learner, prompts, options.max_new_tokens)
    found = continued(model.writer, prompts, options, model.encoder)
    said = {
        texts[place]: TranslationPrediction(
            text=texts[place],
            translation=one.text.strip(),
            score=one.score if options.num_beams > 1 else one.score / min(len(one.ids) + 1, most),
            cut=each.cut,
        )
        for place, each, one, most in zip(places, asked, found, room, strict=True)
    }
    return [said.get(text, TranslationPrediction(text=text, translation="", score=0.0)) for text in texts]
