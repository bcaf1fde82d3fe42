"""`yanmo plan`: what a corpus, a budget and a machine allow, before the time is spent."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from yanmo import objectives, tasks
from yanmo.api import model_source
from yanmo.api.compute import choose_now
from yanmo.api.loss_constants import BY_TERM
from yanmo.api.plan_corpus import sample_corpus
from yanmo.api.plan_machines import MachinePlan, Planner
from yanmo.api.plan_tokenization import Tokenizations
from yanmo.api.pretrain_config import AUTO, DEFAULT_TOKENIZER, PretrainConfig, usual_objective
from yanmo.api.reporter import Reporter
from yanmo.api.run_folder import RunFolder
from yanmo.config import merge
from yanmo.errors import ConfigError
from yanmo.machine.memory import keep_large_buffers
from yanmo.machine.probe import configure
from yanmo.machine.rentable import RENTABLE
from yanmo.messages import text
from yanmo.models.backbone import Backbone
from yanmo.tokenizers import TokenizerConfig

MASKED = 0.3  # decision 0007: leaves the plateau sooner than 0.15


@dataclass(frozen=True, kw_only=True)
class PlanResult:
    """What was found of the corpus and chosen for it, and the plan of each machine, this one first.

    characters, tokens: of the corpus; about, unless `complete`. unigram, neighbours, length: see `loss_law`.
    """

    budget: str
    model: str
    objective: str
    objective_settings: dict[str, JsonValue]
    complete: bool
    characters: int
    tokens: int
    unigram: float
    neighbours: float
    length: float
    machines: tuple[MachinePlan, ...]

    @property
    def here(self) -> MachinePlan:
        return self.machines[0]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "assumptions": [asdict(machine) for machine in RENTABLE]}


def plan(config: PretrainConfig, *, reporter: Reporter | None = None) -> PlanResult:
    """Looks at the corpus, times candidates on this machine, and reckons for the rentable ones.

    What the configuration sets (a preset other than auto, vocabulary, batch, objective) stays; the rest is chosen.
    Errors: ConfigError for a model that is gone on from, or without a law; those of the corpus and of the tokenizer.
    """
    reporter = reporter or Reporter()
    model = model_source.architecture(config.model)
    if model is None:
        raise ConfigError("plan.needs_architecture", model=config.model)
    if objectives.make(usual_objective(model.family)).text_term not in BY_TERM:
        raise ConfigError("plan.no_law_of_model", model=config.model)
    config = _with_objective(config, model)
    objective = objectives.make(str(config.objective), settings=config.objective_settings)
    if objective.text_term not in BY_TERM:
        raise ConfigError("plan.no_law", objective=config.objective, known=list(BY_TERM))
    with reporter.stage(text("recipes.stage_corpus")):
        sample = sample_corpus(config.corpus)
    compute = choose_now(config.train.precision)
    configure(compute.settings)
    keep_large_buffers()
    with tempfile.TemporaryDirectory() as folder:
        tokenizations = Tokenizations(config, sample, model, objective, Path(folder))
        planner = Planner(tokenizations, compute)
        with reporter.stage(text("plan.stage_probe")):
            here = planner.here()
        machines = (here, *(planner.rented(machine) for machine in RENTABLE))
        facts = planner.candidate(here.preset).tokenization.statistics
    return PlanResult(
        budget=config.train.budget,
        model=config.model,
        objective=str(config.objective),
        objective_settings=config.objective_settings,
        complete=sample.complete,
        characters=sample.characters,
        tokens=facts.tokens,
        unigram=facts.unigram,
        neighbours=facts.neighbours,
        length=facts.length,
        machines=machines,
    )


def architecture_for(task: str, model: str | None = None) -> str:
    """The given architecture, or else the one that a task is best pre-trained with.

    Errors: ConfigError with the nearest task, or with the architectures that can generate where the given one cannot.
    """
    kind = tasks.find(task)
    chosen = model or kind.architecture
    architecture = model_source.architecture(chosen)
    if architecture is not None and kind.generates and kind.term not in architecture.head_terms():
        raise architecture.no_head(kind.term)
    return chosen


def planned(config: PretrainConfig, out: Path, *, reporter: Reporter | None = None) -> PretrainConfig:
    """The configuration with a size of its own in place of `auto`: as it was chosen when the run in `out` began.

    Errors: as `plan`.
    """
    if config.preset != AUTO:
        return config
    run = RunFolder(out)
    if run.config_path.is_file() and run.verb == "pretrain":
        return _as_before(config, run.config(PretrainConfig))
    found = plan(config, reporter=reporter)
    chosen = follow(config, found)
    if reporter is not None:
        here = found.here
        if not here.fits:
            reporter.warn(too_large(here))
        reporter.note(
            text(
                "plan.note_chosen",
                preset=here.preset,
                vocab_size=f"{here.vocab_size:,}",
                batch=f"{here.batch_tokens:,}",
                tokens=f"{here.tokens:,}",
                epochs=f"{here.epochs:.2f}",
                low=f"{here.loss.low:.2f}",
                high=f"{here.loss.high:.2f}",
            )
        )
    return chosen


def too_large(machine: MachinePlan) -> str:
    """Says that what was chosen or set does not fit there, and what would."""
    name = text(f"plan.machine_{machine.machine}")
    return text("plan.too_large", name=name, preset=machine.preset)


def follow(config: PretrainConfig, found: PlanResult) -> PretrainConfig:
    """The configuration with what the plan chose for this machine."""
    here = found.here
    model = model_source.architecture(config.model)
    assert model is not None
    tokenizer = config.tokenizer
    if not isinstance(tokenizer, str):
        settings = {} if tokenizer is None else tokenizer.model_dump(exclude_unset=True)
        kind = {"kind": DEFAULT_TOKENIZER[model.family]}
        tokenizer = TokenizerConfig(**{**kind, **settings, "vocab_size": here.vocab_size})
    return config.model_copy(
        update={
            "preset": here.preset,
            "objective": found.objective,
            "objective_settings": found.objective_settings,
            "tokenizer": tokenizer,
            "train": config.train.model_copy(update={"batch_tokens": here.batch_tokens}),
        }
    )


def _as_before(config: PretrainConfig, before: PretrainConfig) -> PretrainConfig:
    """What the plan decided for the run, where the configuration still leaves it open."""
    chosen: dict[str, object] = {"preset": before.preset}
    if config.objective is None:
        chosen |= {"objective": before.objective, "objective_settings": before.objective_settings}
    if not isinstance(config.tokenizer, str) and not _has_size(config.tokenizer):
        chosen["tokenizer"] = before.tokenizer
    if config.train.batch_tokens is None:
        batch_tokens = before.train.batch_tokens
        chosen["train"] = config.train.model_copy(update={"batch_tokens": batch_tokens})
    return config.model_copy(update=chosen)


def _has_size(tokenizer: TokenizerConfig | None) -> bool:
    return tokenizer is not None and tokenizer.is_size_fixed


def _with_objective(config: PretrainConfig, model: type[Backbone]) -> PretrainConfig:
    """Masked language modelling alone for an encoder, unless an objective is set; the usual one for others."""
    if config.objective is not None:
        return config
    if model.family != "encoder":
        return config.model_copy(update={"objective": usual_objective(model.family)})
    settings = merge({"mlm": {"rate": MASKED}}, config.objective_settings)
    return config.model_copy(update={"objective": "mlm", "objective_settings": settings})
