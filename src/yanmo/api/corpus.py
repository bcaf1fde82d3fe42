"""`yanmo corpus stats`: what a corpus holds and what becomes of it."""

from __future__ import annotations

from yanmo.api.reporter import Reporter
from yanmo.corpus.read import CorpusConfig, read_corpus
from yanmo.corpus.statistics import CorpusReport
from yanmo.messages import text


def corpus_stats(config: CorpusConfig, *, reporter: Reporter | None = None) -> CorpusReport:
    """Counts over the whole corpus, with its warnings told. Errors: InputError."""
    reporter = reporter or Reporter()
    report = CorpusReport()
    with reporter.stage(text("recipes.stage_corpus")) as advance:
        for document in read_corpus(config, report):
            report.measure(document)
            advance(report.characters, 0)
    for warning in report.warnings():
        reporter.warn(warning)
    return report
