"""`yanmo doctor`: what this machine, a model or a corpus is fit for, before time is spent on it."""

from __future__ import annotations

import math
import platform
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from yanmo import __version__, objectives
from yanmo.api import model_source
from yanmo.api.pretrain import DEFAULT_OBJECTIVE, DEFAULT_TOKENIZER, PAIR_UNITS, PretrainConfig
from yanmo.api.recipes import resolve_pretrain
from yanmo.api.reporter import Reporter
from yanmo.corpus.document import Document
from yanmo.corpus.read import read_corpus
from yanmo.corpus.statistics import CorpusReport
from yanmo.data.frame import frame_of
from yanmo.data.plan import Plan
from yanmo.data.prepare import prepare
from yanmo.data.source import TextSource
from yanmo.errors import ConfigError
from yanmo.layers.attention import PLAIN_LENGTH
from yanmo.machine.probe import Machine, Settings, choose, describe, probe
from yanmo.messages import text
from yanmo.models.backbone import Backbone, ModelConfig
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train
from yanmo.training.evaluator import HeldOutLoss

EXTRAS = {"zh": "rjieba", "data": "pyarrow", "tracking": "tensorboard", "hf": "transformers"}
PACKAGES = ("torch", "numpy", "tokenizers", "safetensors", "huggingface_hub")
SAMPLE_DOCUMENTS = 5_000
SAMPLE_CHARACTERS = 2_000_000
BYTES_PER_PARAMETER = 16  # fp32 weight, gradient and AdamW's two averages; a matrix under Muon has one

Rows = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class MachineCheck:
    """extras: which optional packages are installed."""

    machine: Machine
    settings: Settings
    versions: Mapping[str, str]
    extras: Mapping[str, bool]

    def to_json(self) -> dict[str, Any]:
        return {"check": "machine", **asdict(self)}

    def rows(self) -> Rows:
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        installed = ", ".join(name for name, there in self.extras.items() if there)
        absent = ", ".join(name for name, there in self.extras.items() if not there)
        kind = "doctor.attention_cuda" if self.machine.cuda else "doctor.attention_cpu"
        return [
            *describe(self.machine),
            (text("doctor.attention"), text(kind, length=PLAIN_LENGTH)),
            (text("doctor.versions"), versions),
            (text("doctor.extras"), installed or "–"),
            (text("doctor.extras_absent"), absent or "–"),
        ]

    def warnings(self) -> list[str]:
        return []


@dataclass(frozen=True, kw_only=True)
class ModelCheck:
    """heads: trained ones. fresh: what the file lacks and would be random. labels: class names."""

    path: str
    model: str
    parameters: int
    vocab_size: int
    max_positions: int
    heads: tuple[str, ...]
    labels: tuple[str, ...]
    fresh: tuple[str, ...]
    unused: tuple[str, ...]
    training_bytes: int

    def to_json(self) -> dict[str, Any]:
        return {"check": "model", **asdict(self)}

    def rows(self) -> Rows:
        return [
            (text("doctor.path"), self.path),
            (text("doctor.model"), self.model),
            (text("doctor.parameters"), f"{self.parameters:,}"),
            (text("doctor.vocabulary"), f"{self.vocab_size:,}"),
            (text("doctor.positions"), f"{self.max_positions:,}"),
            (text("doctor.heads"), ", ".join(self.heads) or "–"),
            (text("doctor.labels"), ", ".join(self.labels) or "–"),
            (text("doctor.memory"), _gigabytes(self.training_bytes)),
        ]

    def warnings(self) -> list[str]:
        some = ", ".join(self.fresh[:4])
        return [text("doctor.warn_fresh", count=len(self.fresh), names=some)] if self.fresh else []


@dataclass(frozen=True, kw_only=True)
class CorpusCheck:
    """complete: whether all of the corpus was read. loss: of random weights; a blind guess has `expected`."""

    corpus: CorpusReport
    complete: bool
    model: str
    vocab_size: int
    tokens: int
    parameters: int
    training_bytes: int
    loss: float
    expected: float

    def to_json(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "corpus"}
        return {"check": "corpus", "corpus": self.corpus.to_json(), **own}

    def rows(self) -> Rows:
        return [
            (text("doctor.read"), text("doctor.whole" if self.complete else "doctor.first_part")),
            *self.corpus.rows(),
            (text("doctor.model"), self.model),
            (text("doctor.vocabulary"), f"{self.vocab_size:,}"),
            (text("doctor.tokens"), f"{self.tokens:,}"),
            (text("doctor.parameters"), f"{self.parameters:,}"),
            (text("doctor.memory"), _gigabytes(self.training_bytes)),
            (
                text("doctor.loss"),
                text("doctor.loss_value", loss=f"{self.loss:.2f}", expected=f"{self.expected:.2f}"),
            ),
        ]

    def warnings(self) -> list[str]:
        return self.corpus.warnings()


def check_machine() -> MachineCheck:
    """Cores, memory, measured rates and what follows from them; versions and extras."""
    machine = probe()
    versions = {"yanmo": __version__, "python": platform.python_version()}
    versions |= {name: metadata.version(name) for name in PACKAGES}
    return MachineCheck(
        machine=machine,
        settings=choose(machine),
        versions=versions,
        extras={extra: find_spec(package) is not None for extra, package in EXTRAS.items()},
    )


