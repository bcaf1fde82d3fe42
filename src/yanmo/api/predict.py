"""`yanmo predict`, `generate`, `translate`, `encode` and the like: a trained model and texts in, answers out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from yanmo import registry, tasks
from yanmo.api import model_source
from yanmo.api.compute import choose_now
from yanmo.api.encode import Near, pooling_of
from yanmo.api.encode import encode as encode_texts
from yanmo.api.encode import similar as similar_texts
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.run_folder import RunFolder
from yanmo.api.trained import no_task, require, require_classes, require_frame, task_heads
from yanmo.api.translate import translate_records
from yanmo.corpus.document import JsonValue, Record
from yanmo.corpus.files import user_path
from yanmo.corpus.read import read_records
from yanmo.data.collate import collate
from yanmo.data.example import Example
from yanmo.data.frame import Frame, frame_of
from yanmo.errors import InputError, RunError, kind_of
from yanmo.generation.generate import generate
from yanmo.generation.options import GenerateOptions
from yanmo.generation.stream import stream
from yanmo.interop.huggingface import Labelling, LoadedModel
from yanmo.layers.int8 import Int8Linear, int8_way
from yanmo.layers.packed import can_pack, packed
from yanmo.messages import text
from yanmo.metrics.retrieval import Vectors
from yanmo.models.learner import Learner
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.inference import predict
from yanmo.tasks.task import Encoder, Task, TaskPrediction
from yanmo.tasks.texts import refuse_blank
from yanmo.tasks.translation import TranslationPrediction

Precision = Literal["fp32", "bf16", "int8"]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A token for a mask, its probability, and the text with it filled in."""

    token: str
    probability: float
    text: str


