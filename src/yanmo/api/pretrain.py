"""`yanmo pretrain`: text and a budget in, a language model out."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from yanmo import objectives
from yanmo.api import model_source
from yanmo.api.compute import Compute, choose_once
from yanmo.api.fit import Fit, fit
from yanmo.api.pretrain_config import DEFAULT_TOKENIZER, PretrainConfig, usual_objective
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import RunFolder, sha256_of
from yanmo.api.text_plan import text_plan
from yanmo.api.usual_optim import usual_optim
from yanmo.corpus.files import user_path
from yanmo.corpus.fingerprint import changed, fingerprint
from yanmo.corpus.read import CorpusConfig, read_corpus
from yanmo.corpus.statistics import CorpusReport
from yanmo.data.cursor import Cursor
from yanmo.data.frame import Frame, frame_of
from yanmo.data.plan import Plan
from yanmo.data.prepare import Stores, is_prepared, open_stores, prepare
from yanmo.data.store import TokenStore
from yanmo.errors import ConfigError, InputError, Preempted
from yanmo.interop.huggingface import save_model
from yanmo.machine.probe import available_cores
from yanmo.messages import text
from yanmo.models.learner import Learner
from yanmo.objectives import Objective
from yanmo.tokenizers import Tokenizer, TokenizerConfig, train_fitting
from yanmo.tokenizers.pairs import fitting, for_pairs
from yanmo.training.evaluator import HeldOutLoss
from yanmo.training.interrupt import Interrupt, interruptible
from yanmo.training.samples import HeldOutSamples

FEWEST_TOKENS = 64
MOST_NAMED = 5  # files in a warning
LOOKED_AT = 8  # batches


@dataclass(frozen=True, kw_only=True)
class PretrainResult:
    """What a run gave. metrics: on held-out text, after the last step (empty without held-out text)."""

    path: Path
    steps: int
    tokens: int
    epochs: float
    seconds: float
    metrics: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "path": str(self.path)}


def pretrain(
    config: PretrainConfig, out: str | Path, *, reporter: Reporter | None = None, profile: bool = False
) -> PretrainResult:
    """Pre-trains, or resumes what the same configuration left in `out`; a finished run is given back as it is.

    profile: write a trace of a few steps into the run folder.
    Errors: those of yanmo.errors; Preempted after SIGTERM or Ctrl-C, with everything saved.
    """
    reporter = reporter or Reporter()
    run = RunFolder.start(user_path(out), "pretrain", config)
    if run.is_finished:
        assert run.results is not None
        reporter.note(text("run.already_done", path=run.path))
        _tell_changed(config, run, run.inputs.get("corpus"), reporter)
        run.ensure_report()
        return _result(run.path, run.results)
    with run.held(), interruptible() as interrupt:
        compute = choose_once(run.path / "machine.json", config.train.precision, reporter)
        loaded, tokenizer = _tokenizer(config, run, reporter, interrupt)
        _frame(config, loaded, tokenizer)  # told before the corpus is encoded, which may take long
        stores = _stores(config, run, tokenizer, reporter, interrupt)
        learner, objective = _learner(config, loaded, tokenizer)
        what = _fit(config, learner, objective, tokenizer, stores)
        run.write_manifest(config, _inputs(config, stores), compute.to_json())
        _describe(config, learner, stores, compute, reporter)
        fitted = fit(run, what, compute, reporter=reporter, interrupt=interrupt, profile=profile)
        metrics = {} if what.evaluator is None else what.evaluator(fitted.learner, final=True)
        save_model(run.model, fitted.learner, tokenizer)
        results = {
            "steps": fitted.state.step,
            "tokens": fitted.state.tokens,
            "epochs": what.plan.fraction(fitted.state.cursor),
            "seconds": fitted.seconds,
            "metrics": metrics,
        }
        run.finish(results)
        run.ensure_report()
    return _result(run.path, results)


def _tokenizer(
    config: PretrainConfig, run: RunFolder, reporter: Reporter, interrupt: Interrupt
) -> tuple[Learner | None, Tokenizer]:
    """The tokenizer: that of the model that is gone on from, a given one, or one trained on the corpus."""
    model = model_source.architecture(config.model)
    if model is None:
        loaded = model_source.load(config.model)
        return loaded.learner, loaded.tokenizer
    two_sides = model.family == "encoder_decoder"
    if isinstance(config.tokenizer, str):
        given = Tokenizer.load(Path(model_source.model_folder(config.tokenizer)))
        return None, fitting(given, mask=True) if two_sides else given
    if (run.tokenizer / "tokenizer.json").is_file():
        return None, Tokenizer.load(run.tokenizer)
    settings = config.tokenizer or TokenizerConfig(kind=DEFAULT_TOKENIZER[model.family])
    with reporter.stage(text("run.stage_tokenizer")) as advance:
        tokenizer = train_fitting(lambda: _texts(config.corpus, advance, interrupt), settings)
    return None, for_pairs(tokenizer, mask=True) if two_sides else tokenizer


def _frame(config: PretrainConfig, loaded: Learner | None, tokenizer: Tokenizer) -> Frame:
    """What the model needs of the tokenizer. Errors: ConfigError naming special tokens that it lacks."""
    model = model_source.architecture(config.model) if loaded is None else loaded.backbone
    assert model is not None, "a model is loaded where the name is no architecture"
    return frame_of(tokenizer, model.family)


def _texts(config: CorpusConfig, advance: Callable[[int, int], None], interrupt: Interrupt) -> Iterator[str]:
    characters = 0
    for document in read_corpus(config):
        characters += len(document.text)
        advance(characters, 0)
        _stop_if(interrupt)
        yield document.text


def _stores(
    config: PretrainConfig, run: RunFolder, tokenizer: Tokenizer, reporter: Reporter, interrupt: Interrupt
) -> Stores:
    """Both token stores, built unless an earlier start of this run finished them."""
    if not (run.tokenizer / "tokenizer.json").is_file():
        half = run.tokenizer.with_name(".tokenizer")
        shutil.rmtree(half, ignore_errors=True)
        tokenizer.save(half, model_max_length=config.max_positions)
        half.rename(run.tokenizer)
    tokenizer_sha256 = sha256_of(run.tokenizer / "tokenizer.json")
    if is_prepared(run.data):
        stores = open_stores(run.data, verify=True)
        # one that was removed is trained again, perhaps on other texts: then the ids mean something else
        if stores.train.lineage.get("tokenizer_sha256", tokenizer_sha256) == tokenizer_sha256:
            _tell_changed(config, run, stores.train.lineage.get("corpus"), reporter)
            return stores
    report = CorpusReport()
    with reporter.stage(text("run.stage_encode")) as advance:

        def progress(characters: int, tokens: int) -> None:
            _stop_if(interrupt)
            advance(characters, tokens)

        stores = prepare(
            run.data,
            read_corpus(config.corpus, report),
            tokenizer,
            tokenizer_folder=run.tokenizer,
            held_out_share=config.share_held_out(),
            lineage={
                "corpus": [asdict(item) for item in fingerprint(config.corpus)],
                "tokenizer_sha256": tokenizer_sha256,
            },
            workers=available_cores(),
            on_progress=progress,
        )
    reporter.note(text("run.note_read", how=report.how_read()))
    for warning in report.warnings():
        reporter.warn(warning)
    return stores


def _tell_changed(config: PretrainConfig, run: RunFolder, recorded: Any, reporter: Reporter) -> None:
    """The texts were read once: what is in their files now is not what is learned."""
    files = changed(config.corpus, recorded) if recorded else []
    if files:
        more = ["…"] if len(files) > MOST_NAMED else []
        reporter.warn(text("run.warn_changed", path=run.path, files=", ".join(files[:MOST_NAMED] + more)))


def _stop_if(interrupt: Interrupt) -> None:
    if interrupt:
        raise Preempted("run.preempted", step=0)


def _learner(
    config: PretrainConfig, loaded: Learner | None, tokenizer: Tokenizer
) -> tuple[Learner, Objective]:
    """What is trained: the model that is gone on from, with new heads where it lacks some, or random weights."""
    model = model_source.architecture(config.model)
    backbone = model if loaded is None else loaded.backbone
    assert backbone is not None, "a model is loaded where the name is no architecture"
    objective = objectives.make(
        config.objective or usual_objective(backbone.family),
        label_smoothing=config.label_smoothing,
        settings=config.objective_settings,
    )
    sizes = objective.head_sizes()
    if loaded is not None:
        rates = (
            {} if config.dropout is None else dict.fromkeys(("dropout", "attention_dropout"), config.dropout)
        )
        shape = loaded.backbone.config.model_copy(update=rates)
        learner = Learner.build(type(loaded.backbone), shape, sizes, seed=config.train.seed)
        known = learner.state_dict()
        learner.load_state_dict(
            known | {name: value for name, value in loaded.state_dict().items() if name in known}
        )
        return learner, objective
    assert model is not None
    dropout = config.fresh_dropout
    shape = model.Config(
        vocab_size=tokenizer.vocab_size,
        max_positions=config.max_positions,
        dropout=dropout,
        attention_dropout=dropout,
        position_init=config.position_init or model.usual_position_init,
        **model.sizes(config.preset),
    )
    return Learner.build(model, shape, sizes, seed=config.train.seed), objective


def _fit(
    config: PretrainConfig, learner: Learner, objective: Objective, tokenizer: Tokenizer, stores: Stores
) -> Fit:
    length = config.sequence_length(learner.backbone, learner.backbone.config.max_positions)
    frame = frame_of(tokenizer, learner.backbone.family)
    if stores.train.num_tokens < FEWEST_TOKENS:
        raise InputError(
            "data.empty_store", tokens=stores.train.num_tokens, documents=stores.train.num_documents,
            needed=FEWEST_TOKENS,
        )  # fmt: skip

    if objective.needs_pairs:
        require_pairs(stores.train)
    plan = text_plan(config.train, stores.train, objective, frame, length=length)
    _require_labels(objective, plan, config.objective)
    evaluator = None
    if stores.held_out is not None:
        batches = math.ceil(20_000 / config.train.places)
        # shuffled too (the same way each time): the first rows of a packed window are its longest
        held_out = text_plan(config.train, stores.held_out, objective, frame, length=length)
        show = HeldOutSamples.of(stores.held_out, objective, frame, tokenizer, length=length)
        evaluator = HeldOutLoss(objective=objective, plan=held_out, batches=batches, show=show)
    return Fit(
        learner=learner,
        objective=objective,
        plan=plan,
        evaluator=evaluator,
        train=config.train,
        optim=config.optim or usual_optim(config.model, learner.backbone.config.hidden_size),
        schedule=config.schedule,
        ends_with_best=config.train.patience > 0,
    )


def require_pairs(store: TokenStore) -> None:
    """Errors: InputError when there is one document, or none has two sentences."""
    if store.num_documents < 2:
        raise InputError("data.pairs_of_one_document")
    if store.count("sentence_start") == store.num_documents:  # every document begins with one
        raise InputError("data.pairs_without_neighbour")


def _require_labels(objective: Objective, plan: Plan, name: str | None) -> None:
    """Errors: ConfigError where nothing in the first batches is to be learned, as of an objective that is not done."""
    for batch in islice(plan.stream(Cursor()), LOOKED_AT):
        if any(batch.counts().get(term) for term in objective.terms):
            return
    raise ConfigError("objectives.no_labels", name=name, terms=objective.terms)


def _inputs(config: PretrainConfig, stores: Stores) -> dict[str, Any]:
    return {**stores.train.lineage, "tokens_sha256": stores.train.digest, "model": config.model}


def _describe(
    config: PretrainConfig, learner: Learner, stores: Stores, compute: Compute, reporter: Reporter
) -> None:
    vocab_size = learner.backbone.config.vocab_size
    settings = config.tokenizer
    kind = (
        settings.kind
        if isinstance(settings, TokenizerConfig)
        else settings or DEFAULT_TOKENIZER[learner.backbone.family]
    )
    reporter.note(text("run.note_tokenizer", kind=kind, vocab_size=f"{vocab_size:,}"))
    held_out = 0 if stores.held_out is None else stores.held_out.num_tokens
    reporter.note(
        text(
            "run.note_data",
            documents=f"{stores.train.num_documents:,}",
            tokens=f"{stores.train.num_tokens:,}",
            held_out=f"{held_out:,}",
        )
    )
    if stores.held_out is None:
        reporter.warn(text("run.warn_no_held_out"))
    reporter.note(
        text(
            "run.note_model",
            model=config.model,
            preset=config.preset if model_source.architecture(config.model) else "",
            parameters=f"{sum(parameter.numel() for parameter in learner.parameters()):,}",
            objective=config.objective or usual_objective(learner.backbone.family),
            precision=compute.settings.precision,
            device=compute.device,
            threads=compute.settings.threads,
        )
    )


def _result(path: Path, values: dict[str, Any]) -> PretrainResult:
    return PretrainResult(path=path, **values)
