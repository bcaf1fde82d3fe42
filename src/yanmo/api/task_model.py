"""The model that a task begins with, and what is saved of it in the end."""

from __future__ import annotations

from collections.abc import Sequence

from yanmo import tasks
from yanmo.api import model_source
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.fresh_model import fresh_model
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import RunFolder
from yanmo.api.usual_optim import usual_optim
from yanmo.corpus.document import Record
from yanmo.data.frame import frame_of
from yanmo.errors import RunError
from yanmo.interop.huggingface import Labelling, LoadedModel, save_model
from yanmo.interop.sentence_transformers import Pooling, save_modules
from yanmo.messages import text
from yanmo.models.learner import Learner
from yanmo.optim.optimizer import OptimConfig
from yanmo.tasks.task import Encoder, Task
from yanmo.tokenizers import Tokenizer
from yanmo.training.adaptation import freeze
from yanmo.training.lora import add_lora


def starting_model(
    config: FinetuneConfig, task: Task, train: Sequence[Record], run: RunFolder, reporter: Reporter
) -> LoadedModel:
    """A trained model with the heads of the task, or an architecture with random weights.

    Errors: RunError; ConfigError for settings that do not fit it.
    """
    if model_source.architecture(config.model) is not None:
        loaded = fresh_model(config, task, train, run, reporter)
    else:
        loaded = _trained(config, task)
    if config.adapt.lora is not None:
        add_lora(loaded.learner, config.adapt.lora, seed=config.train.seed)
    freeze(loaded.learner, config.adapt.freeze)
    if config.adapt.lora is not None or config.adapt.freeze is not None:
        sizes = [(each.numel(), each.requires_grad) for each in loaded.learner.parameters()]
        learning = sum(size for size, learns in sizes if learns)
        total = sum(size for size, _ in sizes)
        if config.random_weights or model_source.architecture(config.model) is not None:
            reporter.warn(text("run.warn_frozen_random"))
        reporter.note(text("run.note_learning", learning=f"{learning:,}", total=f"{total:,}"))
    return loaded


def encoder_of(config: FinetuneConfig, loaded: LoadedModel) -> Encoder:
    """What turns records into examples of at most the length that was set and that the model can hold."""
    return Encoder(
        tokenizer=loaded.tokenizer,
        frame=frame_of(loaded.tokenizer, loaded.learner.backbone.family),
        room=min(config.max_length, loaded.max_length),
    )


def optim_of(config: FinetuneConfig, loaded: LoadedModel) -> OptimConfig:
    """As set, else what fits the model and the task."""
    if config.optim is not None:
        return config.optim
    width, rate = loaded.learner.backbone.config.hidden_size, tasks.find(config.task).rate
    return usual_optim(config.model, width, rate=rate, lora=config.adapt.lora is not None)


def save(
    run: RunFolder, task: Task, learner: Learner, loaded: LoadedModel, encoder: Encoder, name: str
) -> None:
    """Writes the Hugging Face directory of the run. name: of the task."""
    if task.pooling is not None:
        pooling = Pooling.of(task.pooling, learner.backbone.family)
        save_modules(run.model, pooling, learner.backbone.config.hidden_size, max_length=encoder.room)
    labelling = None  # where the head says all that a saved model must know of its task
    if task.labels or task.values or not task.owns_head:
        labelling = Labelling(task=name, labels=task.labels, multi_label=task.multi_label, values=task.values)
    save_model(run.model, learner, loaded.tokenizer, labelling=labelling, max_length=encoder.room)


def _trained(config: FinetuneConfig, task: Task) -> LoadedModel:
    loaded = model_source.load(config.model, heads=task.head_sizes(), seed=config.train.seed)
    if task.pooling is not None and loaded.learner.backbone.family == "encoder_decoder":
        raise RunError("pairs.encoder_decoder", path=config.model)
    changes = {} if config.dropout is None else {"dropout": config.dropout, "attention_dropout": 0.0}
    sizes = loaded.config.model_copy(update=changes)
    learner = Learner.build(type(loaded.learner.backbone), sizes, task.head_sizes(), seed=config.train.seed)
    if not config.random_weights:
        learner.load_state_dict(loaded.learner.state_dict())
    return LoadedModel(
        learner=learner,
        tokenizer=_tokenizer(loaded.tokenizer, task),
        labelling=loaded.labelling,
        fresh=loaded.fresh,
        unused=loaded.unused,
        config=sizes,
        max_length=loaded.max_length,
    )


def _tokenizer(tokenizer: Tokenizer, task: Task) -> Tokenizer:
    """The model's, with the form of the conversations that the task learns."""
    return tokenizer if task.chat_template is None else tokenizer.with_chat_template(task.chat_template)
