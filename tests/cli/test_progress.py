import io
import math
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from yanmo.cli.progress import ProgressBar, task_bar
from yanmo.training.hooks import StepReport


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANMO_LANG", "en")
    monkeypatch.setenv("TERM", "xterm")


def report(step: int, *, loss: float = 2.0) -> StepReport:
    return StepReport(
        step=step,
        progress=step / 100,
        losses={"mlm": loss, "nsp": 0.5},
        norm=1.0,
        lr_scale=1.0,
        finite=math.isfinite(loss),
        tokens=1000,
        tokens_seen=1000 * step,
        epochs=0.1,
        seconds=float(step),
        seconds_left=754.0,
    )


def console(*, terminal: bool, width: int = 80) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    return Console(file=file, force_terminal=terminal, width=width), file


def test_plain_lines_come_every_ten_seconds() -> None:
    target, file = console(terminal=False)
    clock = Clock()
    with ProgressBar("BERT", console=target, clock=clock) as bar:
        for step in range(1, 26):
            bar.on_step(report(step))
            clock.now += 1.0
        bar.on_end(25)
    lines = file.getvalue().splitlines()
    assert lines[0] == "BERT: 1 %  step 1  loss 2.500  – tokens/s  12:34 left"
    assert lines[1] == "BERT: 11 %  step 11  loss 2.500  1,000 tokens/s  12:34 left"
    assert [line.split("  ")[1] for line in lines] == ["step 1", "step 11", "step 21", "step 25"]
    assert "\x1b" not in file.getvalue()


def test_a_terminal_gets_a_bar_on_one_line_that_is_given_back_after_an_error() -> None:
    target, file = console(terminal=True)
    clock = Clock()
    with pytest.raises(KeyboardInterrupt), ProgressBar(console=target, clock=clock) as bar:
        for step in range(1, 6):
            bar.on_step(report(step))
            clock.now += 1.0
        raise KeyboardInterrupt
    shown = file.getvalue()
    assert "Training" in shown and "━" in shown and "step 5" in shown and "12:34 left" in shown
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")  # the cursor is visible again


def test_the_loss_is_smoothed() -> None:
    target, file = console(terminal=False)
    clock = Clock()
    bar = ProgressBar(console=target, clock=clock)
    for step in range(1, 100):
        bar.on_step(report(step, loss=2.0))
    clock.now += 60
    bar.on_step(report(100, loss=52.0))
    assert "loss 3.6" in file.getvalue().splitlines()[-1]  # 2.5 and a little, not 52.5


def test_evaluations_stand_in_the_log_with_the_best_marked() -> None:
    target, file = console(terminal=False, width=20)
    bar = ProgressBar(console=target)
    bar.on_evaluate(1500, {"accuracy_mlm": 0.612, "loss": 2.5, "perplexity": 12.1825}, best=True)
    bar.on_evaluate(3000, {"loss": math.nan}, best=False)
    bar.on_save(3000, Path("checkpoints/step-3000"), 0.1)
    assert file.getvalue().splitlines() == [
        "step 1,500: held out: loss 2.5, accuracy (mlm) 61.20 %, perplexity 12.18  ★ best so far",
        "step 3,000: held out: loss nan",
    ]


def test_what_is_not_finite_is_said_and_does_not_spoil_the_mean() -> None:
    target, file = console(terminal=False)
    clock = Clock()
    bar = ProgressBar(console=target, clock=clock)
    bar.on_step(report(1))
    bar.on_step(replace(report(2, loss=math.nan), norm=math.inf))
    clock.now += 11
    bar.on_step(report(3))
    lines = file.getvalue().splitlines()
    assert lines[1] == (
        "Warning: step 2: the loss (mlm nan, nsp 0.5) or the gradient norm (inf) is not finite;"
        " not stepped on"
    )
    assert "loss 2.500" in lines[2]


def test_a_second_training_starts_afresh() -> None:
    target, file = console(terminal=False)
    bar = ProgressBar("one", console=target)
    bar.on_step(report(1, loss=9.0))
    bar.on_end(1)
    bar.on_step(report(1, loss=1.0))
    assert "loss 1.500" in file.getvalue().splitlines()[-1]


@pytest.mark.parametrize("terminal", [False, True])
def test_task_bar_ends_in_a_line_with_the_totals(terminal: bool) -> None:
    target, file = console(terminal=terminal)
    clock = Clock()
    with task_bar("Tokenising", console=target, clock=clock) as advance:
        advance(1000, 0)
        clock.now = 65.0
        advance(123_456, 45_678)
    last = "Tokenising: 123,456 characters, 45,678 tokens, done in 1:05"
    assert file.getvalue().splitlines()[-1].endswith(last)
    if not terminal:
        assert file.getvalue().splitlines()[0] == "Tokenising: 123,456 characters, 45,678 tokens, 1:05"


def test_stages_notes_and_warnings_take_texts_as_they_are() -> None:
    target, file = console(terminal=False)
    bar = ProgressBar(console=target)
    bar.note("[MASK] [bold]x[/bold]")
    bar.warn("a [/tag]")
    with bar.stage("[SEP]"):
        pass
    assert file.getvalue().splitlines() == [
        "[MASK] [bold]x[/bold]",
        "Warning: a [/tag]",
        "[SEP]: done in 0:00",
    ]


def test_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANMO_LANG", "zh")
    target, file = console(terminal=False)
    bar = ProgressBar(console=target)
    bar.on_step(report(1))
    bar.on_evaluate(1, {"accuracy": 0.5}, best=True)
    assert file.getvalue().splitlines() == [
        "训练：1 %  第 1 步  损失 2.500  – 词元/秒  剩余 12:34",
        "第 1 步：验证：准确率 50.00 %  ★ 目前最佳",
    ]


def test_it_writes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    ProgressBar().note("a note")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "a note\n")
