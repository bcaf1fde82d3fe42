"""What the quickstart says where its few minutes bought too little."""

from pathlib import Path

import pytest

from yanmo.api.quickstart import QuickstartResult, Row
from yanmo.cli.quickstart import _show


@pytest.mark.parametrize(
    ("metric", "pretrained", "random", "told"),
    [
        ("accuracy", 0.7, 0.6, False),
        ("accuracy", 0.6, 0.7, True),
        ("perplexity", 60.0, 900.0, False),
        ("perplexity", 900.0, 60.0, True),
    ],
)
def test_a_task_that_pre_training_did_not_help_is_explained(
    metric: str, pretrained: float, random: float, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    row = Row(task="text_classification", metric=metric, pretrained=pretrained, random=random)
    where = Path("runs/quickstart")
    _show(QuickstartResult(path=where, seconds=1, rows=(row,), fills=(), continuations=(), report=where))
    assert ("--minutes 20" in capsys.readouterr().out) == told
