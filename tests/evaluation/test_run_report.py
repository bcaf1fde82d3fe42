import json
import math
from pathlib import Path

import pytest

from yanmo.evaluation.metric_text import number
from yanmo.evaluation.report import Curves, Facts, Table, render
from yanmo.evaluation.run_report import run_report, smooth
from yanmo.training.hooks import StepReport
from yanmo.training.log import MetricsLog


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANMO_LANG", "en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run = tmp_path / "my-bert"
    log = MetricsLog(run, tensorboard=False)
    for step in range(1, 41):
        log.on_step(
            StepReport(
                step=step,
                progress=step / 40,
                losses={"mlm": 8 / step, "nsp": math.nan if step == 9 else 0.5},
                norm=1.0,
                lr_scale=step / 40,
                finite=step != 9,
                tokens=1000,
                tokens_seen=1000 * step,
                epochs=step / 10,
                seconds=2.0 * step,
                seconds_left=None,
            )
        )
        if step % 10 == 0:
            metrics = {"loss_mlm": 8 / step, "loss": 8 / step, "accuracy_mlm": 0.4, "perplexity": 3.0}
            log.on_evaluate(step, metrics, best=step == 20)
    (run / "config.yaml").write_text("verb: pretrain\nmodel: bert\ntrain:\n  seed: 3\n")
    corpus = [{"path": f"{number}.txt", "sha256": f"{number:064x}"} for number in range(300)]
    (run / "manifest.json").write_text(json.dumps({"yanmo": "0.1.0", "inputs": {"corpus": corpus}}))
    return run


def test_a_run_in_full(folder: Path) -> None:
    report = run_report(folder)
    curves = {section.title: section for section in report.sections if isinstance(section, Curves)}
    assert [one.name for one in curves["Loss"].series] == [
        "training, single steps",
        "training, smoothed",
        "held out",
    ]
    assert curves["Loss"].series[2].points == ((10, 0.8), (20, 0.4), (30, 8 / 30), (40, 0.2))
    assert [one.name for one in curves["Loss by objective"].series] == ["mlm", "nsp"]
    (results,) = [section for section in report.sections if isinstance(section, Table)]
    assert ("accuracy (mlm)", "40.00 %", "40.00 %") in results.rows
    assert ("loss", "0.2", "0.4") in results.rows  # the last one, and that of the best step
    assert dict(report.highlights)["Time"] == "1:20"
    assert dict(report.highlights)["Steps skipped (not finite)"] == "1"
    assert "not finished" in report.subtitle
    assert "not finite (NaN or infinite): 1" in render(report)


def test_lineage_names_every_input_up_to_a_limit(folder: Path) -> None:
    lineage, config = [section for section in run_report(folder).sections if isinstance(section, Facts)]
    assert ("inputs.corpus.1.path", "0.txt") in lineage.pairs
    assert ("inputs.corpus.2.sha256", f"{1:064x}") in lineage.pairs
    assert lineage.pairs[-1][1] == "… and 401 more in manifest.json"
    assert config.pairs == (("verb", "pretrain"), ("model", "bert"), ("train.seed", "3"))


def test_a_finished_run_shows_the_scores_of_its_model(folder: Path) -> None:
    (folder / "results.json").write_text(json.dumps({"steps": 40, "metrics": {"accuracy": 0.91}}))
    report = run_report(folder)
    assert report.subtitle == "Pre-training"
    assert report.highlights[0] == ("accuracy", "91.00 %")
    (results,) = [section for section in report.sections if isinstance(section, Table)]
    assert results.columns[1] == "Saved model"  # the charts end with the last step, which may be another


def test_what_the_best_step_was_chosen_by_stands_first(folder: Path) -> None:
    """Of several labels the share of whole sets says little."""
    metrics = {"accuracy": 0.5, "micro_f1": 0.875, "macro_f1": 0.8}
    (folder / "results.json").write_text(json.dumps({"metric": "micro_f1", "metrics": metrics}))
    assert [name for name, _ in run_report(folder).highlights][:2] == ["micro F1", "Steps"]


@pytest.mark.parametrize(
    ("metrics", "title"),
    [
        ({"bleu": 12.5, "chrf": 30.0}, "BLEU and chrF on held-out data"),
        ({"spearman": 0.5, "pearson": 0.4}, "Correlations on held-out data"),
        ({"spread": -2.0}, "Spread of the vectors on held-out data"),
    ],
)
def test_each_metric_that_chooses_has_a_curve(tmp_path: Path, metrics: dict[str, float], title: str) -> None:
    log = MetricsLog(tmp_path, tensorboard=False)
    for step in (1, 2):
        log.on_evaluate(step, metrics, best=step == 2)
    curves = {
        section.title: section for section in run_report(tmp_path).sections if isinstance(section, Curves)
    }
    assert [one.points[-1] for one in curves[title].series] == [(2, value) for value in metrics.values()]


def test_values_of_the_configuration_are_as_in_yaml(folder: Path) -> None:
    (folder / "config.yaml").write_text(
        "verb: pretrain\ntrain:\n  average: false\n  steps: [1, 2]\n  cap: null\n"
    )
    *_, config = [section for section in run_report(folder).sections if isinstance(section, Facts)]
    assert config.pairs[1:] == (("train.average", "false"), ("train.steps", "1, 2"), ("train.cap", "–"))


def test_numbers_have_one_style() -> None:
    assert [number(value) for value in (9753, 9753.4, 10770.2, 12.345)] == [
        "9,753",
        "9,753",
        "10,770",
        "12.35",
    ]


@pytest.mark.parametrize("missing", ["config.yaml", "manifest.json", "metrics.jsonl"])
def test_each_file_may_be_missing(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    assert "my-bert" in render(run_report(folder))


def test_an_empty_folder(tmp_path: Path) -> None:
    assert "Nothing was recorded" in render(run_report(tmp_path))


def test_smoothing_keeps_a_constant_and_lets_gaps_through() -> None:
    points = [(float(x), 2.0) for x in range(500)]
    points[3] = (3.0, math.nan)
    smoothed = smooth(points)
    assert [x for x, _ in smoothed] == [x for x, _ in points]
    assert math.isnan(smoothed[3][1])
    assert all(y == pytest.approx(2.0) for x, y in smoothed if x != 3)
