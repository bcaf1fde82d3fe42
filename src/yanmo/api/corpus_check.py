"""`yanmo doctor --corpus`: the first part of a corpus, as a model of random weights finds it."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from yanmo import objectives
from yanmo.api import model_source
from yanmo.api.doctor import Rows, gigabytes, parameters_of, sizes_of, training_bytes
from yanmo.api.pretrain import require_pairs
from yanmo.api.pretrain_config import DEFAULT_TOKENIZER, PretrainConfig, usual_objective
from yanmo.api.recipes import resolve_pretrain
from yanmo.api.reporter import Reporter
from yanmo.api.text_plan import text_plan
from yanmo.corpus.document import Document
from yanmo.corpus.read import read_corpus
from yanmo.corpus.statistics import CorpusReport
from yanmo.data.frame import frame_of
from yanmo.data.prepare import prepare
from yanmo.errors import ConfigError
from yanmo.messages import text
from yanmo.models.backbone import Backbone
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train_fitting
from yanmo.tokenizers.pairs import fitting
from yanmo.training.evaluator import HeldOutLoss

SAMPLE_DOCUMENTS = 5_000
SAMPLE_CHARACTERS = 2_000_000


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
            (text("doctor.memory"), gigabytes(self.training_bytes)),
            (
                text("doctor.loss"),
                text("doctor.loss_value", loss=f"{self.loss:.2f}", expected=f"{self.expected:.2f}"),
            ),
        ]

    def warnings(self) -> list[str]:
        return self.corpus.warnings()


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
        if model.family == "encoder_decoder":
            tokenizer = fitting(tokenizer, mask=True)
    objective = objectives.make(config.objective or usual_objective(model.family))
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
        model=sizes_of(f"{config.model} {config.preset}", sizes),
        vocab_size=tokenizer.vocab_size,
        tokens=tokens,
        parameters=parameters_of(learner),
        training_bytes=training_bytes(
            parameters_of(learner), sizes, tokens=config.train.places, length=length
        ),
        loss=loss,
        expected=math.log(tokenizer.vocab_size),
    )


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
    return train_fitting(lambda: [document.text for document in documents], settings)


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
    if objective.needs_pairs:
        require_pairs(store)
    frame = frame_of(tokenizer, learner.backbone.family)
    length = config.sequence_length(learner.backbone, config.max_positions)
    plan = text_plan(config.train, store, objective, frame, length=length)
    with torch.inference_mode():
        metrics = HeldOutLoss(objective=objective, plan=plan, batches=2)(learner, final=False)
    return store.num_tokens, metrics[f"loss_{objective.terms[0]}"]
