"""The commands, in the order of the work, and how each is called."""

from __future__ import annotations

from collections.abc import Callable

from cyclopts import App, Group

from yanmo import __version__
from yanmo.cli import (
    answer,
    chat,
    corpus,
    doctor,
    encode,
    evaluate,
    finetune,
    plan,
    predict,
    pretrain,
    quickstart,
    recipes,
    tokenizer,
    translate,
)
from yanmo.cli.guide import Guide
from yanmo.messages import text

Command = Callable[..., int | None]

COMMANDS: dict[str, tuple[Command, str]] = {
    "quickstart": (quickstart.quickstart, "[--out DIR] [--minutes N]"),
    "plan": (plan.plan, "[RECIPE] --corpus PATH... [--budget TIME] [OPTIONS] [KEY=VALUE...]"),
    "pretrain": (pretrain.pretrain, "[RECIPE] --corpus PATH... --out DIR [OPTIONS] [KEY=VALUE...]"),
    "finetune": (
        finetune.finetune,
        "[TASK|RECIPE] --model MODEL --train FILE --out DIR [OPTIONS] [KEY=VALUE...]",
    ),
    "evaluate": (evaluate.evaluate, "MODEL FILE|SUITE [--data DIR] [OPTIONS]"),
    "compare": (evaluate.compare, "FIRST SECOND FILE|SUITE [--data DIR] [OPTIONS]"),
    "predict": (
        predict.predict,
        "MODEL TEXT... | --pair A B | --question Q --context FILE | --file FILE [OPTIONS]",
    ),
    "encode": (encode.encode, "MODEL FILE --out FILE [OPTIONS]"),
    "similar": (encode.similar, "MODEL QUERY --in FILE [OPTIONS]"),
    "fill-mask": (predict.fill_mask, 'MODEL "...[MASK]..." [OPTIONS]'),
    "generate": (predict.generate, "MODEL PROMPT... [OPTIONS]"),
    "translate": (translate.translate, "MODEL FILE --out FILE | TEXT... [OPTIONS]"),
    "answer": (answer.answer, "QUESTION --corpus PATH --model MODEL [OPTIONS]"),
    "chat": (chat.chat, "MODEL [OPTIONS]"),
    "tokenizer train": (tokenizer.train, "--corpus PATH... --out DIR [OPTIONS] [KEY=VALUE...]"),
    "tokenizer report": (tokenizer.report, "TOKENIZER --corpus PATH... [OPTIONS]"),
    "corpus stats": (corpus.stats, "PATH... [OPTIONS] [KEY=VALUE...]"),
    "recipes": (recipes.recipes, "[NAME]"),
    "doctor": (doctor.doctor, "[MODEL] [--corpus PATH... --model bert --preset mini]"),
}


def make_app() -> App:
    """The parser, with its texts in the language of now."""
    app = _app("", "COMMAND", version=__version__)
    for order, (name, (command, usage)) in enumerate(COMMANDS.items()):
        *group, last = name.split()
        parent = app
        for word in group:
            if word not in parent:
                parent.command(_app(word, f"{word} COMMAND", sort_key=order))
            parent = parent[word]
        parent.command(_app(name, f"{name} {usage}", command, sort_key=order), name=last)
    return app


def _app(
    name: str,
    usage: str,
    command: Command | None = None,
    *,
    version: str = "",
    sort_key: int = 0,
) -> App:
    app = App(
        name=name.split()[-1] if name else "yanmo",
        help="",
        usage=usage,
        version=version,
        version_flags="--version" if version else (),
        help_formatter=Guide(name, usage),
        group_commands=Group(text("help.commands"), sort_key=2),
        group_arguments=Group(text("help.arguments"), sort_key=0),
        group_parameters=Group(text("help.options"), sort_key=1),
        sort_key=sort_key,
    )
    if command is not None:
        app.default(command)
    return app
