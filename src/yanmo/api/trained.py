"""Whether a model was trained for what is asked of it, and the command that trains it where it was not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from yanmo import tasks
from yanmo.errors import RunError
from yanmo.interop.config_json import LABELLED
from yanmo.messages import text
from yanmo.messages.run import TEXTS
from yanmo.models.backbone import with_head

if TYPE_CHECKING:
    from yanmo.api.predict import Model
    from yanmo.interop.huggingface import Labelling

PRETRAINED = ("mlm", "clm")  # heads that pre-training trains


def require(model: Model, term: str, *, task: str | None = None) -> None:
    """Errors: RunError where the model has no such head, or one that was never trained.

    task: the one that it is for, where that is not the head's own.
    """
    task = task or tasks.by_head().get(term, "")
    if term not in model.learner.heads and term not in model.learner.backbone.head_terms():
        raise _wrong_kind(model, term, task)
    fresh = [name for name in model.loaded.fresh if name.startswith(f"heads.{term}.")]
    if term in model.learner.heads and not fresh:
        return
    command = "pretrain" if term in PRETRAINED else "finetune"
    raise RunError(
        "run.untrained_head",
        path=model.source,
        what=_what(term, task),
        state=_state(model, fresh),
        trained=_trained_heads(model),
        command=text(f"run.command_{command}", path=model.source, task=task),
    )


def require_classes(model: Model, labelling: Labelling) -> None:
    """Errors: RunError where a classifier's outputs, as its file describes them, are not a class each."""
    if labelling.numbers:
        command = text("run.command_finetune", path=model.source, task="sentence_similarity")
        raise RunError("run.numbers", path=model.source, count=len(labelling.labels), command=command)
    twice = sorted(name for name, count in Counter(labelling.labels).items() if count > 1)
    if twice:
        raise RunError("run.equal_names", path=model.source, names=twice)


def require_frame(model: Model) -> None:
    """Errors: RunError for a decoder that classifies texts without the tokens that stand around them here.

    Its class is read at the last token, so that other tokens give other classes.
    """
    tokenizer, frame = model.tokenizer, model.frame
    if model.learner.backbone.family != "decoder":
        return
    theirs = tokenizer.backend.encode("a").ids
    if theirs != [frame.start, *tokenizer.encode("a").ids, frame.end]:
        raise RunError(
            "run.other_frame",
            path=model.source,
            start=tokenizer.specials["bos"],
            end=tokenizer.specials["eos"],
            command=text("run.command_finetune", path=model.source, task="text_classification"),
        )


def has_task(model: Model) -> bool:
    """Whether it was fine-tuned: the model says for what, or has a head that pre-training does not train."""
    labelling = model.loaded.labelling
    said = labelling is not None and labelling.task is not None
    return said or bool(task_heads(model).keys() - set(PRETRAINED))


def task_heads(model: Model) -> dict[str, str]:
    """Its heads that belong to a task -> that task. One whose outputs lack their names is an objective's."""
    heads = model.learner.heads.keys() - (LABELLED if model.loaded.labelling is None else set())
    return {term: task for term, task in tasks.by_head().items() if term in heads}


def no_task(model: Model) -> RunError:
    """The error of a model that was never fine-tuned: its state, and the tasks that fit it."""
    terms = model.learner.backbone.head_terms()
    fits = [task for term, task in tasks.by_head().items() if term in terms and term not in PRETRAINED]
    if model.learner.backbone.family != "encoder_decoder":
        fits.append("sentence_similarity")
    usual = "text_classification" if "text_classification" in fits else fits[0]
    command = text("run.command_finetune", path=model.source, task=usual)
    return RunError("run.no_task", path=model.source, state=_state(model, []), fits=fits, command=command)


def _what(term: str, task: str) -> str:
    """What a model with this head can do, in the words of the user."""
    known = f"run.what_{term}"
    return text(known) if known in TEXTS else text("run.what_task", task=task)


def _state(model: Model, fresh: list[str]) -> str:
    """What was done with the model so far, in the words of the user."""
    labelling = model.loaded.labelling
    if fresh:
        return text("run.state_fresh", names=fresh[:4])
    if labelling is not None and labelling.task is not None:
        return text("run.state_task", task=labelling.task)
    return text("run.state_pretrained")


def _trained_heads(model: Model) -> list[str]:
    return [
        term
        for term in model.learner.heads
        if not any(name.startswith(f"heads.{term}.") for name in model.loaded.fresh)
    ]


def _wrong_kind(model: Model, term: str, task: str) -> RunError:
    fits = list(with_head(term))
    command = "new" if term in PRETRAINED else "finetune"
    return RunError(
        "run.wrong_kind",
        path=model.source,
        model=model.learner.backbone.huggingface.model_type,
        what=_what(term, task),
        fits=fits,
        command=text(f"run.command_{command}", path=fits[0], task=task),
    )
