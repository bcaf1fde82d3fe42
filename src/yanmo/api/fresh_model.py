"""A model for a task that begins with nothing: random weights, and a tokenizer of the training records."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from yanmo.api import model_source
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.pretrain_config import DEFAULT_TOKENIZER
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import RunFolder
from yanmo.corpus.document import Record
from yanmo.interop.huggingface import LoadedModel
from yanmo.messages import text
from yanmo.models.learner import Learner
from yanmo.tasks.task import Task
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train_fitting
from yanmo.tokenizers.pairs import check_kind, fitting, for_pairs

DEFAULT_DROPOUT = 0.1


def fresh_model(
    config: FinetuneConfig, task: Task, records: Sequence[Record], run: RunFolder, reporter: Reporter
) -> LoadedModel:
    """An architecture in a preset's size. The tokenizer is kept in the run, so that a resumed one has the same.

    Errors: ConfigError for a preset, a kind of tokenizer or a vocabulary that does not fit.
    """
    model = model_source.architecture(config.model)
    assert model is not None
    preset = model.sizes(config.preset or "mini")
    tokenizer = _tokenizer(config, task, records, run, reporter)
    reporter.note(text("run.note_tokenizer", kind=tokenizer.kind, vocab_size=f"{tokenizer.vocab_size:,}"))
    sizes = model.Config(
        vocab_size=tokenizer.vocab_size,
        max_positions=max(512, config.max_length),
        dropout=DEFAULT_DROPOUT if config.dropout is None else config.dropout,
        attention_dropout=0.0,
        **preset,
    )
    return LoadedModel(
        learner=Learner.build(model, sizes, task.head_sizes(), seed=config.train.seed),
        tokenizer=tokenizer,
        labelling=None,
        fresh=(),
        unused=(),
        config=sizes,
        max_length=sizes.max_positions,
    )


def _tokenizer(
    config: FinetuneConfig, task: Task, records: Sequence[Record], run: RunFolder, reporter: Reporter
) -> Tokenizer:
    if isinstance(config.tokenizer, str):
        return fitting(Tokenizer.load(Path(model_source.model_folder(config.tokenizer))))
    if (run.tokenizer / "tokenizer.json").is_file():
        return Tokenizer.load(run.tokenizer)
    settings = config.tokenizer or TokenizerConfig(kind=DEFAULT_TOKENIZER["encoder_decoder"])
    check_kind(settings.kind)
    with reporter.stage(text("run.stage_tokenizer")):
        # on both sides together
        tokenizer = for_pairs(train_fitting(lambda: chain.from_iterable(map(task.texts, records)), settings))
    half = run.tokenizer.with_name(".tokenizer")
    shutil.rmtree(half, ignore_errors=True)
    tokenizer.save(half, token_types=False)
    half.rename(run.tokenizer)
    return tokenizer
