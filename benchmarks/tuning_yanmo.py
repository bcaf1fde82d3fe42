"""Yanmo's side of the fine-tuning benchmark: its Trainer on the examples of a task."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import loop
import torch
from speed_round import Rounds
from speed_yanmo import PACKED
from turns import work_of

from yanmo import tasks
from yanmo.api import model_source
from yanmo.api.compute import choose_once
from yanmo.api.usual_optim import default_optim
from yanmo.corpus.document import Record
from yanmo.data.cursor import Cursor
from yanmo.data.frame import frame_of
from yanmo.data.plan import Plan
from yanmo.data.source import ExampleSource
from yanmo.models.learner import Learner
from yanmo.tasks.config import TaskConfig
from yanmo.tasks.task import Encoder, Task

NAMES = {"class": "text_classification", "tag": "token_classification"}
LONGEST = 128


def main() -> None:
    work = work_of()
    rounds = Rounds(SimpleNamespace(warmup=work["warmup"], seconds=work["seconds"]))  # type: ignore[arg-type]
    data = Path(work["data"])
    compute = choose_once(data / f"machine-{work['kind']}-{work['precision']}.json", work["precision"])
    fields = ("text", "label") if work["kind"] == "class" else ("tokens", "tags")
    records = [
        Record(fields={name: record[name] for name in fields}, source=f"#{number}")
        for number, record in enumerate(json.loads((data / "records.json").read_text(encoding="utf-8")))
    ]
    kind = tasks.find(NAMES[work["kind"]])
    task = kind.from_records(records, TaskConfig())
    learner, plan = _parts(work, task, records)
    planned = list(itertools.islice(plan.stream(Cursor()), 64))
    rounds.describe(
        precision=compute.settings.precision,
        threads=torch.get_num_threads(),
        records_per_step=round(sum(len(batch.samples) for batch in planned) / len(planned), 1),
    )
    loop.train(
        learner,
        task,
        plan,
        optim=default_optim(learner.backbone.config.hidden_size, kind.rate),
        dtype=compute.dtype,
        device=compute.device,
        on_step=rounds.step,
    )


def _parts(work: dict[str, Any], task: Task, records: list[Record]) -> tuple[Learner, Plan]:
    """The network with its dropout, and batches that hold `batch` records on average."""
    loaded = model_source.load(str(Path(work["data"]) / "model"), heads=task.head_sizes())
    rates = {"dropout": work["dropout"], "attention_dropout": work["dropout"]}
    sizes = loaded.config.model_copy(update=rates)
    learner = Learner.build(type(loaded.learner.backbone), sizes, task.head_sizes())
    learner.load_state_dict(loaded.learner.state_dict())
    encoder = Encoder(tokenizer=loaded.tokenizer, frame=frame_of(loaded.tokenizer, "encoder"), room=LONGEST)
    source = ExampleSource(
        [one.example for record in records for one in task.encode(record, encoder, labelled=True)]
    )
    rows = max(1, round(work["batch"] * source.mean_tokens / (PACKED * LONGEST)))
    return learner, Plan(source=source, seed=0, batch_tokens=rows * LONGEST, max_length=LONGEST)


if __name__ == "__main__":
    main()
