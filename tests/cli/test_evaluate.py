"""`yanmo evaluate` on files and suites, `yanmo compare`, and what a classifier says when it is not sure."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import yanmo
from yanmo.evaluation.suite import content_hash
from yanmo.tasks.config import TaskConfig
from yanmo.training import checkpoint

SUITE = """# Hotels.
# 酒店。
task: text_classification
language: zh
source: example
licence: none
folder: hotels
splits:
  train: {{file: train.jsonl, sha256: {train}, records: 40}}
  test: {{file: test.jsonl, sha256: {test}, records: 20}}
metric: macro_f1
references:
  - {{model: a bigger one, value: 99.5, where: test, source: example}}
"""


@pytest.fixture
def suite(files, tmp_path) -> Path:
    folder = tmp_path / "data" / "hotels"
    folder.mkdir(parents=True)
    shutil.copy(files.classes, folder / "train.jsonl")
    shutil.copy(files.classes_dev, folder / "test.jsonl")
    path = tmp_path / "hotels.yaml"
    hashes = {part: content_hash(folder / f"{part}.jsonl") for part in ("train", "test")}
    path.write_text(SUITE.format(**hashes), encoding="utf-8")
    return path


def test_the_main_metric_of_a_file_has_an_interval(run, classifier, files):
    ran = run("evaluate", classifier, files.classes_dev, "--json")
    assert ran.code == 0, ran.err
    found = ran.json["interval"]
    assert found["metric"] == "accuracy"
    assert found["low"] <= found["value"] == ran.json["metrics"]["accuracy"] <= found["high"]
    assert 0 <= ran.json["metrics"]["ece"] <= 1
    assert "suite" not in ran.json
    assert "95 % interval" in run("evaluate", classifier, files.classes_dev).out


def test_a_suite_names_its_part_metric_and_references(run, classifier, suite, tmp_path):
    ran = run("evaluate", classifier, suite, "--data", tmp_path / "data", "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["suite"], ran.json["part"], ran.json["exact"], ran.json["count"]) == (
        "hotels",
        "test",
        True,
        20,
    )
    assert ran.json["interval"]["metric"] == "macro_f1"
    assert ran.json["references"][0]["value"] == 99.5
    shown = run("evaluate", classifier, suite, "--data", tmp_path / "data")
    assert "hotels (test)" in shown.out and "a bigger one" in shown.out
    held_back = run("evaluate", classifier, suite, "--data", tmp_path / "data", "--part", "dev", "--json")
    assert (held_back.json["count"], held_back.json["part"]) == (4, "dev")


def test_what_a_part_was_taken_from_is_said(run, classifier, suite, tmp_path):
    """An official dev and a tenth of train are both called dev; published results are of one of them alone."""
    text = suite.read_text(encoding="utf-8").replace("  test: {file", "  dev: {file")
    suite.write_text(text, encoding="utf-8")
    asked = ("evaluate", classifier, suite, "--data", tmp_path / "data")
    official, held_back = (run(*asked, *part, "--json").json for part in ((), ("--part", "dev")))
    assert [(one["part"], one["taken_from"], one["count"]) for one in (official, held_back)] == [
        ("dev", None, 20),
        ("dev", "train", 4),
    ]
    assert official["references"] and "references" not in held_back
    assert "hotels (dev)" in run(*asked).out
    shown = run(*asked, "--part", "dev").out
    assert "hotels (dev: a share of train)" in shown and "a bigger one" not in shown
    shown = run("compare", classifier, *asked[1:], "--part", "dev")
    assert "hotels (dev: a share of train)" in shown.out
    told = run("compare", classifier, *asked[1:], "--part", "dev", "--json").json
    assert (told["part"], told["taken_from"]) == ("dev", "train")


def test_the_settings_of_a_command_reach_a_suite_or_are_refused(run, classifier, suite, tmp_path):
    data = ("--data", tmp_path / "data", "--json")
    for words in (["--text-field", "review"], ["--label-field", "stars"], ["--columns", "text=review"]):
        for command in (["evaluate", classifier], ["compare", classifier, classifier]):
            ran = run(*command, suite, *words, *data)
            assert ran.code == 2
            assert ran.json["error"]["code"] == "suites.form_of_suite"
    folder = str(tmp_path / "data")
    long = tmp_path / "data" / "hotels" / "test.jsonl"
    row = json.loads(long.read_text(encoding="utf-8").splitlines()[0])
    row["text"] = " ".join([row["text"], *["很差"] * 300])
    long.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    ends = [
        yanmo.evaluate(str(classifier), suite, folder=folder, settings=TaskConfig(truncate=end)).metrics[
            "ece"
        ]
        for end in ("head", "tail")
    ]
    assert ends[0] != ends[1], "what is no form of the records is taken over"


def test_a_model_of_nan_says_that_it_is_one(run, classifier, suite, files, tmp_path):
    """The likeliest of numbers that are none is the first class, which would be right in half of the cases."""
    folder = tmp_path / "broken"
    shutil.copytree(classifier / "model", folder)
    weights = load_file(folder / "model.safetensors")
    weights["classifier.bias"][:] = torch.nan
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    for command in (
        ("evaluate", folder, files.classes_dev),
        ("compare", folder, classifier, files.classes_dev),
        ("predict", folder, "很好"),
    ):
        ran = run(*command, "--json")
        assert ran.code != 0
        assert ran.json["error"]["code"] == "predict.not_a_number"


def test_a_p_value_below_what_the_samples_can_tell():
    from yanmo.cli import evaluate

    assert [evaluate._p_value(value) for value in (0.0004, 0.001, 0.25)] == ["< 0.001", "0.0010", "0.2500"]


def test_no_interval_is_no_point(run, classifier, files, tmp_path):
    one = tmp_path / "one.jsonl"
    one.write_text(files.classes_dev.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    told = run("compare", classifier, classifier, one, "--json").json
    assert told["second_minus_first"] == {"difference": 0.0, "low": None, "high": None}
    assert told["first_minus_second"]["low"] is None
    assert (told["p_value"], told["better"]) == (1.0, None)
    assert "no interval" in run("compare", classifier, classifier, one).out


def test_the_dev_of_a_suite_whose_test_is_its_official_dev(run, classifier, suite, tmp_path):
    """A tenth of train, so that nothing is chosen on what is reported."""
    text = suite.read_text(encoding="utf-8").replace("  test: {file", "  dev: {file")
    suite.write_text(text, encoding="utf-8")
    data = ("--data", tmp_path / "data")
    counts = [
        run("evaluate", classifier, suite, *data, *part, "--json").json["count"]
        for part in ((), ("--part", "test"), ("--part", "dev"), ("--part", "train"))
    ]
    assert counts == [20, 20, 4, 36]


def test_classes_without_names_have_those_of_the_suite(run, classifier, suite, tmp_path):
    """As a directory of `transformers` that was saved without id2label."""
    folder = tmp_path / "nameless"
    shutil.copytree(classifier / "model", folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    named = [config["id2label"][str(number)] for number in range(2)]
    config["id2label"] = {str(number): f"LABEL_{number}" for number in range(2)}
    config["label2id"] = {f"LABEL_{number}": number for number in range(2)}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    ran = run("evaluate", folder, suite, "--data", tmp_path / "data", "--json")
    assert ran.json["error"]["code"] == "tasks.unseen_label"
    suite.write_text(f"{suite.read_text(encoding='utf-8')}labels: {json.dumps(named)}\n", encoding="utf-8")
    found = [
        run("evaluate", each, suite, "--data", tmp_path / "data", "--json") for each in (folder, classifier)
    ]
    assert found[0].code == 0, found[0].err
    assert found[0].json["metrics"] == found[1].json["metrics"]


def test_other_records_than_the_suites_are_told(run, classifier, suite, tmp_path):
    path = tmp_path / "data" / "hotels" / "test.jsonl"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    ran = run("evaluate", classifier, suite, "--data", tmp_path / "data", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["exact"] is False and "not comparable" in ran.err
    assert "references" not in ran.json, "published results are of other records"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["en_sst22"], "errors.unknown_name"),
        (["en_sst2"], "suites.no_folder"),
        (["en_sst2", "--data", "."], "suites.no_file"),
        (["en_conll2003", "--data", "."], "suites.no_file"),
        (["none.jsonl"], "errors.no_file"),
        (["none.yaml"], "errors.no_file"),
    ],
)
def test_what_cannot_be_measured_on_says_why(run, classifier, words, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in (["evaluate", classifier], ["compare", classifier, classifier]):
        ran = run(*command, *words, "--json")
        assert ran.code == 2
        assert ran.json["error"]["code"] == code


def test_a_part_of_a_file_and_a_suite_of_another_task_are_refused(run, classifier, files, suite, tmp_path):
    ran = run("evaluate", classifier, files.classes_dev, "--part", "dev", "--json")
    assert ran.json["error"]["code"] == "suites.part_of_file"
    suite.write_text(
        suite.read_text().replace("text_classification", "token_classification"), encoding="utf-8"
    )
    ran = run("evaluate", classifier, suite, "--data", tmp_path / "data", "--json")
    assert ran.json["error"]["code"] == "suites.other_task"
    suite.write_text(
        suite.read_text().replace("token_classification", "text_classification").replace("macro_f1", "bleu")
    )
    ran = run("evaluate", classifier, suite, "--data", tmp_path / "data", "--json")
    assert ran.json["error"]["code"] == "suites.other_metric"


def test_a_report_of_an_evaluation_has_the_matrix(run, classifier, files, tmp_path):
    page = tmp_path / "errors.html"
    ran = run("evaluate", classifier, files.classes_dev, "--report", page)
    assert ran.code == 0, ran.err
    assert "Which classes are confused" in page.read_text(encoding="utf-8")
    assert str(page) in ran.out.replace("\n", "")
    ran = run("evaluate", classifier, files.classes_dev, "--report", page, "--json")
    assert ran.json["report"] == str(page)
    shown = page.read_text(encoding="utf-8")
    assert ran.json["sha256"] in shown and ran.json["weights_sha256"] in shown, "what it was made from"
    assert "95 % interval" in shown


def test_the_report_of_a_run_has_it_too(classifier):
    assert "Which classes are confused" in (classifier / "report.html").read_text(encoding="utf-8")


def test_two_runs_are_compared_in_both_directions(run, classifier, bert, files, tmp_path):
    other = tmp_path / "other"
    ran = run(
        "finetune", "text_classification", "--model", bert, "--train", files.classes, "--dev", files.classes_dev,
        "--budget", "1steps", "--out", other, "--random-weights", "train.batch_tokens=256", "train.precision=fp32",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    forth = run("compare", classifier, other, files.classes_dev, "--json").json
    back = run("compare", other, classifier, files.classes_dev, "--json").json
    assert forth["metric"] == "accuracy" and forth["count"] == 20
    assert forth["first"]["model"] == str(classifier)
    assert forth["second_minus_first"]["difference"] == pytest.approx(
        forth["second"]["value"] - forth["first"]["value"]
    )
    assert forth["first_minus_second"] == pytest.approx(back["second_minus_first"])
    assert forth["better"] == back["better"]
    shown = run("compare", classifier, other, files.classes_dev)
    assert "B − A" in shown.out and "A − B" in shown.out and " points" in shown.out
    same = yanmo.compare(str(classifier), str(classifier), files.classes_dev)
    assert same.better is None and same.difference.p_value == 1.0
    assert "may be luck" in run("compare", classifier, classifier, files.classes_dev).out


def test_a_model_that_is_not_sure_enough_gives_no_label(run, classifier, gpt):
    sure = run("predict", classifier, "很好", "--abstain-below", "0.01", "--json").json["predictions"][0]
    assert sure["label"] in ("好", "差") and "abstained" not in sure
    unsure = run("predict", classifier, "很好", "--abstain-below", "1", "--json").json["predictions"][0]
    assert unsure["label"] is None and unsure["abstained"] is True
    assert "not sure enough" in run("predict", classifier, "很好", "--abstain-below", "1").out
    for value in ("0", "1.5"):
        ran = run("predict", classifier, "很好", "--abstain-below", value, "--json")
        assert ran.json["error"]["code"] == "cli.bad_probability"
    ran = run("predict", gpt, "很好", "--abstain-below", "0.5", "--json")
    assert ran.json["error"]["code"] == "cli.cannot_abstain"


def test_transformers_shows_the_same_calibrated_probabilities(classifier):
    """The weights of the last step are in the checkpoint: the saved head is that one over the temperature."""
    transformers = pytest.importorskip("transformers")
    model = yanmo.load(str(classifier))
    (prediction,) = model.predict(["第3家酒店很好"])
    theirs = transformers.AutoModelForSequenceClassification.from_pretrained(classifier / "model").eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(classifier / "model")
    with torch.no_grad():
        logits = theirs(**tokenizer("第3家酒店很好", return_tensors="pt")).logits[0]
    assert logits.softmax(0).tolist() == pytest.approx(list(prediction.scores.values()), abs=1e-5)
    best = json.loads((classifier / "results.json").read_text(encoding="utf-8"))["best_step"]
    kept, _ = checkpoint.load(classifier / "checkpoints" / f"step-{best}")
    trained, saved = kept["model"]["heads.class.output.weight"], theirs.classifier.weight.detach()
    temperature = float((trained / saved).mean())
    assert temperature != pytest.approx(1.0, abs=1e-3)
    torch.testing.assert_close(saved * temperature, trained)