def check_model(source: str) -> ModelCheck:
    """Reads a run, directory or hub id as a whole. Errors: as `model_source.load`."""
    loaded = model_source.load(source)
    learner, config = loaded.learner, loaded.config
    untrained = {name.split(".")[1] for name in loaded.fresh if name.startswith("heads.")}
    return ModelCheck(
        path=str(model_source.model_folder(source)),
        model=_sizes(learner.backbone.huggingface.model_type, config),
        parameters=_parameters(learner),
        vocab_size=config.vocab_size,
        max_positions=config.max_positions,
        heads=tuple(term for term in learner.heads if term not in untrained),
        labels=() if loaded.labelling is None else loaded.labelling.labels,
        fresh=loaded.fresh,
        unused=loaded.unused,
        training_bytes=training_bytes(_parameters(learner), config, tokens=2048, length=min(128, config.max_positions)),
    )


def check_corpus(flags: Mapping[str, object], *, reporter: Reporter | None = None) -> CorpusCheck:
    """The first part of a corpus, as a model of random weights finds it. flags: as for `resolve_pretrain`.

    Errors: ConfigError, and whatever reading, tokenizer or objective refuse in the corpus.
    """
    reporter = reporter or Reporter()
    config = resolve_pretrain(None, flags)
    model = model_source.architecture(config.model)
    if model is None:
        raise ConfigError("doctor.needs_architecture", model=config.model)
    report = CorpusReport()
    with reporter.stage(text("recipes.stage_corpus")):
        stream = read_corpus(config.corpus, report)
        documents = list(_sample(stream))
        complete = next(stream, None) is None
    for document in documents:
        report.measure(document)
    with reporter.stage(text("run.stage_tokenizer")):
        tokenizer = _tokenizer(config, model, documents)
    objective = objectives.make(config.objective or DEFAULT_OBJECTIVE[model.family])
    sizes = model.Config(
        vocab_size=tokenizer.vocab_size, max_positions=config.max_positions, **model.sizes(config.preset)
    )
    learner = Learner.build(model, sizes, objective.head_sizes(), seed=config.train.seed)
    length = config.sequence_length(model, sizes.max_positions)
    with tempfile.TemporaryDirectory() as folder:
        tokens, loss = _random_loss(config, learner, objective, tokenizer, documents, Path(folder))
    return CorpusCheck(
        corpus=report,
        complete=complete,
        model=_sizes(f"{config.model} {config.preset}", sizes),
        vocab_size=tokenizer.vocab_size,
        tokens=tokens,
        parameters=_parameters(learner),
        training_bytes=training_bytes(
            _parameters(learner), sizes, tokens=config.train.batch_tokens, length=length
        ),
        loss=loss,
        expected=math.log(tokenizer.vocab_size),
    )


def training_bytes(parameters: int, config: ModelConfig, *, tokens: int, length: int) -> int:
    """About how much memory training takes: parameters with their states, and the activations of a batch.

    Activations of a layer: Korthikanti et al. 2022, "Reducing Activation Recomputation", in fp32.
    """
    per_token = 2 * (34 * config.hidden_size + 5 * config.num_heads * length)
    logits = (
        12 * config.vocab_size * max(1, round(0.15 * tokens))
    )  # the vocabulary projection, where labels are
    return parameters * BYTES_PER_PARAMETER + config.num_layers * tokens * per_token + logits


def _sample(stream: Iterator[Document]) -> Iterator[Document]:
    characters = 0
    for document in islice(stream, SAMPLE_DOCUMENTS):
        yield document
        characters += len(document.text)
        if characters > SAMPLE_CHARACTERS:
            return


def _tokenizer(config: PretrainConfig, model: type[Backbone], documents: list[Document]) -> Tokenizer:
    if isinstance(config.tokenizer, str):
        return Tokenizer.load(Path(model_source.model_folder(config.tokenizer)))
    settings = config.tokenizer or TokenizerConfig(kind=DEFAULT_TOKENIZER[model.family])
    texts = [document.text for document in documents]
    try:
        return train(texts, settings)
    except ConfigError as error:  # as in pre-training: a size that nobody asked for adapts to the text
        limit = error.values.get("maximum", error.values.get("minimum"))
        if "vocab_size" in settings.model_fields_set or not isinstance(limit, int):
            raise
        return train(texts, settings.model_copy(update={"vocab_size": limit}))


def _random_loss(
    config: PretrainConfig,
    learner: Learner,
    objective: Objective,
    tokenizer: Tokenizer,
    documents: list[Document],
    folder: Path,
) -> tuple[int, float]:
    """Tokens in the documents, and the loss of the first term over a few batches."""
    tokenizer.save(folder / "tokenizer")
    store = prepare(
        folder / "data",
        documents,
        tokenizer,
        tokenizer_folder=folder / "tokenizer",
        held_out_share=0.0,
        lineage={},
        workers=1,
    ).train
    frame = frame_of(tokenizer, learner.backbone.family)
    length = config.sequence_length(learner.backbone, config.max_positions)
    room = length - frame.framed_length(0)
    unit = PAIR_UNITS * room if objective.needs_pairs else room
    plan = Plan(
        source=TextSource(store, objective, frame, length, unit),
        seed=config.train.seed,
        batch_tokens=config.train.batch_tokens,
        max_length=length,
    )
    with torch.inference_mode():
        metrics = HeldOutLoss(objective=objective, plan=plan, batches=2)(learner, final=False)
    return store.num_tokens, metrics[f"loss_{objective.terms[0]}"]


def _parameters(learner: Learner) -> int:
    return sum(parameter.numel() for parameter in learner.parameters())


def _sizes(name: str, config: ModelConfig) -> str:
    return text(
        "doctor.sizes",
        name=name,
        layers=config.num_layers,
        hidden_size=config.hidden_size,
        heads=config.num_heads,
    )


def _gigabytes(count: int) -> str:
    return text("doctor.about_gigabytes", value=f"{count / 2**30:.2f}")
