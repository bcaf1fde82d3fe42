"""`profile=True` writes a trace into the run folder, for pre-training and for fine-tuning."""

from __future__ import annotations

import json
from pathlib import Path

import yanmo
from yanmo.api.reporter import Reporter


class Notes(Reporter):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)


def test_both_verbs_write_a_trace(tmp_path: Path) -> None:
    reporter, out = Notes(), tmp_path / "pretrained"
    yanmo.pretrain(
        model="bert", preset="tiny", corpus="storyworld:60", budget="3steps", out=out, profile=True, reporter=reporter,
        overrides={"train.recompute": True},
    )  # fmt: skip
    assert any(str(out / "profile/trace.json") in note for note in reporter.notes)
    records = tmp_path / "train.jsonl"
    records.write_text(
        "".join(
            json.dumps({"text": f"Text {number}.", "label": "ab"[number % 2]}) + "\n" for number in range(40)
        ),
        encoding="utf-8",
    )
    tuned = tmp_path / "tuned"
    yanmo.finetune("text_classification", model=out, train=records, budget="3steps", out=tuned, profile=True)
    for folder in (out, tuned):
        events = json.loads((folder / "profile/trace.json").read_text(encoding="utf-8"))["traceEvents"]
        assert {"data", "loss", "forward", "backward", "optimiser"} <= {event.get("name") for event in events}
