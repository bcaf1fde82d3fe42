"""Yanmo's side of the translation benchmark: the task that `yanmo finetune translation` trains, on its Trainer."""

from __future__ import annotations

from pathlib import Path

import speed_pairs
from speed_round import Rounds, Work
from speed_yanmo import PACKED, train

from yanmo.corpus.document import Record
from yanmo.data.frame import frame_of
from yanmo.data.packing import row_length
from yanmo.data.plan import Plan
from yanmo.data.source import ExampleSource
from yanmo.models.learner import Learner
from yanmo.models.transformer import Transformer
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.task import Encoder
from yanmo.tasks.translation import Translation
from yanmo.tokenizers import Tokenizer


def main() -> None:
    work = Work.from_arguments()
    rounds = Rounds(work)
    tokenizer = Tokenizer.load(Path(work.data) / "tokenizer")
    task = Translation.from_labels((), TaskConfig())
    config = Transformer.Config(
        vocab_size=tokenizer.vocab_size,
        hidden_size=work.hidden_size,
        num_layers=work.layers,
        num_heads=work.heads,
        intermediate_size=4 * work.hidden_size,
        max_positions=512,
        dropout=work.dropout,
        attention_dropout=0.0,
    )
    learner = Learner.build(Transformer, config, task.head_sizes())
    train(work, rounds, learner, task, _plan(work, task, tokenizer))


def _plan(work: Work, task: Translation, tokenizer: Tokenizer) -> Plan:
    """Batches that hold `work.documents` pairs on average."""
    encoder = Encoder(
        tokenizer=tokenizer, frame=frame_of(tokenizer, "encoder_decoder"), room=speed_pairs.LONGEST
    )
    records = [Record(fields=pair, source="") for pair in speed_pairs.read(Path(work.data))]
    source = ExampleSource([task.encode(record, encoder, labelled=True)[0].example for record in records])
    row = row_length(1, speed_pairs.LONGEST)
    rows = max(1, round(work.documents * source.mean_tokens / (PACKED * row)))
    return Plan(source=source, seed=0, batch_tokens=rows * row, max_length=speed_pairs.LONGEST)


if __name__ == "__main__":
    main()
