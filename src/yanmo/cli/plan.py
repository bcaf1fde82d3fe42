"""`yanmo plan`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from yanmo.cli.options import Json, Paths, only_word, split_settings
from yanmo.cli.screen import print_json, print_line, print_pairs, print_table
from yanmo.messages import text

if TYPE_CHECKING:
    from yanmo.api.plan import PlanResult
    from yanmo.api.plan_machines import MachinePlan
    from yanmo.api.pretrain_config import PretrainConfig


WORN_OUT = 16  # epochs after which the same text teaches little more


def plan(
    *settings: Annotated[str, Parameter(name="recipe")],
    corpus: Paths = None,
    budget: str | None = None,
    task: str | None = None,
    model: str | None = None,
    preset: str | None = None,
    unit: str | None = None,
    text_field: str | None = None,
    encoding: str | None = None,
    json: Json = False,
) -> None:
    words, overrides = split_settings(settings)
    paths, behind = split_settings(corpus or ())
    from yanmo.api.plan import architecture_for
    from yanmo.api.plan import plan as make
    from yanmo.api.pretrain_config import AUTO
    from yanmo.api.recipes import resolve_pretrain
    from yanmo.cli.progress import ProgressBar

    recipe = only_word(words)
    flags: dict[str, object] = {
        "corpus": paths or None,
        "budget": budget,
        "model": model if task is None else architecture_for(task, model),
        "preset": AUTO if recipe is None and preset is None else preset,
        "unit": unit,
        "text_field": text_field,
        "encoding": encoding,
    }
    with ProgressBar() as reporter:
        config = resolve_pretrain(recipe, flags, [*overrides, *behind], reporter=reporter)
        found = make(config, reporter=reporter)
    if json:
        print_json(found.to_json())
        return
    given = {"--unit": unit, "--text-field": text_field, "--encoding": encoding}
    more = [word for flag, value in given.items() if value is not None for word in (flag, value)]
    _show(found, config)
    command = _command(found, config, recipe)
    print_line(text("plan.next", command=shlex.join([*command, *more, *overrides, *behind])))


def _show(found: PlanResult, config: PretrainConfig) -> None:
    from yanmo.api.plan import too_large
    from yanmo.machine.rentable import RENTABLE

    about = "plan.counted" if found.complete else "plan.about"
    pairs = [
        (text("plan.characters"), text(about, value=f"{found.characters:,}")),
        (text("plan.tokens_of_corpus"), text("plan.about", value=f"{found.tokens:,}")),
        (text("plan.unigram"), f"{found.unigram:.2f}"),
        (text("plan.family"), f"{found.model}, {found.objective}"),
        (text("plan.budget"), found.budget),
    ]
    print_pairs(pairs, title=text("plan.title"))
    print_line("")
    head = ["", *(text(f"plan.machine_{each.machine}") for each in found.machines)]
    columns = [_column(each) for each in found.machines]
    names = [name for name, _ in columns[0]]
    print_table(head, [[name, *(column[place][1] for column in columns)] for place, name in enumerate(names)])
    print_line("")
    print_line(text("plan.band"))
    if any(each.loss.beyond for each in found.machines):
        print_line(text("plan.beyond"))
    if any(each.epochs > WORN_OUT for each in found.machines):
        print_line(text("plan.worn_out", epochs=WORN_OUT))
    for each in found.machines:
        if not each.fits:
            print_line(too_large(each))
    print_line(text("plan.measured"))
    for machine in RENTABLE:
        print_line(
            text(
                "plan.assumed",
                name=text(f"plan.machine_{machine.name}"),
                rate=f"{machine.matmul_rate / 1e12:g}",
                share=f"{100 * machine.share:.0f}",
                step=f"{1000 * machine.step_seconds:g}",
            )
        )


def _command(found: PlanResult, config: PretrainConfig, recipe: str | None) -> list[str]:
    """What follows the plan; with a size that was given, the rest of the plan is spelt out."""
    from yanmo.api.pretrain_config import AUTO

    words = ["yanmo", "pretrain", *([recipe] if recipe else [])]
    words += ["--model", found.model, "--preset", config.preset]
    here = found.machines[0]
    rest = [f"train.batch_tokens={here.batch_tokens}"]
    if config.preset != AUTO:
        words += ["--vocab-size", str(here.vocab_size)]
    words += ["--corpus", *config.corpus.paths, "--budget", found.budget, "--out", "runs/planned"]
    return words if config.preset == AUTO else [*words, *rest]


def _column(each: MachinePlan) -> list[tuple[str, str]]:
    from yanmo.evaluation.metric_text import duration, number

    loss = each.loss
    mark = "*" if loss.beyond else ""
    needed, there = (f"{count / 2**30:.1f}" for count in (each.memory_bytes, each.available_bytes))
    return [
        (text("plan.preset"), each.preset),
        (text("plan.parameters"), f"{each.parameters:,}"),
        (text("plan.vocabulary"), f"{each.vocab_size:,}"),
        (text("plan.batch"), f"{each.batch_tokens:,}"),
        (text("plan.speed"), number(round(each.tokens_per_second))),
        (text("plan.time"), duration(each.seconds)),
        (text("plan.tokens"), f"{each.tokens:,}"),
        (text("plan.epochs"), f"{each.epochs:.2f}"),
        (text("plan.loss"), f"{loss.loss:.2f}{mark}"),
        (text("plan.range"), f"{loss.low:.2f} – {loss.high:.2f}"),
        (text("plan.memory"), f"{needed} / {there}"),
    ]
