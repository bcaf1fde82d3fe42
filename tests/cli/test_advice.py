"""What an error advises fits what was asked: names that look alike, reasons in the language, commands that work."""

from __future__ import annotations

import re

import pytest

from yanmo.registry import nearest

LATIN_SENTENCE = re.compile(
    r"(?:[A-Za-z][a-z]+ ){2,}[a-z]+"
)  # words of a library; names and options are single


@pytest.fixture
def chinese(monkeypatch):
    monkeypatch.setenv("YANMO_LANG", "zh")


def told(ran):
    """The three parts."""
    assert ran.code == 2, ran.err
    return ran.err[ran.err.index("✗") :].rstrip("\n").split("\n")


@pytest.mark.parametrize(
    ("given", "known", "expected"),
    [
        ("minni", ["mini", "tiny"], "mini"),
        ("Mini", ["mini", "tiny"], "mini"),
        ("bpe", ["byte_bpe", "unigram"], "byte_bpe"),
        ("huge", ["tiny", "base", "medium"], None),
        ("文本分类", ["translation_30m", "text_classification"], None),
        ("文本", ["text", "text_pair"], None),
        ("x", [], None),
    ],
)
def test_only_a_name_that_looks_alike_is_suggested(given, known, expected):
    assert nearest(given, known) == expected


@pytest.mark.parametrize("name", ["文本分类", "没有"])
def test_an_unknown_task_hears_of_the_tasks_first(run, bert, files, tmp_path, chinese, name):
    ran = run("finetune", name, "--model", bert, "--train", files.classes, "--out", tmp_path / "run")
    given, allowed, advice = told(ran)
    assert name in given
    assert allowed.index("text_classification") < allowed.index("translation_30m")
    assert "您是想用" not in advice


def test_a_setting_may_be_misspelt_in_any_script(run, bert, files, tmp_path, chinese):
    ran = run(
        "finetune", "text_classification", "学习率=3", "--model", bert, "--train", files.classes,
        "--out", tmp_path / "run",
    )  # fmt: skip
    given, allowed, advice = told(ran)
    assert "“学习率”这个键" in given
    assert "model、optim、" in allowed
    assert "您是想用" not in advice


def test_a_size_that_does_not_exist(run, files, tmp_path, chinese):
    given, allowed, advice = told(
        run("pretrain", "--preset", "huge", "--corpus", files.corpus, "--out", tmp_path / "run")
    )
    assert given == "✗ 没有名为“huge”的规模（--preset）。"
    assert "tiny、mini、small" in allowed
    assert advice == "→ 请从中选择。"


BROKEN = {
    "train.jsonl": ('{"text": "好", "label": "a"}\n{"text": \n', ("train.jsonl:2", "第 10 列")),
    "list.jsonl": ("[1]\n", ("list.jsonl:1", "内容是列表")),
    "train.json": ('{"data": [\n', ("train.json", "第 2 行第 1 列")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_in_the_language(run, bert, tmp_path, chinese, name):
    content, expected = BROKEN[name]
    (tmp_path / name).write_text(content, encoding="utf-8")
    ran = run(
        "finetune",
        "text_classification",
        "--model",
        bert,
        "--train",
        tmp_path / name,
        "--out",
        tmp_path / "run",
    )
    given = told(ran)[0]
    assert all(word in given for word in expected), given
    assert not LATIN_SENTENCE.search(given), given


def test_a_broken_recipe_is_told_in_the_language(run, files, tmp_path, chinese):
    (tmp_path / "mine.yaml").write_text("model: bert\npreset: [\n", encoding="utf-8")
    ran = run("pretrain", tmp_path / "mine.yaml", "--corpus", files.corpus, "--out", tmp_path / "run")
    given = told(ran)[0]
    assert "第 3 行第 1 列" in given
    assert not LATIN_SENTENCE.search(given), given


def test_a_path_that_does_not_exist_is_no_hub_name(run, chinese):
    given = told(run("doctor", "不存在"))[0]
    assert given == "✗ 无法将“不存在”作为模型读取：没有这个目录。"


def test_a_file_where_a_folder_is_needed(run, files, tmp_path, chinese):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    ran = run("pretrain", "--preset", "tiny", "--corpus", files.corpus, "--out", tmp_path / "file")
    assert "是文件，不是文件夹" in told(ran)[0]
    ran = run("tokenizer", "train", "--corpus", files.corpus, "--out", tmp_path / "file")
    assert "是文件，不是文件夹" in told(ran)[0]


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_cut_model_file(run, bert, tmp_path, chinese, name):
    for path in (bert / "model").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:50])
    given = told(run("doctor", tmp_path))[0]
    assert name in given
    assert re.search("第 \\d+ 行|完整的", given), given
    assert not LATIN_SENTENCE.search(given), given


def test_an_encoding_that_does_not_exist(run, files, chinese):
    given, allowed, _ = told(run("corpus", "stats", files.corpus, "encoding=utf88"))
    assert given == "✗ 没有名为“utf88”的编码。"
    assert allowed.startswith("  可用的有：auto、utf-8")


def test_lists_are_written_as_the_language_writes_them(run, files, tmp_path, chinese):
    ran = run("pretrain", "--model", "brt", "--corpus", files.corpus, "--out", tmp_path / "run")
    assert told(ran)[:2] == ["✗ 没有名为“brt”的模型。", "  可用的有：bert、gpt2、transformer。"]