@dataclass(frozen=True, kw_only=True)
class MaskPrediction:
    """The likeliest tokens for the mask at character `position` of the text."""

    position: int
    candidates: tuple[Candidate, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Generation:
    """A prompt and how it goes on. score: log-probability (`generation.generate.Continuation`)."""

    prompt: str
    text: str
    score: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def load(source: str, *, precision: Precision = "fp32") -> Model:
    """A run, a Hugging Face directory or a hub id, ready to answer, on the GPU where there is one.

    precision: in which numbers it computes; bf16 is faster where the machine has it (`use_machine` tells), int8
    (weights of 8 bits, the rest in bf16 or fp32) faster still where generation goes on from few prompts; both round.
    Errors: InputError, RunError (int8 where there is a GPU, or this torch cannot).
    """
    source = model_source.chosen(source)
    return Model(source, model_source.load(source), precision)


class Model:
    """A loaded model; which of its verbs works depends on what it was trained for."""

    def __init__(self, source: str, loaded: LoadedModel, precision: Precision = "fp32") -> None:
        self.source = source
        self.loaded = loaded
        self.precision = precision
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.learner = in_precision(loaded.learner.eval().to(self.device), precision)
        self.tokenizer = loaded.tokenizer
        self.finetuned = _finetuned(user_path(source))
        self.settings = self.finetuned.settings if self.finetuned else TaskConfig()
        self.frame: Frame = frame_of(loaded.tokenizer, loaded.learner.backbone.family)

    def predict(self, texts: str | Sequence[str | Mapping[str, JsonValue] | Record]) -> list[TaskPrediction]:
        """One prediction per text, or per `{"question": ..., "context": ...}`, in their order; one of a single text.

        Errors: RunError when the model has no head for a task, or one that was never trained; InputError.
        """
        records = self._records(texts)
        if not self.task.answers_blank:
            refuse_blank(records, self.task.config)
        return predict(self.task, self.learner, records, self.encoder)

    def translate(
        self, texts: Sequence[str | Record], *, beams: int | None = None, length_penalty: float | None = None
    ) -> list[TranslationPrediction]:
        """The translation of each text, in their order; of a blank one a blank one.

        beams, length_penalty: unset, as the run says; a decoder's are 1. Errors: RunError when the model is no trained
        translator, nor a decoder that has learnt to answer; ConfigError for what does not fit.
        """
        return translate_records(self, self._records(texts), beams=beams, length_penalty=length_penalty)

    def _record(self, item: str | Mapping[str, JsonValue] | Record, number: int) -> Record:
        source = text("predict.given", number=number)
        match item:
            case Record():
                return item.renamed(self.settings.columns)
            case str():
                return Record(fields={self.settings.text_field: item}, source=source)
            case Mapping():
                return Record(fields=item, source=source).renamed(self.settings.columns)
        raise InputError("predict.no_text", source=source, kind=kind_of(item))

    def predict_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[TaskPrediction]:
        """One prediction per pair of texts, in their order. Errors: as `predict`."""
        second = self.settings.pair_field or "text_pair"
        first = self.settings.text_field if self.settings.pair_field else "text"
        for number, pair in enumerate(pairs, 1):
            if isinstance(pair, str) or len(pair) != 2:
                raise InputError("predict.no_pair", source=text("predict.given", number=number))
        return self.predict(
            [
                Record(fields={first: one, second: other}, source=text("predict.given", number=number))
                for number, (one, other) in enumerate(pairs, 1)
            ]
        )

    def encode(self, texts: Sequence[str], *, normalize: bool = False, batch_tokens: int = 8192) -> Vectors:
        """One vector for each text, float32 [texts, hidden]; normalize: of length 1. Errors: RunError."""
        return encode_texts(self, texts, normalize=normalize, batch_tokens=batch_tokens)

    def similar(self, query: str, texts: Sequence[str], *, top: int = 5) -> list[Near]:
        """The texts that are nearest to the query, nearest first. Errors: RunError."""
        return similar_texts(self, query, texts, top=top)

    def fill_mask(self, text: str, *, top: int = 5) -> list[MaskPrediction]:
        """The likeliest tokens for each mask in the text. Errors: RunError (no trained head), InputError (no mask)."""
        require(self, "mlm")
        mask = self.frame.mask
        marker = None if mask is None else self.tokenizer.backend.id_to_token(mask)
        if marker is None or marker not in text:
            raise InputError("predict.no_mask", text=text[:80], mask=marker or "[MASK]")
        encoding = self.tokenizer.encode(text)
        room = self.learner.backbone.config.max_positions - self.frame.framed_length(0)
        if len(encoding.ids) > room:
            raise InputError("predict.too_long", tokens=len(encoding.ids), limit=room)
        example = self.frame.build([np.array(encoding.ids, dtype=np.int64)])
        at = np.flatnonzero(example.input_ids == mask)
        probabilities = self._probabilities(example, at)
        results = []
        for place, row in zip(at.tolist(), probabilities, strict=True):
            start, end = encoding.offsets[place - 1]  # the start token stands before the text
            best = row.topk(min(top, len(row)))
            candidates = [
                self._candidate(token, probability, text, start, end)
                for token, probability in zip(best.indices.tolist(), best.values.tolist(), strict=True)
            ]
            results.append(MaskPrediction(position=start, candidates=tuple(candidates)))
        return results

    def generate(self, prompts: Sequence[str], options: GenerateOptions | None = None) -> list[Generation]:
        """Goes on from each prompt; several sequences of one stand side by side, the best first with beams.

        Errors: RunError when the model is no trained decoder, InputError for a prompt that fills the model.
        """
        ids = [self._prompt(prompt) for prompt in prompts]
        found = generate(
            self.writer, ids, options or GenerateOptions(), tokenizer=self.tokenizer, end=self.frame.end
        )
        return [
            Generation(prompt=prompt, text=one.text, score=one.score)
            for prompt, each in zip(prompts, found, strict=True)
            for one in each
        ]

    def stream(self, prompt: str, options: GenerateOptions | None = None) -> Iterator[str]:
        """The text of `generate` in pieces, as it is written. Errors: as `generate`; ConfigError for beams."""
        return self.stream_ids(self._prompt(prompt), options or GenerateOptions())

    def stream_ids(self, ids: Sequence[int], options: GenerateOptions) -> Iterator[str]:
        """As `stream`, from tokens that begin with the start token."""
        return stream(self.writer, ids, options, tokenizer=self.tokenizer, end=self.frame.end)

    @cached_property
    def writer(self) -> Learner:
        """The learner for reading token by token: on a CPU a copy whose weights are laid out for that."""
        vocabulary = self.learner.backbone.vocabulary_weight
        as_it_is = self.precision == "int8" or not can_pack(vocabulary)
        return self.learner if as_it_is else packed(self.learner, vocabulary)

    def _prompt(self, prompt: str) -> list[int]:
        require(self, "clm")
        return [self.frame.start, *self.tokenizer.encode(prompt).ids]

    @cached_property
    def task(self) -> Task:
        """The task that the model was fine-tuned for. Errors: RunError."""
        labelling = self.loaded.labelling or Labelling(task=None, labels=())
        name = self._task_name(labelling.task)
        if name == tasks.by_head()["class"]:
            require_classes(self, labelling)
        if name in (tasks.by_head()["class"], tasks.by_head()["tag"]):
            require_frame(self)
        task = tasks.find(name).from_labels(
            labelling.labels, self.settings, multi_label=labelling.multi_label
        )
        task = task.with_values(labelling.values)
        for term in task.head_sizes():
            require(self, term, task=name)
        if not task.head_sizes():
            pooling_of(self)  # refused where it makes no vectors
        return task

    def _task_name(self, given: str | None) -> str:
        """That of the run, else the one `given` in config.json, else of the task that the head belongs to.

        A module of the user's is imported where a run of theirs names it, never on the word of a model folder, which
        may come from anywhere. Errors: RunError.
        """
        if self.finetuned is not None:
            return self.finetuned.task
        if given is not None and registry.is_module(given):
            raise RunError("run.task_of_run", path=self.source, task=given)
        if given is not None and given in registry.names(tasks):
            return given
        name = next(iter(task_heads(self).values()), None)
        if name is None:
            raise no_task(self)
        return name

    @cached_property
    def encoder(self) -> Encoder:
        """Turns texts into examples as long as the model can hold."""
        return Encoder(tokenizer=self.tokenizer, frame=self.frame, room=self.loaded.max_length)

    def training_records(self) -> list[Record]:
        """What the run was fine-tuned on, where its file is still there."""
        path, encoding = (
            (self.finetuned.train_file, self.finetuned.encoding) if self.finetuned else ("", "auto")
        )
        if not user_path(path).is_file():
            return []
        return [record.renamed(self.settings.columns) for record in read_records(path, encoding=encoding)]

    def _records(self, texts: str | Sequence[str | Mapping[str, JsonValue] | Record]) -> list[Record]:
        items = [texts] if isinstance(texts, str) else texts
        return [self._record(item, number) for number, item in enumerate(items, 1)]

    @torch.inference_mode()
    def _probabilities(self, example: Example, at: np.ndarray[Any, Any]) -> torch.Tensor:
        length = len(example.input_ids)
        value = np.full(len(at), -100)
        example = replace(example, prefix_length=length, labels={"mlm": (at, value)})
        batch = collate([[(0, example)]], length).to(self.device)
        logits = self.learner.logits("mlm", self.learner.backbone(batch), batch.labels["mlm"].at)
        return logits.float().softmax(dim=-1).cpu()

    def _candidate(self, token: int, probability: float, text: str, start: int, end: int) -> Candidate:
        shown = self.tokenizer.decode([token], skip_special=False)
        filling = shown.removeprefix("##")
        before = text[:start]
        if shown.startswith("##"):
            before = before.rstrip()
        return Candidate(token=shown, probability=probability, text=before + filling + text[end:])


def in_precision(learner: Learner, precision: Precision) -> Learner:
    """The learner itself in fp32 or bf16, or a copy whose linear layers are int8. Errors: RunError."""
    if precision == "fp32":
        return learner
    if precision == "bf16":
        return learner.bfloat16()
    on_cpu = learner.backbone.vocabulary_weight.device.type == "cpu"
    way = int8_way() if on_cpu else None
    if way is None:
        raise RunError("predict.no_int8")
    learner.to(way.beside)
    return packed(learner, learner.backbone.vocabulary_weight, partial(Int8Linear, largest=way.largest))


def _finetuned(source: Path) -> FinetuneConfig | None:
    """How the run was fine-tuned: where texts are, how they are cut; None for another directory."""
    if not (source / "config.yaml").is_file():
        return None
    run = RunFolder(source)
    return run.config(FinetuneConfig) if run.verb == "finetune" else None


def load_here(source: str, precision: Precision | Literal["auto"] = "fp32") -> Model:
    """`load` with torch set up for this machine, as commands do; auto: fp32 or bf16, whichever is faster here."""
    fastest = use_machine()
    return load(source, precision=fastest if precision == "auto" else precision)


def use_machine() -> Precision:
    """Sets torch up for this machine: what `choose_once` does for training. Returns the precision that is fastest."""
    from yanmo.machine.memory import keep_large_buffers
    from yanmo.machine.probe import configure

    settings = choose_now().settings
    configure(settings)
    keep_large_buffers()
    return settings.precision
