"""`yanmo answer`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from yanmo.cli.model import load_model
from yanmo.cli.options import Json
from yanmo.cli.screen import print_json, print_line
from yanmo.errors import ConfigError
from yanmo.messages import text

Corpus = Annotated[list[str], Parameter(negative=(), metavar="PATH")]  # one each, for a question follows


def answer(
    question: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    corpus: Corpus,
    model: str,
    retriever: str | None = None,
    top: int = 3,
    read: int = 10,
    text_field: str = "text",
    encoding: str = "auto",
    json: Json = False,
) -> None:
    from yanmo.api.answer import Library, require_reader
    from yanmo.api.answer import answer as find_answers
    from yanmo.api.predict import load
    from yanmo.cli.prediction import show_cited
    from yanmo.config import build
    from yanmo.corpus.read import CorpusConfig

    for name, value in (("--top", top), ("--read", read)):
        if value < 1:
            raise ConfigError("cli.below_one", name=name, value=value)
    if not question.strip():
        raise ConfigError("answer.no_question")
    reader = load_model(model)
    require_reader(reader)
    finder = None if retriever is None else load(retriever)
    settings = {"paths": corpus, "text_field": text_field, "encoding": encoding}
    library = Library(build(CorpusConfig, settings), finder)
    found = library.find(question, read)
    answers = find_answers(reader, question, found, top=top)
    if json:
        counts = {"passages": len(library.passages), "read": len(found)}
        print_json({"question": question, "answers": [one.to_json() for one in answers], **counts})
        return
    for one in answers:
        show_cited(one)
    if not answers:
        print_line((text("answer.none" if found else "answer.nothing_found", read=len(found)), "dim"))
