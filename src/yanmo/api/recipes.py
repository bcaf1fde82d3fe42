"""A recipe, flags and key=value overrides -> the configuration of a run; Python and the command line share it.

What can be refused is refused here, before a run folder exists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from yanmo import models, objectives, registry, tasks, tokenizers
from yanmo.api import model_source, recipe_files
from yanmo.api.finetune_config import FinetuneConfig
from yanmo.api.guess import check_columns, check_settings, guess_task
from yanmo.api.pretrain_config import AUTO, DEFAULT_TOKENIZER, PretrainConfig, usual_objective
from yanmo.api.reporter import Reporter
from yanmo.api.teacher import check_teacher
from yanmo.api.usual_optim import default_optim
from yanmo.config import Tree, build, merge, override
from yanmo.corpus.encoding import known_encoding
from yanmo.corpus.files import user_path
from yanmo.corpus.hub import is_hub_id
from yanmo.corpus.read import CorpusConfig, read_raw
from yanmo.corpus.statistics import CorpusReport
from yanmo.errors import ConfigError, no_file
from yanmo.messages import text
from yanmo.models.backbone import SIZED, Backbone
from yanmo.tasks import Task
from yanmo.tasks.config import TaskConfig
from yanmo.tokenizers import TokenizerConfig
from yanmo.tokenizers.pairs import check_kind
from yanmo.training.budget import Budget, cap

PRETRAIN_FLAGS = {
    "model": "model",
    "preset": "preset",
    "objective": "objective",
    "corpus": "corpus.paths",
    "unit": "corpus.unit",
    "text_field": "corpus.text_field",
    "encoding": "corpus.encoding",
    "drop_stop_words": "corpus.drop_stop_words",
    "vocab_size": "tokenizer.vocab_size",
    "max_length": "max_length",
    "budget": "train.budget",
    "seed": "train.seed",
    "precision": "train.precision",
}
FINETUNE_FLAGS = {
    "task": "task",
    "model": "model",
    "preset": "preset",
    "vocab_size": "tokenizer.vocab_size",
    "direction": "settings.direction",
    "train": "train_file",
    "dev": "dev_file",
    "encoding": "encoding",
    "random_weights": "random_weights",
    "columns": "settings.columns",
    "max_length": "max_length",
    "lr": "optim.lr",
    "freeze": "adapt.freeze",
    "layer_decay": "adapt.layer_decay",
    "lora": "adapt.lora.rank",
    "teacher": "teacher.model",
    "unlabelled": "teacher.unlabelled_file",
    "budget": "train.budget",
    "seed": "train.seed",
    "precision": "train.precision",
}


def resolve_pretrain(
    recipe: str | None,
    flags: Mapping[str, object],
    overrides: Sequence[str] = (),
    *,
    reporter: Reporter | None = None,
) -> PretrainConfig:
    """The configuration of a pre-training run: the recipe, then the flags, then the overrides on top.

    flags: keys of PRETRAIN_FLAGS and `tokenizer` (a kind, or a run or folder that has one); None is not given.
    Errors: ConfigError for whatever does not exist or fit; InputError for a recipe that is not there.
    """
    below = {} if recipe is None else recipe_files.read(recipe, "pretrain")
    above = override(_tree(flags, PRETRAIN_FLAGS), overrides)
    if flags.get("tokenizer") is not None:
        above = merge({"tokenizer": _given_tokenizer(str(flags["tokenizer"]), above)}, above)
    if isinstance(asked := above.get("tokenizer"), dict) and "vocab_size" in asked:
        above = merge({"tokenizer": {"adapt": False}}, above)  # the user's own size, not the recipe's
    tree = merge(below, above)
    _require(tree, "corpus.paths", "--corpus")
    model = _architecture(tree.get("model", "bert"))
    if model is not None:
        tree = _with_kind(tree, model)
    else:
        _refuse_size(tree, above, "max_positions", "position_init")
        if model_source.architecture(str(below.get("model", "bert"))) is not None:
            tree = {**tree, "optim": above.get("optim")}  # the recipe's rates are for random weights
        tree = _with_optim(tree)
    config = build(PretrainConfig, tree)
    if model is not None:
        _check_sizes(config, model)
        _check_objective(config, model)
    elif config.objective is not None:  # refused before the corpus is read
        objectives.make(config.objective, settings=config.objective_settings)
    train = config.train.model_copy(update={"budget": _capped(config.train.budget, reporter)})
    return config.model_copy(update={"train": train})


def resolve_finetune(
    name: str | None,
    flags: Mapping[str, object],
    overrides: Sequence[str] = (),
    *,
    reporter: Reporter | None = None,
) -> FinetuneConfig:
    """The configuration of a fine-tuning run. name: a task, or a recipe; None: the columns tell the task.

    flags: keys of FINETUNE_FLAGS; None is not given. Errors: as `resolve_pretrain`.
    """
    above = override(_tree(flags, FINETUNE_FLAGS), overrides)
    tree = merge(_task_or_recipe(name), above)
    _require(tree, "model", "--model")
    _require(tree, "train_file", "--train")
    tree = _with_task(tree, reporter)
    model = _architecture(tree["model"])
    if model is None:
        _refuse_size(tree, above)
    else:
        _check_scratch(model, str(tree["model"]), tasks.find(str(tree["task"])))
        tree = _with_kind(tree, model)
    config = build(FinetuneConfig, tree if model is not None else _with_optim(tree))
    check_columns(config.task, config.settings)
    check_settings(config.task, above.get("settings", {}))
    if model is not None:
        model.sizes(config.preset or "mini")
    if config.teacher is not None:
        check_teacher(tasks.find(config.task), config.task)
    for path in (config.train_file, config.dev_file, config.unlabelled_file):
        if path is not None:
            check_file(path)
    train = config.train.model_copy(update={"budget": _capped(config.train.budget, reporter)})
    return config.model_copy(update={"train": train})


def resolve_corpus(flags: Mapping[str, object], overrides: Sequence[str] = ()) -> CorpusConfig:
    """What is read. flags: fields of CorpusConfig; None is not given. Errors: ConfigError."""
    tree = override(_tree(flags, {name: name for name in CorpusConfig.model_fields}), overrides)
    _require(tree, "paths", "PATH")
    return build(CorpusConfig, tree)


def resolve_tokenizer(flags: Mapping[str, object], overrides: Sequence[str] = ()) -> TokenizerConfig:
    """How a tokenizer is trained. flags: fields of TokenizerConfig; None is not given. Errors: ConfigError."""
    tree = override(_tree(flags, {name: name for name in TokenizerConfig.model_fields}), overrides)
    config = build(TokenizerConfig, tree)
    _check_kind(config.kind)
    return config


def check_corpus(config: CorpusConfig) -> None:
    """Reads the first document of each path, so that a wrong path or format is told before anything is made.

    Errors: InputError.
    """
    for path in config.paths:
        next(read_raw(config.model_copy(update={"paths": (path,)}), CorpusReport()), None)


def as_overrides(values: Mapping[str, object] | None) -> list[str]:
    """`{"train.seed": 3}` as the command line would say it: `train.seed=3`."""
    return [
        f"{key}={json.dumps(value, ensure_ascii=False, default=str)}" for key, value in (values or {}).items()
    ]


def _tree(flags: Mapping[str, object], keys: Mapping[str, str]) -> Tree:
    tree: Tree = {}
    for flag, key in keys.items():
        value = flags.get(flag)
        if value is None:
            continue
        leaf: object = value
        for part in reversed(key.split(".")):
            leaf = {part: leaf}
        assert isinstance(leaf, dict)
        tree = merge(tree, leaf)
    return tree


def _require(tree: Tree, key: str, flag: str) -> None:
    value: object = tree
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if not value:
        raise ConfigError("recipes.missing", key=key, flag=flag)


def check_file(path: str) -> None:
    """Errors: InputError where there is no such file, and it can be no data set of the hub."""
    if not user_path(path).is_file() and not is_hub_id(path):
        raise no_file(path)


def _refuse_size(tree: Tree, above: Tree, *more: str) -> None:
    """A model that is gone on from has its size and tokenizer; a recipe's own are for a fresh one.

    Errors: ConfigError where the user asks for others.
    """
    for key in ("tokenizer", "preset", *more):
        if key in above:
            raise ConfigError("recipes.comes_with_model", key=key, model=tree["model"])
        tree.pop(key, None)


def _with_optim(tree: Tree) -> Tree:
    """What is not said of the optimiser of learned weights is as usual. Errors: ConfigError without a rate."""
    optim = tree.get("optim")
    if not isinstance(optim, dict) or optim.get("name") == "muon":
        return tree
    if "lr" not in optim:
        raise ConfigError("recipes.rate_needed", keys=[f"optim.{key}" for key in optim])
    usual = default_optim(256).model_dump(include={"name", "weight_decay", "betas"})
    return {**tree, "optim": merge(usual, optim)}


def _check_scratch(model: type[Backbone], name: str, task: type[Task]) -> None:
    """Errors: ConfigError where the task cannot be learned from random weights, or not by this architecture."""
    if not task.from_scratch:
        raise ConfigError("run.no_tokenizer", model=name)
    if task.term not in model.head_terms():
        raise model.no_head(task.term)


def _task_or_recipe(name: str | None) -> Tree:
    known = registry.names(tasks)
    if name is None:
        return {}
    if name in known and name not in [recipe.name for recipe in recipe_files.shipped("finetune")]:
        return {"task": name}
    if registry.is_module(name) and not recipe_files.is_path(name):
        return {"task": name}
    return recipe_files.read(name, "finetune", tasks=known)


def _with_task(tree: Tree, reporter: Reporter | None) -> Tree:
    """With the task that the columns tell, where none is named, and its recipe. Errors: as `guess_task`."""
    if tree.get("task"):
        return tree
    settings = build(TaskConfig, tree.get("settings", {}))
    check_file(str(tree["train_file"]))
    encoding = known_encoding(str(tree.get("encoding", "auto")))
    task, known = guess_task(str(tree["train_file"]), settings, encoding)
    if reporter is not None:
        reporter.note(text("guess.note", task=task, known=known))
    return merge(_task_or_recipe(task), tree)


def _architecture(name: object) -> type[Backbone] | None:
    """None for a run, a folder or a hub id. Errors: ConfigError for what can only be a mistyped architecture."""
    if not isinstance(name, str):
        raise ConfigError("errors.bad_value", key="model", value=name, allowed=text("errors.allowed_string"))
    model = model_source.architecture(name)
    if model is not None:
        return model
    if user_path(name).exists() or "-" in name or "/" in name:
        model_source.model_folder(name)  # an unfinished run is refused now
        return None
    known = registry.names(models)
    raise ConfigError(
        "errors.unknown_name", kind=text("recipes.kind_model"), name=name, known=known,
        suggestion=registry.suggestion(name, known),
    )  # fmt: skip


def _given_tokenizer(given: str, above: Tree) -> Tree | str:
    """A kind becomes settings, a path stays one. Errors: ConfigError."""
    kinds = registry.names(tokenizers)
    if given in kinds:
        return {"kind": given}
    if not user_path(given).exists():
        _check_kind(given)
    if "tokenizer" in above:
        raise ConfigError("recipes.tokenizer_is_fixed", tokenizer=given)
    return given


def _with_kind(tree: Tree, model: type[Backbone]) -> Tree:
    """Settings of a tokenizer without a kind keep the kind that the model usually has."""
    settings = tree.get("tokenizer")
    if not isinstance(settings, dict):
        return tree
    settings = {"kind": DEFAULT_TOKENIZER[model.family], **settings}
    _check_kind(str(settings["kind"]))
    if model.family == "encoder_decoder":
        check_kind(str(settings["kind"]))
    return {**tree, "tokenizer": settings}


def _check_kind(kind: str) -> None:
    kinds = registry.names(tokenizers)
    if kind not in kinds:
        raise ConfigError(
            "errors.unknown_name", kind=text("recipes.kind_tokenizer"), name=kind, known=kinds,
            suggestion=registry.suggestion(kind, kinds),
        )  # fmt: skip


def _check_sizes(config: PretrainConfig, model: type[Backbone]) -> None:
    if config.preset != AUTO:
        model.sizes(config.preset)
    config.sequence_length(model, config.max_positions)


def _check_objective(config: PretrainConfig, model: type[Backbone]) -> None:
    name = config.objective or usual_objective(model.family)
    heads = model.head_terms()
    sizes = objectives.make(name, settings=config.objective_settings).head_sizes()
    if sizes.keys() <= heads:
        wrong = [term for term, size in sizes.items() if (size is None) == (term in SIZED)]
        if wrong:
            raise ConfigError("objectives.head_size", name=name, heads=wrong, sized=sorted(SIZED & heads))
        return
    if any(map(registry.is_module, name.split("+"))):
        missing = sorted(sizes.keys() - heads)
        raise ConfigError(
            "objectives.no_head", name=name, heads=missing, model=config.model, known=sorted(heads)
        )
    single = registry.names(objectives)
    fits = [each for each in single if set(objectives.make(each).head_sizes()) <= heads]
    raise ConfigError("run.wrong_family", objective=name, model=config.model, fits=fits)


def _capped(given: str, reporter: Reporter | None) -> str:
    """The budget, or what YANMO_TEST_BUDGET caps it to, with a note."""
    budget = str(cap(Budget.parse(given)))
    if budget != given and reporter is not None:
        reporter.note(text("training.budget_capped", budget=budget, given=given))
    return budget
