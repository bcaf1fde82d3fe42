"""Every command does what it says, on a model that was trained here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import yanmo


def test_pretrain_leaves_a_whole_run_and_says_where(run, files, tmp_path):
    out = tmp_path / "run"
    ran = run(
        "pretrain", "--corpus", files.corpus, "--preset", "tiny", "--budget", "2steps", "--out", out, "--json",
        "--vocab-size", "150", "train.batch_tokens=256", "train.seed=3",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["steps"] == 2
    assert Path(ran.json["report"]).is_file()
    config = (out / "config.yaml").read_text(encoding="utf-8")
    assert "seed: 3" in config
    assert "kind: wordpiece" in config
    assert "vocab_size: 150" in config
    again = run(
        "pretrain", "--corpus", files.corpus, "--preset", "tiny", "--budget", "2steps", "--out", out, "--json",
        "--vocab-size", "150", "train.batch_tokens=256", "train.seed=3",
    )  # fmt: skip
    assert again.code == 0
    assert again.json == ran.json
    assert "already finished" in again.err


def test_the_result_of_a_run_is_shown_with_what_to_do_next(run, files, bert):
    ran = run(
        "pretrain", "--model", "bert", "--corpus", files.corpus, "--budget", "2steps", "--out", bert, "--preset",
        "tiny", "train.batch_tokens=256", "train.evaluations=1", "train.precision=fp32",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "perplexity" in ran.out
    assert f"yanmo fill-mask {bert}" in ran.out
    assert str(bert / "report.html") in ran.out


def test_predict_answers_each_text(run, classifier):
    ran = run("predict", classifier, "这家酒店很好", "-5 degrees", "--json")
    assert ran.code == 0, ran.err
    predictions = ran.json["predictions"]
    assert [each["text"] for each in predictions] == ["这家酒店很好", "-5 degrees"]
    assert all(each["label"] in ("好", "差") for each in predictions)
    shown = run("predict", classifier, "这家酒店很好")
    assert shown.code == 0
    assert "%" in shown.out
    assert "这家酒店很好" in shown.out


@pytest.mark.parametrize("name", ["lines.txt", "records.jsonl", "records.csv"])
def test_predict_reads_files(run, classifier, tmp_path, name):
    contents = {
        "lines.txt": "甲很好\n乙很差\n",
        "records.jsonl": '{"words": "甲很好"}\n{"words": "乙很差"}\n',
        "records.csv": "words,id\n甲很好,1\n乙很差,2\n",
    }
    path = tmp_path / name
    path.write_text(contents[name], encoding="utf-8")
    ran = run("predict", classifier, "--file", path, "--text-field", "words", "--json")
    assert ran.code == 0, ran.err
    assert [each["text"] for each in ran.json["predictions"]] == ["甲很好", "乙很差"]


def test_entities_are_found_and_marked(run, bert, files, tmp_path):
    out = tmp_path / "ner"
    ran = run(
        "finetune", "token_classification", "--model", bert, "--train", files.entities, "--budget", "2steps",
        "--out", out, "--lr", "0.001", "--json", "train.batch_tokens=256",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert set(ran.json["metrics"]) == {"f1", "precision", "recall"}
    assert "lr: 0.001" in (out / "config.yaml").read_text(encoding="utf-8")
    shown = run("predict", out, "我在上海住了3天")
    assert shown.code == 0, shown.err
    assert "天" in shown.out


def test_entities_stand_in_brackets_with_their_kind(capsys):
    from yanmo.cli.prediction import show_entities
    from yanmo.metrics.entities import Entity
    from yanmo.tasks.token_classification import EntityPrediction

    entity = Entity(kind="LOC", start=2, end=4)
    show_entities(EntityPrediction(text="我在[上]住", entities=(entity,), scores=(0.9,)))
    assert capsys.readouterr().out == "我在[LOC: [上]]住\n"


def test_fill_mask_shows_candidates_with_their_probability(run, bert):
    ran = run("fill-mask", bert, "我们去了[MASK]京。", "--top", "3", "--json")
    assert ran.code == 0, ran.err
    (mask,) = ran.json["results"][0]["masks"]
    assert mask["position"] == 4
    shares = [each["probability"] for each in mask["candidates"]]
    assert len(shares) == 3
    assert shares == sorted(shares, reverse=True)
    shown = run("fill-mask", bert, "我们去了[MASK]京。")
    assert shown.out.count("%") == 5


def test_generate_continues_and_repeats_with_its_seed(run, gpt):
    command = ("generate", gpt, "On day", "--max-new-tokens", "6", "--seed", "3", "--json")
    first, second = run(*command), run(*command)
    assert first.code == 0, first.err
    assert first.json == second.json
    assert first.json["generations"][0]["prompt"] == "On day"
    greedy = run("generate", gpt, "On day", "--max-new-tokens", "6", "--greedy")
    assert greedy.out.startswith("On day")


def test_evaluate_measures_on_records(run, classifier, files):
    ran = run("evaluate", classifier, files.classes_dev, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["count"] == 20
    assert 0 <= ran.json["metrics"]["accuracy"] <= 1
    assert "20 records" in run("evaluate", classifier, files.classes_dev).out


def test_corpus_stats_counts_documents(run, files):
    ran = run("corpus", "stats", files.corpus, "unit=line", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["documents"] == 60
    assert ran.json["units"] == {"line": 1}
    assert "60" in run("corpus", "stats", files.corpus).out


def test_tokenizer_is_trained_and_reported(run, files, tmp_path):
    out = tmp_path / "tokenizer"
    ran = run(
        "tokenizer", "train", "--corpus", files.corpus, "--kind", "byte_bpe", "--vocab-size", "300", "--out", out,
        "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["vocab_size"] == 300
    found = run("tokenizer", "report", out, "--corpus", files.corpus, "--json")
    assert found.code == 0, found.err
    assert found.json["round_trip"] == 1
    shown = run("tokenizer", "report", out, "--corpus", files.corpus)
    assert "Chinese" in shown.out
    used = run(
        "pretrain", "--model", "gpt2", "--tokenizer", out, "--corpus", files.corpus, "--preset", "tiny",
        "--budget", "1steps", "--out", tmp_path / "run", "--json", "train.batch_tokens=256",
    )  # fmt: skip
    assert used.code == 0, used.err
    assert (out / "tokenizer.json").read_bytes() == (tmp_path / "run/tokenizer/tokenizer.json").read_bytes()


def test_a_tokenizer_whose_save_was_killed_is_trained_again(run, files, tmp_path, monkeypatch):
    """Neither half a tokenizer, which would load, nor a folder that the same command refuses."""
    from yanmo.tokenizers import tokenizer as module

    class KilledError(BaseException):
        pass

    def kill(*_):
        raise KilledError

    out = tmp_path / "tokenizer"
    arguments = ("tokenizer", "train", "--corpus", files.corpus, "--kind", "byte_bpe", "--vocab-size", "300")
    with monkeypatch.context() as patch:
        patch.setattr(module, "_write_json", kill)  # after tokenizer.json
        with pytest.raises(KilledError):
            run(*arguments, "--out", out)
    assert not (out / "tokenizer.json").exists()
    assert run(*arguments, "--out", out).code == 0
    assert run(*arguments, "--out", tmp_path / "whole").code == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()
    }


def test_recipes_are_listed_and_printed(run, tmp_path):
    listed = run("recipes", "--json").json["recipes"]
    assert {"bert_mini_zh", "token_classification"} <= {each["name"] for each in listed}
    printed = run("recipes", "bert_mini_zh").out
    assert "preset: mini" in printed
    assert "bert_mini_zh" in run("recipes").out


def test_a_recipe_runs_by_name_and_by_path(run, files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.yaml"
    path.write_text(run("recipes", "bert_tiny_zh").out, encoding="utf-8")
    for recipe in ("bert_tiny_zh", path):
        ran = run(
            "pretrain", recipe, "--corpus", files.corpus, "--vocab-size", "150", "--budget", "1steps", "--json",
            "train.seed=3", "train.precision=fp32",
        )  # fmt: skip
        assert ran.code == 0, ran.err
    named, pathed = (Path("runs", out, "config.yaml").read_text() for out in ("bert_tiny_zh", "mine"))
    assert named == pathed


def test_only_a_recipe_has_a_folder_of_its_own(run, files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text("model: bert\n", encoding="utf-8")
    for recipe in ((), ("config.yaml",)):
        ran = run("pretrain", *recipe, "--corpus", files.corpus)
        assert ran.code == 2
        assert "--out" in ran.err
    assert not Path("runs").exists()


def test_the_test_budget_caps_and_says_so(run, files, tmp_path, monkeypatch):
    monkeypatch.setenv("YANMO_TEST_BUDGET", "1steps")
    out = tmp_path / "run"
    ran = run(
        "pretrain", "--corpus", files.corpus, "--preset", "tiny", "--budget", "1h", "--out", out, "--json",
        "train.batch_tokens=256",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["steps"] == 1
    assert "YANMO_TEST_BUDGET" in ran.err
    assert "budget: 1steps" in (out / "config.yaml").read_text(encoding="utf-8")


def test_python_does_what_the_commands_do(files, bert, tmp_path):
    out = tmp_path / "run"
    result = yanmo.pretrain(
        "bert_tiny_zh", corpus=files.corpus, budget="1steps", out=out,
        overrides={"train.seed": 3, "tokenizer": {"vocab_size": 150}, "train.precision": "fp32"},
    )  # fmt: skip
    assert result.steps == 1
    assert (out / "report.html").is_file()
    tuned = yanmo.finetune(
        "text_classification", model=bert, train=files.classes, budget="1steps", out=tmp_path / "tuned",
        overrides={"train.batch_tokens": 256},
    )  # fmt: skip
    assert (tuned.path / "report.html").is_file()
    (prediction,) = yanmo.load(str(tuned.path)).predict(["很好"])
    assert prediction.to_json()["label"] in ("好", "差")
    assert yanmo.evaluate(str(tuned.path), files.classes_dev).count == 20
    assert sum(p.numel() for p in yanmo.TransformerLayer(8, 2, 16).parameters()) > 0
    with pytest.raises(AttributeError, match="pretrian"):
        _ = yanmo.pretrian


def test_training_goes_on_from_a_model(run, files, bert, tmp_path):
    def more(out, *words):
        return run(
            "pretrain", "--model", bert, "--corpus", files.corpus, "--budget", "1steps", "--out", tmp_path / out,
            "train.batch_tokens=256", "train.evaluations=0", "train.precision=fp32", *words,
        )  # fmt: skip

    for words, rate in (((), 0.0), (("dropout=0.3",), 0.3)):
        ran = more(f"run-{rate}", *words)
        assert ran.code == 0, ran.err
        config = json.loads((tmp_path / f"run-{rate}" / "model" / "config.json").read_text("utf-8"))
        assert config["hidden_dropout_prob"] == config["attention_probs_dropout_prob"] == rate
    for words in (("max_positions=64",), ("position_init=normal",), ("--preset", "mini")):
        ran = more("refused", *words)
        assert ran.code == 2
        assert "goes on from" in ran.err
