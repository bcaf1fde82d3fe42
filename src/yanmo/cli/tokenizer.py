"""`yanmo tokenizer train` and `yanmo tokenizer report`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from yanmo.cli.options import Flag, Folder, Json, Paths, split_settings
from yanmo.cli.screen import print_json, print_line, print_pairs, print_table
from yanmo.errors import ConfigError
from yanmo.messages import percent, text

if TYPE_CHECKING:
    from yanmo.tokenizers import TokenizerReport


def train(
    *settings: Annotated[str, Parameter(name="settings")],
    out: Folder,
    corpus: Paths = None,
    kind: str | None = None,
    vocab_size: int | None = None,
    unit: str | None = None,
    text_field: str | None = None,
    encoding: str | None = None,
    drop_stop_words: Flag = False,
    json: Json = False,
) -> None:
    from yanmo.api.recipes import resolve_corpus, resolve_tokenizer
    from yanmo.api.tokenizer import train_tokenizer
    from yanmo.cli.progress import ProgressBar
    from yanmo.evaluation.metric_text import number

    words, overrides = split_settings(settings)
    paths, behind = split_settings(corpus or ())
    if words:
        raise ConfigError("cli.unused", given=" ".join(words), command="yanmo tokenizer train")
    texts = resolve_corpus(
        {
            "paths": paths,
            "unit": unit,
            "text_field": text_field,
            "encoding": encoding,
            "drop_stop_words": drop_stop_words or None,
        }
    )
    config = resolve_tokenizer({"kind": kind, "vocab_size": vocab_size}, [*overrides, *behind])
    with ProgressBar() as reporter:
        trained = train_tokenizer(texts, config, out, reporter=reporter)
    if json:
        print_json(trained.to_json())
        return
    print_pairs(
        [
            (text("cli.kind"), trained.kind),
            (text("cli.vocabulary"), number(trained.vocab_size)),
            (text("cli.longest_pieces"), _listed(trained.longest_pieces)),
            (text("cli.folder"), str(trained.path)),
        ]
    )
    print_line(text("cli.next_tokenizer", out=out))


def report(
    tokenizer: str,
    /,
    *,
    corpus: Paths = None,
    unit: str | None = None,
    text_field: str | None = None,
    encoding: str | None = None,
    drop_stop_words: Flag = False,
    json: Json = False,
) -> None:
    from yanmo.api.recipes import resolve_corpus
    from yanmo.api.tokenizer import tokenizer_report
    from yanmo.cli.progress import ProgressBar

    texts = resolve_corpus(
        {
            "paths": list(corpus or ()),
            "unit": unit,
            "text_field": text_field,
            "encoding": encoding,
            "drop_stop_words": drop_stop_words or None,
        }
    )
    with ProgressBar() as reporter:
        found = tokenizer_report(tokenizer, texts, reporter=reporter)
    if json:
        print_json(asdict(found))
    else:
        _show(found)


def _show(found: TokenizerReport) -> None:
    from yanmo.evaluation.metric_text import number

    print_pairs(
        [
            (text("cli.kind"), found.kind),
            (text("cli.vocabulary"), number(found.vocab_size)),
            (text("cli.vocabulary_used"), percent(found.vocabulary_used)),
            (text("cli.texts"), number(found.texts)),
            (text("cli.characters"), number(found.characters)),
            (text("cli.tokens"), number(found.tokens)),
            (text("cli.coverage"), percent(found.coverage, 3)),
            (text("cli.unknown_rate"), percent(found.unknown_rate, 3)),
            (
                text("cli.round_trip" if found.kind == "byte_bpe" else "cli.round_trip_folded"),
                percent(found.round_trip, 2),
            ),
            (text("cli.longest_pieces"), _listed(found.longest_pieces)),
        ]
    )
    head = ["script", "characters", "tokens", "characters_per_token", "tokens_per_word"]
    rows = [
        (
            text(f"cli.script_{use.script}"),
            number(use.characters),
            number(use.tokens),
            f"{use.characters_per_token:.2f}",
            f"{use.tokens_per_word:.2f}",
        )
        for use in found.scripts
    ]
    print_line("")
    print_table([text(f"cli.{name}") for name in head], rows)
    if found.cut_words:
        print_line("")
        words = [(cut.word, " ".join(cut.pieces), number(cut.count)) for cut in found.cut_words]
        print_table([text("cli.cut_word"), text("cli.pieces"), text("cli.count")], words)
    if found.lost_texts:
        print_line("")
        lost = [(each.given, each.returned) for each in found.lost_texts]
        print_table([text("cli.lost_given"), text("cli.lost_returned")], lost)


def _listed(pieces: object) -> str:
    assert isinstance(pieces, tuple | list)
    return "  ".join(f"“{piece.strip()}”" for piece in pieces)
