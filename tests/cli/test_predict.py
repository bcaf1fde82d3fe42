"""What `yanmo predict` says of texts that it cannot read whole, or not at all."""

from __future__ import annotations

import json

import pytest

import yanmo
from yanmo.errors import InputError

LONG = "这家酒店很好，我们住了三天。" * 300


def test_long_texts_are_counted_with_their_rule_and_marked(run, classifier):
    ran = run("predict", classifier, LONG, "很好", "--json")
    assert ran.code == 0, ran.err
    first, second = ran.json["predictions"]
    assert (first["cut"], first["text"]) == (True, LONG)
    assert "cut" not in second
    assert "1 of 2 texts are longer than" in ran.err and "head_tail" in ran.err
    assert "longer" not in run("predict", classifier, "很好").err


def test_long_texts_are_counted_where_they_are_scored(run, classifier, tmp_path):
    path = tmp_path / "long.jsonl"
    label = yanmo.load(str(classifier)).task.labels[0]
    rows = [json.dumps({"text": text, "label": label}) for text in (LONG, "很好")]
    path.write_text("\n".join(rows), encoding="utf-8")
    ran = run("evaluate", classifier, path, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["cut"] == 1
    assert "1 of 2 texts are longer than" in ran.err


def test_people_are_shown_the_beginning_of_a_long_text(run, classifier):
    (line,) = run("predict", classifier, LONG).out.splitlines()
    assert len(line) < 140 and line.endswith("…")


def test_a_blank_text_has_no_class(run, classifier, tmp_path):
    for words in ("", " \n"):
        ran = run("predict", classifier, "很好", words)
        assert (ran.code, ran.out) == (2, "")
        assert "Blank: text 2" in ran.err
    lines = tmp_path / "texts.txt"
    lines.write_text("很好\n\n很差\n", encoding="utf-8")
    ran = run("predict", classifier, "--file", lines, "--json")
    assert ran.code == 2
    assert "texts.txt:2" in ran.json["error"]["given"]


def test_blank_lines_of_a_translation_stay_beside_theirs(run, bert, tmp_path):
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text("".join(f'{{"source": "a {n}", "target": "b {n}"}}\n' for n in range(12)), "utf-8")
    out = tmp_path / "run"
    ran = run(
        "finetune", "translation", "--model", "transformer", "--preset", "tiny", "--train", pairs, "--budget",
        "1steps", "--out", out, "train.precision=fp32",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    lines = tmp_path / "texts.txt"
    lines.write_text("a 1\n\na 2\n", encoding="utf-8")
    found = run("predict", out, "--file", lines, "--json").json["predictions"]
    assert [one["text"] for one in found] == ["a 1", "", "a 2"]
    assert found[1]["translation"] == ""


def test_lines_of_a_file_stand_where_the_model_reads_its_texts(run, bert, files, tmp_path):
    out, lines = tmp_path / "run", tmp_path / "texts.txt"
    rows = files.classes.read_text("utf-8").replace('"text"', '"review"')
    (tmp_path / "train.jsonl").write_text(rows, encoding="utf-8")
    lines.write_text("很好\n", encoding="utf-8")
    ran = run(
        "finetune", "text_classification", "--model", bert, "--train", tmp_path / "train.jsonl", "--budget", "1steps",
        "--out", out, "settings.text_field=review", "train.precision=fp32",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert run("predict", out, "--file", lines, "--json").json["predictions"][0]["text"] == "很好"
    rows = [{"id": 7, "review": "很好", "text": "other"}, {"text": "很差", "body": "不错"}]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = run("predict", out, "--file", file, "--json").json["predictions"]
    assert [(one.get("id"), one["text"]) for one in found] == [(7, "很好"), (None, "很差")]
    file.write_text(json.dumps(rows[1]), encoding="utf-8")
    found = run("predict", out, "--file", file, "--text-field", "body", "--json").json["predictions"]
    assert [one["text"] for one in found] == ["不错"]


def test_python_takes_a_text_for_one_text(classifier):
    model = yanmo.load(str(classifier))
    (one,) = model.predict("第3家酒店很好")
    assert one == model.predict(["第3家酒店很好"])[0]
    for items, key in (
        ([None], "predict.no_text"),
        ([5], "predict.no_text"),
        (["a", ["b"]], "predict.no_text"),
    ):
        with pytest.raises(InputError) as error:
            model.predict(items)
        assert error.value.key == key
    for pairs in ([("a",)], ["ab"]):
        with pytest.raises(InputError) as error:
            model.predict_pairs(pairs)
        assert error.value.key == "predict.no_pair"
